/** Sends the dispatcher the floor's row: with each change of state or owner, and some time after a last message. */
import type { FloorRow } from '#protocol';
import { dispatcherStub } from '../../stubs.ts';
import { handoverOf, wordsDue, type TellFloor } from '../floor-news.ts';
import type { Journal } from '../journal.ts';
import type { Following } from './ends.ts';

export const floor: Following<TellFloor> = {
  end:
    ({ env, account, watched }) =>
    async (note) => {
      const dispatcher = dispatcherStub(env, account);
      if ('words' in note) return dispatcher.wordsNoted(note.words);
      return dispatcher.conversationNoted(note.row, note.row.phase === 'closed' && watched());
    },
  follow({ host, journal, opening, archived, archiveWindow }, tell) {
    const wordsAt = wordsDue(host, journal, archiveWindow);
    return {
      due: (cursor, concerned) => (concerned ? 0 : wordsAt(cursor, archived())),
      async push() {
        const { head } = journal;
        await tell({ row: rowOf(journal, opening()) });
        return head;
      },
    };
  },
};

/** The floor's row of a conversation as it is now. */
export function rowOf(journal: Journal, opening: string): FloorRow {
  const { log, state, concerning } = journal;
  const { id, phase, type, owner, generation, campaign, target, released, startedAt, visitor } = state;
  const { closed, awaitingCode } = state;
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
    visitor: {
      id: visitor.id,
      ...(visitor.name !== undefined && { name: visitor.name }),
      here: visitor.here,
    },
    opening,
    last: state.lastMessage,
    handed: handoverOf(journal),
    ...(awaitingCode && { awaitingCode }),
    startedAt,
    // A code that is set after the end is no change of state.
    changedAt: closed?.at ?? log.get(concerning.floor)?.at ?? startedAt,
  };
}
