/**
 * Messages on their way, and their times. A message is done once the visitor has its acknowledgement and the agent's
 * tab has received it; each must happen exactly once, or the run does not count.
 */
import { makeCommandId } from '#protocol';
import { randomBytes } from 'node:crypto';
import type { Chat, Watcher } from './chat.ts';

interface Flight {
  readonly startedAt: number;
  readonly landed: () => void;
  acknowledged: boolean;
  delivered: boolean;
}

export class Traffic implements Watcher {
  /** Milliseconds from the planned moment of sending to the acknowledgement, and to the agent's tab. */
  acknowledgements: number[] = [];
  deliveries: number[] = [];
  over = 0;
  failure: string | undefined;
  #flights = new Map<string, Flight>();
  #idle: (() => void) | undefined;

  get onTheWay(): number {
    return this.#flights.size;
  }

  /** Sends a message that should have left at `startedAt` (of `performance.now()`). */
  send(chat: Chat, text: string, startedAt: number, landed: () => void = () => undefined): void {
    const id = makeCommandId(Date.now(), randomBytes(10));
    this.#flights.set(id, { startedAt, landed, acknowledged: false, delivered: false });
    chat.send(id, text);
  }

  readonly acknowledged = (id: string): void => {
    const flight = this.#flights.get(id);
    // The first messages of a conversation are sent before the traffic begins.
    if (!flight) return;
    if (flight.acknowledged) this.failed('acknowledged twice');
    flight.acknowledged = true;
    this.acknowledgements.push(performance.now() - flight.startedAt);
    this.#settle(id, flight);
  };

  readonly delivered = (id: string): void => {
    const flight = this.#flights.get(id);
    if (!flight) return;
    if (flight.delivered) this.failed('delivered twice');
    flight.delivered = true;
    this.deliveries.push(performance.now() - flight.startedAt);
    this.#settle(id, flight);
  };

  readonly failed = (why: string): void => {
    this.failure ??= why;
    this.#idle?.();
  };

  /** Drops the measurements so far: the warm-up. */
  clear(): void {
    this.acknowledgements = [];
    this.deliveries = [];
    this.over = 0;
  }

  /** Waits until no message is on its way. */
  async landed(): Promise<void> {
    const late = setTimeout(() => this.failed(`${this.onTheWay} messages never arrived`), 20_000);
    if (this.onTheWay > 0 && !this.failure) await new Promise<void>((resolve) => (this.#idle = resolve));
    clearTimeout(late);
    if (this.failure) throw new Error(this.failure);
  }

  #settle(id: string, flight: Flight): void {
    if (!flight.acknowledged || !flight.delivered) return;
    this.#flights.delete(id);
    this.over++;
    flight.landed();
    if (this.onTheWay === 0) this.#idle?.();
  }
}
