/** News that deserve a sound: each has a key, and a key is news once. */
import { sideOf } from '#domain/conversation/parties';
import type { Mentioned } from '#protocol';
import { byHand, groupOf, type Handing, type Row } from '../floor/roster.ts';

export interface News {
  readonly key: string;
  readonly kind: 'waiting' | 'message' | 'mention';
  readonly conversation: string;
}

/** The news for an agent in these rows: waiting chats, and unread visitor messages in the agent's own chats. */
export function newsOf(rows: Iterable<Row>, me: string, handing: Handing = byHand): News[] {
  const news: News[] = [];
  for (const row of rows) {
    const group = groupOf(row, me, handing);
    // Routing calls only the agent whom it has offered a chat.
    if (group === 'waiting' || (group === 'requests' && !handing.routed)) {
      // A chat that returns to the queue is news again: each change of owner raises the generation.
      const key = `waiting:${row.id}:${row.generation}`;
      news.push({ key, kind: 'waiting', conversation: row.id });
    } else if (group === 'yours' && row.unread > 0 && row.last && sideOf(row.last.by) === 'visitor') {
      news.push({ key: `message:${row.id}:${row.last.seq}`, kind: 'message', conversation: row.id });
    }
  }
  return news;
}

/** The unseen mentions of the agent, each of which is news. */
export function mentionNews(mentions: readonly Mentioned[]): News[] {
  return mentions
    .filter(({ seen }) => !seen)
    .map(({ conversation, seq }) => ({
      key: `mention:${conversation}:${seq}`,
      kind: 'mention',
      conversation,
    }));
}

/** Keys that are stored for all tabs: far more than two tabs can differ by. */
const remembered = 200;

/** Claims a key among those that some tab has claimed already. `list` is the list to store. */
export function claim(claimed: readonly string[], key: string): { first: boolean; list: readonly string[] } {
  if (claimed.includes(key)) return { first: false, list: claimed };
  return { first: true, list: [...claimed, key].slice(-remembered) };
}
