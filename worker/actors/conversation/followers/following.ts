/** The parts of a follower of a conversation: those that its file is given, and the work that it returns. */
import type { Concern } from '#domain/conversation/kinds';
import type { Follower, Subscription } from '../../../runtime/followers.ts';
import type { Host } from '../../../runtime/host.ts';
import type { TellFloor } from '../floor-news.ts';
import type { Journal } from '../journal.ts';
import type { TellOwner } from '../owner-news.ts';

export interface Followed {
  readonly host: Host;
  readonly journal: Journal;
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

/** The work of a follower. `end` delivers outside the conversation; it may be called twice with the same. */
export type Follow<End> = (followed: Followed, end: End) => Work;

/** A line of the table. `concerns`: every entry, or those of the kinds that the record of kinds names. */
export interface Line<End> extends Omit<Subscription, 'name'> {
  readonly concerns: 'every entry' | Concern;
  readonly follow: Follow<End>;
}

/** The ends of followers that messages are sent to as well, between two pushes. */
interface NewsEnds {
  readonly owner: TellOwner;
  readonly floor: TellFloor;
}

/** Followers with their ends: all that the core knows of the outside world. */
export interface Bound {
  readonly subscriptions: readonly Subscription[];
  readonly news: NewsEnds;
  /** The followers of one conversation. */
  follow(followed: Followed): Follower[];
}

/** Gives each follower of a table its end, by name. */
export function bind<Ends extends NewsEnds>(
  lines: { readonly [Name in keyof Ends]: Line<Ends[Name]> },
  ends: Ends,
): Bound {
  const subscriptions: Subscription[] = [];
  const follows: ((followed: Followed) => Follower)[] = [];
  for (const name in lines) {
    const subscription = subscriptionOf(name, lines[name]);
    subscriptions.push(subscription);
    follows.push((followed) => followerOf(subscription, lines[name], followed, ends[name]));
  }
  return { subscriptions, news: ends, follow: (followed) => follows.map((follow) => follow(followed)) };
}

function subscriptionOf<End>(name: string, { version, from, givesUpAfter }: Line<End>): Subscription {
  return { name, version, from, ...(givesUpAfter !== undefined && { givesUpAfter }) };
}

function followerOf<End>(
  subscription: Subscription,
  { concerns, follow }: Line<End>,
  followed: Followed,
  end: End,
): Follower {
  const { journal } = followed;
  const work = follow(followed, end);
  const last = () => (concerns === 'every entry' ? journal.head : journal.concerning[concerns]);
  return {
    ...subscription,
    due(cursor) {
      const concerned = last() > cursor;
      if (work.due) return work.due(cursor, concerned);
      return concerned ? 0 : null;
    },
    push: (cursor) => work.push(cursor),
  };
}
