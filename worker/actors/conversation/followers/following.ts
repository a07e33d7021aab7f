/** The parts of a follower of a conversation: those that its file is given, and the work that it returns. */
import type { Concern } from '#domain/conversation/kinds';
import type { Follower, Subscription } from '../../../runtime/followers.ts';
import type { Host } from '../../../runtime/host.ts';
import type { Journal } from '../journal.ts';
import type { Targets } from '../targets.ts';

export interface Followed {
  readonly host: Host;
  readonly journal: Journal;
  readonly targets: Targets;
  /** The visitor's first message. */
  opening(): string;
  /** The dispatcher knows the conversation. */
  registered(): boolean;
  /** The archive's cursor. */
  archived(): number;
  /** The longest delay before entries are archived, in milliseconds. */
  readonly archiveWindow: number;
}

export interface Work {
  /** As in `Follower`; `concerned` if an entry after the cursor concerns the follower. Without `due`, at once if so. */
  due?(cursor: number, concerned: boolean): number | null;
  push(cursor: number): Promise<number>;
}

/** A line of the table. `concerns`: every entry, or those of the kinds that the record of kinds names. */
export interface Line extends Subscription {
  readonly concerns: 'every entry' | Concern;
  follow(followed: Followed): Work;
}

/** The followers of one conversation. */
export function followersOf(lines: readonly Line[], followed: Followed): Follower[] {
  const { journal } = followed;
  return lines.map(({ name, version, from, concerns, follow }) => {
    const work = follow(followed);
    const last = () => (concerns === 'every entry' ? journal.head : journal.concerning[concerns]);
    return {
      name,
      version,
      from,
      due(cursor) {
        const concerned = last() > cursor;
        if (work.due) return work.due(cursor, concerned);
        return concerned ? 0 : null;
      },
      push: (cursor) => work.push(cursor),
    };
  });
}
