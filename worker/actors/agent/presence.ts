/**
 * Presence is a fact: a live lease on a socket. A tab that reloads or a deploy that drops every socket makes no absence; only the
 * grace running out does. Sockets that look open and are dead are found by their last ping.
 */
import { closeCodes } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { attachmentOf } from './attachment.ts';
import type { AgentRegisters } from './storage.ts';

/** A tab that was only held up comes back within so long of being closed, in milliseconds. */
const comesBackWithin = 10_000;

export interface PresenceOptions {
  /** How long an agent without a live tab counts as here, in milliseconds. */
  readonly grace: number;
  readonly lease: number;
  connected(): boolean;
  change(connected: boolean): void;
  arm(): void;
}

export class Presence implements Duty {
  readonly name = 'presence';
  readonly #host: Host;
  readonly #registers: Registers<AgentRegisters>;
  readonly #options: PresenceOptions;
  #goneAt: number | null;
  /** Whose lease was over by then has been closed, though it may take its time to go. */
  #sweptAt = 0;

  constructor(host: Host, registers: Registers<AgentRegisters>, options: PresenceOptions) {
    this.#host = host;
    this.#registers = registers;
    this.#options = options;
    this.#goneAt = registers.get('goneAt') ?? null;
    // Whatever woke the agent: a crash took the sockets without a word, and one may have died while the agent slept.
    if (options.connected()) this.#sweep(host.now());
  }

  /** A tab has connected. */
  came(): void {
    this.#setGone(null);
    if (!this.#options.connected()) this.#options.change(true);
    this.#options.arm();
  }

  /** A tab has gone. */
  went(going: Socket): void {
    if (this.#goneAt !== null || this.#live(going).length > 0) return;
    this.#setGone(this.#host.now());
    this.#options.arm();
  }

  /** The agent has signed out of the last tab: no grace for what was meant. */
  leaveNow(): void {
    this.#setGone(null);
    if (this.#options.connected()) this.#options.change(false);
  }

  next(): number | null {
    if (this.#goneAt !== null) return this.#goneAt + this.#options.grace;
    if (!this.#options.connected()) return null;
    // Pings wake nobody, so at the oldest one's end there is mostly a newer one, and a later end.
    const ends = this.#host.sockets().map((socket) => this.#seenAt(socket) + this.#options.lease);
    const ahead = ends.filter((end) => end > this.#sweptAt);
    return ahead.length === 0 ? this.#sweptAt : Math.min(...ahead);
  }

  run(now: number): void {
    this.#sweep(now);
    if (this.#goneAt !== null && now >= this.#goneAt + this.#options.grace) this.leaveNow();
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    const sockets = this.#host.sockets();
    const live = new Set(this.#live());
    for (const socket of sockets) {
      if (!live.has(socket)) socket.close(closeCodes.leaseLost, 'no sign of life');
    }
    if (live.size > 0) this.#setGone(null);
    else if (this.#goneAt === null) this.#setGone(this.#lastSign(sockets, now));
  }

  /** The silence is part of the grace. What a crash took without a word was here until now. */
  #lastSign(silent: readonly Socket[], now: number): number {
    if (silent.length === 0) return now;
    const seen = Math.max(...silent.map((socket) => this.#seenAt(socket)));
    return Math.min(now, Math.max(seen, now + comesBackWithin - this.#options.grace));
  }

  #live(going?: Socket): Socket[] {
    const now = this.#host.now();
    return this.#host
      .sockets()
      .filter((socket) => socket !== going && now < this.#seenAt(socket) + this.#options.lease);
  }

  #seenAt(socket: Socket): number {
    return Math.max(attachmentOf(socket)?.at ?? 0, this.#host.lastPing(socket) ?? 0);
  }

  #setGone(at: number | null): void {
    if (at === this.#goneAt) return;
    this.#goneAt = at;
    if (at === null) this.#registers.delete('goneAt');
    else this.#registers.set('goneAt', at);
  }
}
