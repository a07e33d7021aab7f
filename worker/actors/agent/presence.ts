/**
 * Presence is a fact: a live lease on a socket. A reload of a tab, or a deployment that closes every socket, does not
 * make the agent absent; only the end of the grace period does. Dead sockets that look open are found by the time of
 * their last ping.
 */
import { closeCodes } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Socket } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { AgentRegisters } from './storage.ts';

/** A closed tab that was only slow reconnects within this time, in milliseconds. */
const comesBackWithin = 10_000;

export interface PresenceOptions {
  /** How long an agent without a live tab still counts as present, in milliseconds. */
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
  /** Sockets whose lease had ended by this time have been closed; the runtime may still list them. */
  #sweptAt = 0;

  constructor(host: Host, registers: Registers<AgentRegisters>, options: PresenceOptions) {
    this.#host = host;
    this.#registers = registers;
    this.#options = options;
    this.#goneAt = registers.get('goneAt') ?? null;
    // On every wake: a crash took the sockets without an event, and one may have died while the agent slept.
    if (options.connected()) this.#sweep(host.now());
  }

  /** A tab has connected. */
  came(): void {
    this.#setGone(null);
    if (!this.#options.connected()) this.#options.change(true);
    this.#options.arm();
  }

  /** A tab has disconnected. */
  went(going: Socket): void {
    if (this.#goneAt !== null || this.#live(going).length > 0) return;
    this.#setGone(this.#host.now());
    this.#options.arm();
  }

  /** The agent signed out in the last tab: no grace period for a deliberate end. */
  leaveNow(): void {
    this.#setGone(null);
    if (this.#options.connected()) this.#options.change(false);
  }

  next(): number | null {
    if (this.#goneAt !== null) return this.#goneAt + this.#options.grace;
    if (!this.#options.connected()) return null;
    // Pings do not wake the actor, so when the oldest lease ends a newer ping has usually extended it.
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

  /**
   * Time without pings counts against the grace period. Sockets that a crash took without an event were present until
   * now.
   */
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
    const { at } = socket.deserializeAttachment() as { at: number };
    return Math.max(at, this.#host.lastPing(socket) ?? 0);
  }

  #setGone(at: number | null): void {
    if (at === this.#goneAt) return;
    this.#goneAt = at;
    if (at === null) this.#registers.delete('goneAt');
    else this.#registers.set('goneAt', at);
  }
}
