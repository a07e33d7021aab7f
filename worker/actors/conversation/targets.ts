/** The followers of a conversation: the archive, the floor, the owner's lists, the visitor's record. */
import { windowOf } from '#domain/conversation/archive';
import type { ConversationState, FloorRow, Handover, Summary, Words } from '#protocol';
import type { Follower } from '../../runtime/followers.ts';
import type { Host } from '../../runtime/host.ts';
import { handoverOf, wordsDue } from './floor-news.ts';
import type { Journal } from './journal.ts';

/**
 * The target of each follower. The actor provides the real ones, a test its own. Each may be called twice with the
 * same.
 */
export interface Targets {
  archive(
    state: ConversationState,
    pages: readonly { first: number; count: number; entries: string }[],
  ): Promise<void>;
  floor(row: FloorRow): Promise<void>;
  words(words: Words): Promise<void>;
  owner(agent: string, summary: Summary): Promise<void>;
  visitor(note: VisitorNote): Promise<void>;
}

/** The summary of a conversation that a visitor's actor stores. */
export interface VisitorNote {
  readonly visitor: string;
  readonly conversation: string;
  readonly open: boolean;
  readonly blocked: boolean;
  readonly contact: { readonly name?: string; readonly email?: string };
  /** For a closed conversation: the range of the visitor's command ids in it. */
  readonly ids?: IdRange;
}

/** The lowest and the highest of a set of ids, compared as text. */
export interface IdRange {
  readonly first: string;
  readonly last: string;
}

/** Pages in one batch to the archive. */
const pagesAtOnce = 20;

export function floorRow(
  state: ConversationState,
  opening: string,
  changedAt: number,
  handed: Handover | null,
): FloorRow {
  const { id, phase, type, owner, generation, campaign, target, released, startedAt, visitor } = state;
  const who = {
    id: visitor.id,
    ...(visitor.name !== undefined && { name: visitor.name }),
    here: visitor.here,
  };
  return {
    id,
    seq: state.head,
    phase,
    type,
    owner,
    generation,
    campaign,
    target,
    released,
    visitor: who,
    opening,
    last: state.lastMessage,
    handed,
    startedAt,
    changedAt,
  };
}

/** The floor's row of a conversation as it is now. */
export function rowOf(journal: Journal, opening: string): FloorRow {
  const { state } = journal;
  const changedAt = journal.log.get(journal.concerning.floor)?.at ?? state.startedAt;
  return floorRow(state, opening, changedAt, handoverOf(journal));
}

export function followersOf(
  host: Host,
  journal: Journal,
  targets: Targets,
  conversation: {
    opening(): string;
    registered(): boolean;
    archived(): number;
    readonly archiveWindow: number;
  },
): Follower[] {
  const wordsAt = wordsDue(host, journal, conversation.archiveWindow);
  const whenConcerned = (which: 'floor' | 'owner' | 'visitor') => (cursor: number) =>
    journal.concerning[which] > cursor ? 0 : null;
  return [
    archive(host, journal, targets, conversation),
    {
      name: 'floor',
      from: 'start',
      due: (cursor) => (journal.concerning.floor > cursor ? 0 : wordsAt(cursor, conversation.archived())),
      async push() {
        const { head } = journal;
        await targets.floor(rowOf(journal, conversation.opening()));
        return head;
      },
    },
    {
      name: 'owner',
      from: 'start',
      due: whenConcerned('owner'),
      async push() {
        const { head, state, marks } = journal;
        // Previous owners have to be notified that they no longer own it.
        await Promise.all(
          [...journal.owners].map((agent) => targets.owner(agent, { state, unread: marks.agent.unread })),
        );
        return head;
      },
    },
    {
      name: 'visitor',
      from: 'start',
      due: whenConcerned('visitor'),
      async push() {
        const { head, state } = journal;
        const { id: visitor, name, email, blocked } = state.visitor;
        const contact = { ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
        const open = state.phase !== 'closed';
        const ids = open ? null : journal.idsOf({ kind: 'visitor', id: visitor });
        const note = { visitor, conversation: state.id, open, blocked, contact, ...(ids && { ids }) };
        await targets.visitor(note);
        return head;
      },
    },
  ];
}

/** Collects entries for a while, longer after the first time; a closed conversation is written at once. */
function archive(
  host: Host,
  journal: Journal,
  targets: Targets,
  conversation: { registered(): boolean; readonly archiveWindow: number },
): Follower {
  const { archiveWindow } = conversation;
  let since = { cursor: -1, at: 0, spread: 0 };
  return {
    name: 'archive',
    from: 'start',
    due(cursor) {
      // A rebuild only knows conversations that the dispatcher has registered.
      if (journal.head <= cursor || !conversation.registered()) return null;
      if (journal.state.phase === 'closed') return 0;
      if (since.cursor !== cursor)
        since = { cursor, at: journal.writtenAfter(cursor) ?? host.now(), spread: host.random() };
      // A clock that was set back must not delay it for ever.
      return Math.min(
        since.at + windowOf(journal.head - cursor, cursor > 0, since.spread, archiveWindow),
        host.now() + archiveWindow,
      );
    },
    async push(cursor) {
      const { state, head } = journal;
      const pages = journal.pagesAfter(cursor, pagesAtOnce);
      await targets.archive(state, pages);
      return pages.at(-1)?.last ?? head;
    },
  };
}
