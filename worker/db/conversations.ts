/**
 * Reads the history: an account's conversations, one by one and in lists, and their transcripts. It follows the logs
 * within a minute, and at once when a conversation ends; no live decision depends on it.
 */
import { refuse, type ConversationState, type ConversationsPage, type Entry, type Refusal } from '#protocol';
import { and, desc, eq, sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { conversations } from './schema/history.ts';

export interface ConversationsQuery {
  readonly campaign?: string | undefined;
  readonly visitor?: string | undefined;
  readonly phase?: ConversationState['phase'] | undefined;
  /** `next` of the previous page. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * A page of an account's conversations, newest first. Pages continue from a key, so that new conversations move
 * nothing.
 */
export async function listConversations(
  d1: D1Database,
  account: string,
  query: ConversationsQuery,
): Promise<ConversationsPage | Refusal> {
  const key = query.after === undefined ? undefined : parseKey(query.after);
  if (isBad(key)) return refuse('bad_request', { field: 'after' });
  const limit = query.limit ?? 50;
  const rows = await selectConversations(d1, account, query, key, limit + 1);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    conversations: shown.map((row) => row.state),
    next: last ? `${last.startedAt}.${last.id}` : null,
  };
}

type Key = readonly [startedAt: number, id: string];

function parseKey(text: string): Key | 'bad' {
  const match = /^(\d{1,16})\.([a-z0-9_]{1,40})$/.exec(text);
  return match?.[1] && match[2] ? [Number(match[1]), match[2]] : 'bad';
}

const isBad = (key: Key | 'bad' | undefined): key is 'bad' => key === 'bad';

/** The list's query. A test checks its plan: one of the four indexes serves it, and nothing is sorted. */
export function selectConversations(
  d1: D1Database,
  account: string,
  filters: Pick<ConversationsQuery, 'campaign' | 'visitor' | 'phase'>,
  key: Key | undefined,
  limit: number,
) {
  const { id, startedAt, state } = conversations;
  return drizzle(d1)
    .select({ id, startedAt, state })
    .from(conversations)
    .where(
      and(
        eq(conversations.accountId, account),
        ...filtersInOrder(filters),
        key && sql`(${startedAt}, ${id}) < (${key[0]}, ${key[1]})`,
      ),
    )
    .orderBy(desc(startedAt), desc(id))
    .limit(limit);
}

/**
 * The first and narrowest filter chooses the index; SQLite's unary plus keeps the others from it. A visitor has few
 * conversations, a campaign many, and nearly all are `closed`.
 */
function filtersInOrder(filters: Pick<ConversationsQuery, 'campaign' | 'visitor' | 'phase'>): SQL[] {
  const given = [
    [conversations.visitorId, filters.visitor] as const,
    [conversations.campaignId, filters.campaign] as const,
    [conversations.phase, filters.phase] as const,
  ].filter(([, value]) => value !== undefined);
  return given.map(([column, value], index) =>
    index === 0 ? sql`${column} = ${value}` : sql`+${column} = ${value}`,
  );
}

/** The facts of one conversation, as far as the history has them. */
export async function getConversation(
  d1: D1Database,
  account: string,
  id: string,
): Promise<ConversationState | null> {
  const row = await drizzle(d1)
    .select({ state: conversations.state })
    .from(conversations)
    .where(and(eq(conversations.accountId, account), eq(conversations.id, id)))
    .get();
  return row?.state ?? null;
}

/**
 * The `limit` entries before a seq (without it: the last ones), which are those after `after` and up to `upTo`
 * (HIS-8). Only the pages that contain them are read. Null if the account has no such conversation.
 */
export async function getRange(
  d1: D1Database,
  account: string,
  id: string,
  before: number | undefined,
  limit: number,
): Promise<{ after: number; upTo: number; entries: Entry[] } | null> {
  const upTo = before === undefined ? null : before - 1;
  const { results } = await d1.prepare(rangeQuery).bind(account, id, upTo, limit).all<RangeRow>();
  const head = results[0]?.head;
  if (head === undefined) return null;
  const last = Math.max(0, Math.min(head, upTo ?? head));
  const after = Math.max(0, last - limit);
  const entries = results
    .flatMap((row) => (row.entries === null ? [] : (JSON.parse(row.entries) as Entry[])))
    .filter((entry) => entry.seq > after && entry.seq <= last);
  return { after, upTo: last, entries };
}

interface RangeRow {
  head: number;
  entries: string | null;
}

/**
 * The conversation's head, joined to each page that contains an entry of the range. The range starts in the last page
 * that starts no later; both ends are looked up in the pages' primary key.
 */
export const rangeQuery = `
  WITH found AS (
    SELECT account_id, id, head, min(head, coalesce(?3, head)) AS last
    FROM conversations WHERE account_id = ?1 AND id = ?2
  )
  SELECT found.head, pages.entries
  FROM found LEFT JOIN pages
    ON pages.account_id = found.account_id AND pages.conversation_id = found.id
    AND pages.first <= found.last
    AND pages.first >= coalesce((
      SELECT max(first) FROM pages
      WHERE account_id = ?1 AND conversation_id = ?2 AND first <= max(1, found.last - ?4 + 1)
    ), 1)
  ORDER BY pages.first`;

/**
 * The edits and deletions after a seq and up to another, in order. Those of a range's entries can be in any later page;
 * of these pages only the revisions leave the database.
 */
export async function getRevisions(
  d1: D1Database,
  account: string,
  id: string,
  after: number,
  upTo: number,
): Promise<Entry[]> {
  const { results } = await d1
    .prepare(revisionsQuery)
    .bind(account, id, after, upTo)
    .all<{ entry: string }>();
  return results.map(({ entry }) => JSON.parse(entry) as Entry);
}

export const revisionsQuery = `
  SELECT entries.value AS entry
  FROM pages JOIN json_each(pages.entries) AS entries
  WHERE pages.account_id = ?1 AND pages.conversation_id = ?2
    AND pages.first <= ?4
    AND pages.first >= coalesce((
      SELECT max(first) FROM pages WHERE account_id = ?1 AND conversation_id = ?2 AND first <= ?3 + 1
    ), 1)
    AND entries.value ->> 'kind' IN ('message.edited', 'message.deleted')
    AND entries.value ->> 'seq' > ?3 AND entries.value ->> 'seq' <= ?4
  ORDER BY pages.first, entries.key`;
