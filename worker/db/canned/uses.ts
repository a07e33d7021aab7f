/** How often responses were used: counts over the projection that db/history.ts writes. */
import type { ForumUses } from '#protocol';
import type { Place } from './change.ts';

/** Those of a forum's responses, without those that never were used. */
export async function listUses(d1: D1Database, { account, forum }: Place): Promise<ForumUses['uses']> {
  const { results } = await d1.prepare(usesQuery).bind(account, forum).all<ForumUses['uses'][number]>();
  return results;
}

// CROSS JOIN keeps the order: SQLite would read all uses of the account first.
export const usesQuery = `
  SELECT responses.id, count(*) AS count, max(canned_uses.at) AS lastAt
  FROM responses CROSS JOIN canned_uses
    ON canned_uses.account_id = responses.account_id AND canned_uses.response_id = responses.id
  WHERE responses.account_id = ?1 AND responses.forum_id = ?2 AND responses.deleted_at IS NULL
  GROUP BY responses.id`;
