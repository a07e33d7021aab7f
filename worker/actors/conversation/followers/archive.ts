/** Writes a conversation to the history, in pages. */
import { windowOf } from '#domain/conversation/archive';
import type { ConversationState } from '#protocol';
import { writeHistory } from '../../../db/history.ts';
import type { Following } from './ends.ts';
import type { Followed, Work } from './following.ts';

/** Pages in one batch to the archive. */
const pagesAtOnce = 20;

type Page = { first: number; count: number; entries: string };
export type WriteArchive = (state: ConversationState, pages: readonly Page[]) => Promise<void>;

export const archive: Following<WriteArchive> = {
  end:
    ({ env, account }) =>
    (state, pages) =>
      writeHistory(env.DB, account, state, pages),
  follow,
};

/** Collects entries for a while, longer after the first time; a closed conversation is written at once. */
function follow({ host, journal, registered, archiveWindow }: Followed, write: WriteArchive): Work {
  let since = { cursor: -1, at: 0, spread: 0 };
  return {
    due(cursor, concerned) {
      // A rebuild only knows conversations that the dispatcher has registered.
      if (!concerned || !registered()) return null;
      if (journal.state.phase === 'closed') return 0;
      if (since.cursor !== cursor)
        since = { cursor, at: journal.writtenAfter(cursor) ?? host.now(), spread: host.random() };
      // A clock that was set back must not delay it for ever.
      const { message = 0, note = 0 } = journal.state.revised ?? {};
      // The history must not show a deleted text for long.
      const long = cursor > 0 && message <= cursor && note <= cursor;
      return Math.min(
        since.at + windowOf(journal.head - cursor, long, since.spread, archiveWindow),
        host.now() + archiveWindow,
      );
    },
    async push(cursor) {
      const { state, head } = journal;
      const pages = journal.pagesAfter(cursor, pagesAtOnce);
      await write(state, pages);
      return pages.at(-1)?.last ?? head;
    },
  };
}
