/** What is worth a sound: each piece of news has a key, and a key is news once. */
import { sideOf } from '#domain/conversation/parties';
import { byHand, groupOf, type Handing, type Row } from '../floor/roster.ts';

export interface News {
  readonly key: string;
  readonly kind: 'waiting' | 'message';
  readonly conversation: string;
}

/** All that calls for the agent in these rows: chats that wait, and unread words of visitors in chats of their own. */
export function newsOf(rows: Iterable<Row>, me: string, handing: Handing = byHand): News[] {
  const news: News[] = [];
  for (const row of rows) {
    const group = groupOf(row, me, handing);
    // Of what routing hands out, only the one who is asked is called.
    if (group === 'waiting' || (group === 'requests' && !handing.routed)) {
      // A chat that comes back to the queue is news again: each change of owner raises the generation.
      const key = `waiting:${row.id}:${row.generation}`;
      news.push({ key, kind: 'waiting', conversation: row.id });
    } else if (group === 'yours' && row.unread > 0 && row.last && sideOf(row.last.by) === 'visitor') {
      news.push({ key: `message:${row.id}:${row.last.seq}`, kind: 'message', conversation: row.id });
    }
  }
  return news;
}

/** How many keys are remembered between tabs: far more than two tabs can be apart. */
const remembered = 200;

/** Claims a key among those that some tab has claimed already. `list` is what is to be kept. */
export function claim(claimed: readonly string[], key: string): { first: boolean; list: readonly string[] } {
  if (claimed.includes(key)) return { first: false, list: claimed };
  return { first: true, list: [...claimed, key].slice(-remembered) };
}
