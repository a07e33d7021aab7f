/**
 * The commands of one conversation until they are answered: kept in the outbox, sent in order, sent again after a lost
 * answer or a transient refusal. Their meaning is unknown here.
 */
import { isTransient, type Refused } from '#protocol';
import type { Environment } from './environment.ts';
import type { Outbox, Pending } from './outbox.ts';

/** A command that is unanswered for this long is sent again, because a single frame can be lost; milliseconds. */
const answerWithin = 15_000;
/** The pause before a command that overtook the one before it is sent again; milliseconds. */
const reorderAfter = 100;

export interface CommandsOptions {
  readonly env: Environment;
  readonly outbox: Outbox;
  /** Whether the server takes commands now. */
  ready(): boolean;
  send(frame: object): void;
  changed(): void;
  /** A command was refused for good: returns true where another part takes it over (`surrender`). */
  onRefused?: ((pending: Pending, refused: Refused) => boolean) | undefined;
}

export class Commands {
  readonly #options: CommandsOptions;
  readonly #pending = new Map<string, Pending>();
  #resendTimer: (() => void) | null = null;
  #answerTimer: (() => void) | null = null;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Takes over the commands that an earlier page left, before those given since. */
  takeUp(left: readonly Pending[]): void {
    const given = this.all;
    this.#pending.clear();
    for (const pending of [...left, ...given]) this.#pending.set(pending.id, pending);
  }

  end(): void {
    this.#resendTimer?.();
    this.#answerTimer?.();
  }

  get all(): Pending[] {
    return [...this.#pending.values()];
  }

  get unanswered(): Pending[] {
    return this.all.filter(({ refused }) => !refused);
  }

  /** Sends a command, which may come from elsewhere. */
  submit(pending: Pending): void {
    this.#pending.set(pending.id, pending);
    this.#options.outbox.put(pending);
    // While other commands wait for their second try, this one would be refused like them (CMD-11).
    if (this.#options.ready() && !this.#resendTimer) this.transmit(pending.id);
    this.#options.changed();
  }

  /** Sends all unanswered commands, in order, or a single one; each names the one before it (CMD-11). */
  transmit(only?: string): void {
    let prev: string | undefined;
    for (const { id, frame, refused } of this.#pending.values()) {
      if (refused) continue;
      if (only === undefined || id === only) this.#options.send({ ...frame, prev });
      prev = id;
    }
    if (prev === undefined) return;
    this.#answerTimer ??= this.#options.env.after(answerWithin, () => {
      this.#answerTimer = null;
      if (this.#options.ready()) this.transmit();
    });
  }

  /** Sends a refused command again, after all others; without its quote, if that was deleted meanwhile. */
  retry(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending?.refused) return;
    this.#pending.delete(id);
    const { to, at, frame, files } = pending;
    const kept = { ...frame };
    if (pending.refused.field === 'quote' && 'quote' in kept) delete kept.quote;
    this.submit({ id, frame: kept, to, at, files });
  }

  /** Returns all unanswered commands, in order, for another sender. */
  surrender(): Pending[] {
    const given = this.unanswered;
    for (const { id } of given) this.#pending.delete(id);
    return given;
  }

  discard(id: string): void {
    if (!this.#pending.delete(id)) return;
    this.#options.outbox.drop(id);
    this.#options.changed();
  }

  answered(id: string): void {
    if (this.#pending.delete(id)) this.#options.outbox.drop(id);
  }

  refused(refused: Refused): void {
    const pending = refused.id === undefined ? undefined : this.#pending.get(refused.id);
    if (!pending) return;
    if (isTransient(refused.code)) {
      const wait = refused.code === 'out_of_order' ? reorderAfter : Math.max(refused.retryAfter ?? 0, 1_000);
      this.#resendTimer ??= this.#options.env.after(wait, () => {
        this.#resendTimer = null;
        if (this.#options.ready()) this.transmit();
      });
      return;
    }
    if (this.#options.onRefused?.(pending, refused)) return;
    const kept = { ...pending, refused };
    this.#pending.set(kept.id, kept);
    this.#options.outbox.put(kept);
  }
}
