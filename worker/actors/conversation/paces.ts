/**
 * How much each side may ask of a conversation. All tabs of the visitor share one pace, and so do all tabs of one
 * agent, so that no agent can starve another. Kept in memory: an actor sleeps after ten idle seconds, when all but
 * `details` and `notes` have recovered.
 */
import * as bucket from '#domain/base/bucket';
import type { Attachment, CommandFrame } from '#protocol';

export interface Rate {
  /** Per second, on average. */
  readonly rate: number;
  /** The most at once. */
  readonly burst: number;
}

/** `hello` and `pull`, which are answered with entries. */
const questions: Rate = { rate: 5, burst: 20 };
/**
 * This many bytes of an answer cost as much as one more question, so that a client receives no more than it may send.
 */
const bytesPerQuestion = 65_536;
/** Commands of the visitor that may be repeated, and of which each one reaches the dispatcher and every list. */
const details: Rate = { rate: 0.1, burst: 5 };
/** `note.add`: each one may notify many colleagues. */
const notes: Rate = { rate: 0.5, burst: 10 };
/** Commands that have a pace of their own as well. */
export const pacedApart: { readonly [T in CommandFrame['t']]?: 'details' | 'notes' } = {
  'visitor.identify': 'details',
  'conversation.resume': 'details',
  'note.add': 'notes',
};
/** Requests for files: a player asks for one in many ranges. */
const files: Rate = { rate: 20, burst: 200 };
/** New sockets of the visitor. */
const arrivals: Rate = { rate: 2, burst: 20 };
/** Frames of any kind, as a multiple of commands: a client sends again all that is unanswered. */
const framesPerCommand = { rate: 10, burst: 50 };

type Speaker = Pick<Attachment, 'side' | 'id'>;
type Asked = 'frames' | 'commands' | 'questions' | 'details' | 'notes' | 'files' | 'arrivals';

export class Paces {
  readonly #now: () => number;
  readonly #rates: Readonly<Record<Asked, Rate>>;
  readonly #buckets = new Map<string, bucket.Bucket>();

  constructor(now: () => number, commands: Rate) {
    const { rate, burst } = commands;
    const frames = { rate: framesPerCommand.rate * rate, burst: framesPerCommand.burst * burst };
    this.#now = now;
    this.#rates = { frames, commands, questions, details, notes, files, arrivals };
  }

  /** Takes one. Returns 0, or how many milliseconds to wait. */
  take(asked: Asked, who: Speaker): number {
    const { rate, burst } = this.#rates[asked];
    const now = this.#now();
    const key = keyOf(asked, who);
    const taken = bucket.take(this.#buckets.get(key) ?? bucket.fill(burst, now), rate, burst, now);
    this.#buckets.set(key, taken.bucket);
    return taken.wait;
  }

  /** A question was answered with this many bytes: long answers delay the next one. */
  answered(who: Speaker, bytes: number): void {
    const key = keyOf('questions', who);
    const known = this.#buckets.get(key);
    if (known) this.#buckets.set(key, bucket.charge(known, Math.floor(bytes / bytesPerQuestion)));
  }
}

const keyOf = (asked: Asked, { side, id }: Speaker): string =>
  side === 'visitor' ? asked : `${asked} ${id}`;
