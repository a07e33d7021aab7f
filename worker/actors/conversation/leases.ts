/**
 * Ends silent sockets (CON-6), and wakes the actor for it as rarely as possible:
 * - A socket without `hello` is closed after 10 s, by a timer. It delays the sleep of an actor that the upgrade has
 *   just woken.
 * - A socket is alive while it pings. The runtime answers pings of a sleeping actor, so leases are checked whenever
 *   the actor is awake for another reason.
 * - The alarm is set only for a socket that has never pinged, once. Clients ping before their `hello`, so that theirs
 *   need none.
 */
import { closeCodes, helloWithin, lease } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Socket } from '../../runtime/host.ts';
import { attachmentOf } from './attachment.ts';

/** While frames arrive, leases are checked this often, in milliseconds. */
const sweepEvery = 10_000;

export class Leases {
  readonly duty: Duty = { name: 'leases', next: () => this.#next(), run: () => this.sweep() };
  /** Called for each socket that was closed: a dead one may never cause a close event. */
  onClosed: (socket: Socket) => void = () => undefined;
  readonly #host: Host;
  /** When a socket's last frame arrived, while the actor is awake. */
  readonly #heard = new WeakMap<Socket, number>();
  /** Sockets that have not sent hello. */
  readonly #mute = new Set<Socket>();
  /** Sockets that have sent hello and never pinged, as far as is known. */
  readonly #unproven = new Set<Socket>();
  #sweptAt = 0;
  #cancel: (() => void) | null = null;

  constructor(host: Host) {
    this.#host = host;
    for (const socket of host.sockets()) {
      if (attachmentOf(socket)?.hello) this.#prove(socket);
      else this.#mute.add(socket);
    }
    this.#await();
  }

  /** A socket was accepted. */
  came(socket: Socket): void {
    this.#mute.add(socket);
    this.#await();
  }

  /** A frame has arrived. */
  heard(socket: Socket): void {
    const now = this.#host.now();
    this.#heard.set(socket, now);
    if (Math.abs(now - this.#sweptAt) >= sweepEvery) this.sweep();
  }

  /** A socket has sent hello. True if it needs the alarm. */
  greeted(socket: Socket): boolean {
    this.#mute.delete(socket);
    this.#rest();
    return this.#prove(socket);
  }

  gone(socket: Socket): void {
    this.#unproven.delete(socket);
    this.#mute.delete(socket);
    this.#rest();
  }

  /** Closes all sockets whose lease has ended. */
  sweep(): void {
    const now = this.#host.now();
    this.#sweptAt = now;
    for (const socket of this.#host.sockets()) if (this.#deadline(socket) <= now) this.#close(socket);
  }

  /** Makes room for one more of at most `cap` sockets of the visitor. False if all of them are alive. */
  room(cap: number): boolean {
    const now = this.#host.now();
    const sockets = this.#host.sockets('visitor');
    if (sockets.length < cap) return true;
    const silent = sockets
      .filter((socket) => !attachmentOf(socket)?.hello || this.#deadline(socket) <= now)
      .sort((a, b) => this.#lastSign(a) - this.#lastSign(b));
    const surplus = silent.slice(0, sockets.length + 1 - cap);
    for (const socket of surplus) this.#close(socket);
    return sockets.length - surplus.length < cap;
  }

  #close(socket: Socket): void {
    this.gone(socket);
    socket.close(closeCodes.leaseLost, 'no sign of life');
    this.onClosed(socket);
  }

  #prove(socket: Socket): boolean {
    const proven = this.#host.lastPing(socket) !== null;
    if (!proven) this.#unproven.add(socket);
    return !proven;
  }

  /** When the alarm is needed next. */
  #next(): number | null {
    let next: number | null = null;
    for (const socket of this.#unproven) {
      if (this.#host.lastPing(socket) !== null) this.#unproven.delete(socket);
      else next = Math.min(next ?? Infinity, this.#deadline(socket));
    }
    return next;
  }

  /** Sets the timer for the next socket whose hello is overdue. */
  #await(): void {
    if (this.#cancel || this.#mute.size === 0) return;
    const due = Math.min(...[...this.#mute].map((socket) => this.#deadline(socket)));
    const wait = Math.max(0, Math.min(helloWithin, due - this.#host.now()));
    this.#cancel = this.#host.timer(wait, () => {
      this.#cancel = null;
      this.sweep();
      this.#await();
    });
  }

  /** Without sockets to wait for, the timer would keep the actor awake for nothing. */
  #rest(): void {
    if (this.#mute.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #deadline(socket: Socket): number {
    const attachment = attachmentOf(socket);
    return attachment?.hello ? this.#lastSign(socket) + lease : (attachment?.at ?? 0) + helloWithin;
  }

  #lastSign(socket: Socket): number {
    const accepted = attachmentOf(socket)?.at ?? 0;
    return Math.max(accepted, this.#host.lastPing(socket) ?? 0, this.#heard.get(socket) ?? 0);
  }
}
