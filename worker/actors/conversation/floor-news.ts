/**
 * Sends the floor the last message: the first one almost at once, later ones at most about once a second. Nothing is
 * stored per message. If the dispatcher loses it, the floor's follower pushes the whole row again some time later
 * (`wordsDue`): a fraction of a row for each message.
 */
import { rulesOf } from '#domain/conversation/kinds';
import type { FloorRow, Handover, Words } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import type { Journal } from './journal.ts';

/** Delivers to the floor: the whole row, or only its last message. */
export type TellFloor = (note: { row: FloorRow } | { words: Words }) => Promise<void>;

/** In milliseconds, plus a random third each time, so that conversations do not send in step. */
const every = 1_000;
/** In milliseconds: the answer to the sender is sent first. */
const moment = 50;

export class FloorNews {
  readonly #host: Host;
  readonly #journal: Journal;
  readonly #tell: (words: Words) => Promise<void>;
  /** The seq up to which the floor's follower has pushed. */
  readonly #pushed: () => number;
  #toldAt = 0;
  #toldSeq = 0;
  #timer: (() => void) | null = null;

  constructor(host: Host, journal: Journal, tell: (words: Words) => Promise<void>, pushed: () => number) {
    this.#host = host;
    this.#journal = journal;
    this.#tell = tell;
    this.#pushed = pushed;
  }

  /** A message was written. */
  touch(): void {
    if (this.#timer || !this.#news()) return;
    const pause = every * (1 + this.#host.random() / 3);
    const wait = Math.max(moment, this.#toldAt + pause - this.#host.now());
    this.#timer = this.#host.timer(wait, () => {
      this.#timer = null;
      const words = this.#news();
      if (!words) return;
      this.#toldAt = this.#host.now();
      this.#toldSeq = words.last.seq;
      const told = this.#tell(words);
      this.#host.background(told.catch((error: unknown) => report('floor_not_told', error)));
    });
  }

  /** A message that the floor lacks. Before the follower's first push the floor does not know the conversation. */
  #news(): Words | null {
    const { id, lastMessage: last } = this.#journal.state;
    const pushed = this.#pushed();
    return last && pushed > 0 && last.seq > pushed && last.seq > this.#toldSeq ? { id, last } : null;
  }
}

/**
 * When to push the floor's row only for its last message: together with the archive's write, which wakes the
 * conversation anyway, or, without one, within the same window. Null if the floor has the message. `archived` is the
 * archive's cursor, `window` its longest wait in milliseconds.
 */
export function wordsDue(
  host: Host,
  journal: Journal,
  window: number,
): (cursor: number, archived: number) => number | null {
  let since = { cursor: -1, at: 0 };
  return (cursor, archived) => {
    const { lastMessage: last } = journal.state;
    if (!last || last.seq <= cursor) return null;
    if (archived >= last.seq) return 0;
    if (since.cursor !== cursor) since = { cursor, at: journal.writtenAfter(cursor) ?? host.now() };
    // A clock that was set back must not delay the push indefinitely.
    return Math.min(since.at, host.now()) + window;
  };
}

/** The last change of owner and its author; null if there was none, or if the conversation has ended since. */
export function handoverOf({ log, concerning }: Journal): Handover | null {
  const entry = log.get(concerning.owner);
  return (entry && rulesOf(entry)?.handover?.(entry, () => log.get(entry.seq - 1))) ?? null;
}
