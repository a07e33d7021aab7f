/** Writes a conversation to the history, in pages. */
import { windowOf } from '#domain/conversation/archive';
import type { Followed, Work } from './following.ts';

/** Pages in one batch to the archive. */
const pagesAtOnce = 20;

/** Collects entries for a while, longer after the first time; a closed conversation is written at once. */
export function archive({ host, journal, targets, registered, archiveWindow }: Followed): Work {
  let since = { cursor: -1, at: 0, spread: 0 };
  return {
    due(cursor, concerned) {
      // A rebuild only knows conversations that the dispatcher has registered.
      if (!concerned || !registered()) return null;
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
