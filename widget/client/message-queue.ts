/** Messages that no conversation has accepted yet, in order. The outbox keeps them over a reload. */
import type { Outbox, Pending } from './outbox.ts';
import type { Failure } from './visitor-api.ts';

export class MessageQueue {
  readonly #outbox: Outbox;
  #messages: readonly Pending[] = [];

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get all(): readonly Pending[] {
    return this.#messages;
  }

  /** The first one to send. */
  get next(): Pending | undefined {
    return this.#messages.find(({ refused }) => !refused);
  }

  /** Loads the messages that an earlier page left, and puts them before those typed since. */
  async load(): Promise<void> {
    const left = await this.#outbox.load();
    const typed = this.#messages.filter((pending) => !left.some((other) => other.id === pending.id));
    this.#messages = [...left, ...typed];
  }

  add(pending: Pending): void {
    this.#messages = [...this.#messages, pending];
    this.#outbox.put(pending);
  }

  /**
   * Takes back the messages that a socket has not answered, which the outbox has. Other commands end with their
   * conversation.
   */
  takeBack(unanswered: readonly Pending[]): void {
    for (const each of unanswered) {
      if (each.frame.t === 'message.send') this.#messages = [...this.#messages, each];
      else this.#outbox.drop(each.id);
    }
  }

  /** Puts a refused message behind all others; false if it is not here. */
  retry(id: string): boolean {
    const pending = this.#messages.find((other) => other.id === id);
    if (!pending) return false;
    const { refused: _, ...again } = pending;
    this.#messages = this.#without(id);
    this.add(again);
    return true;
  }

  /** Removes a message that a conversation has taken, or that the visitor has given up. */
  drop(id: string): void {
    this.#messages = this.#without(id);
    this.#outbox.drop(id);
  }

  /** The message stays visible, to be sent again or discarded. */
  refuse(id: string, { refused: code, message }: Exclude<Failure, { lost: true }>): void {
    const refused = { t: 'refused' as const, id, code, message };
    this.#messages = this.#messages.map((other) => (other.id === id ? { ...other, refused } : other));
  }

  /** Gives all messages to a socket. */
  drain(): readonly Pending[] {
    const given = this.#messages;
    this.#messages = [];
    return given;
  }

  #without(id: string): readonly Pending[] {
    return this.#messages.filter((pending) => pending.id !== id);
  }
}
