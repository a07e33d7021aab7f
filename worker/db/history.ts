/**
 * Writes the history: a projection of the conversations' logs, which can be dropped and rebuilt from them. Every write
 * is an upsert by key that may arrive twice or late; an older write never undoes a newer one.
 */
import type { ConversationState, Party } from '#protocol';
import { fileStatements } from './files.ts';

/** A page of a transcript (#domain `paginate`); `entries` is a JSON array. */
export interface PageRow {
  readonly first: number;
  readonly count: number;
  readonly entries: string;
}

/** One transaction. A repeated or late call changes nothing. */
export async function writeHistory(
  d1: D1Database,
  account: string,
  state: ConversationState,
  pages: readonly PageRow[],
): Promise<void> {
  const page = d1.prepare(upsertPage);
  // A key of an entry: within a text the quotes would be escaped.
  const withUses = pages.filter(({ entries }) => entries.includes('"canned":['));
  await d1.batch([
    d1.prepare(upsertConversation).bind(...conversationRow(account, state)),
    // In a statement of its own, because an upsert that names the phase would write that index every time.
    d1.prepare(movePhase).bind(account, state.id, state.phase, state.head),
    ...pages.map(({ first, count, entries }) => page.bind(account, state.id, first, count, entries)),
    ...fileStatements(d1, account, state.id, pages),
    ...withUses.map(({ first }) => d1.prepare(insertUses).bind(account, state.id, first)),
  ]);
}

/** The value of a column, from a conversation's state. */
type Columns = Readonly<
  Record<string, (state: ConversationState, account: string) => string | number | null>
>;

/** Facts that never change after the start: no upsert writes them again, and so no index is written again. */
const fixed: Columns = {
  account_id: (_, account) => account,
  id: ({ id }) => id,
  campaign_id: ({ campaign }) => campaign.id,
  campaign_name: ({ campaign }) => campaign.name,
  site_id: ({ site }) => site,
  visitor_id: ({ visitor }) => visitor.id,
  started_at: ({ startedAt }) => startedAt,
  phase: ({ phase }) => phase,
};
/** Facts that later entries change. */
const moving: Columns = {
  visitor_name: ({ visitor }) => visitor.name ?? null,
  visitor_email: ({ visitor }) => visitor.email ?? null,
  owner_id: ({ owner }) => owner?.id ?? null,
  owner_name: ({ owner }) => owner?.name ?? null,
  first_assigned_at: ({ firstAssignedAt }) => firstAssignedAt,
  first_reply_at: ({ firstReplyAt }) => firstReplyAt,
  closed_at: ({ closed }) => closed?.at ?? null,
  closed_by: ({ closed }) => closed && nameOf(closed.by),
  closed_reason: ({ closed }) => closed?.reason ?? null,
  visitor_messages: ({ messages }) => messages.visitor,
  agent_messages: ({ messages }) => messages.agent,
  last_text: ({ lastMessage }) => lastMessage?.text ?? null,
  last_at: ({ lastMessage }) => lastMessage?.at ?? null,
  head: ({ head }) => head,
  state: (state) => JSON.stringify(state),
};
const columns: Columns = { ...fixed, ...moving };

function conversationRow(account: string, state: ConversationState): (string | number | null)[] {
  return Object.values(columns).map((valueOf) => valueOf(state, account));
}

const nameOf = (party: Party): string => (party.kind === 'system' ? 'system' : party.id);

const upsertConversation = `
  INSERT INTO conversations (${Object.keys(columns).join(', ')})
  VALUES (${Object.keys(columns)
    .map(() => '?')
    .join(', ')})
  ON CONFLICT (account_id, id) DO UPDATE SET ${Object.keys(moving)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}
  WHERE excluded.head >= conversations.head`;

const movePhase = `
  UPDATE conversations SET phase = ?3
  WHERE account_id = ?1 AND id = ?2 AND phase <> ?3 AND head = ?4`;

const upsertPage = `
  INSERT INTO pages (account_id, conversation_id, first, count, entries) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (account_id, conversation_id, first) DO UPDATE SET count = excluded.count, entries = excluded.entries
  WHERE excluded.count >= pages.count`;

/** The uses of canned responses in a page that was just written (CAN-18), which may be newer than the one at hand. */
export const insertUses = `
  INSERT OR IGNORE INTO canned_uses (account_id, response_id, conversation_id, seq, at)
  SELECT pages.account_id, used.value, pages.conversation_id, entries.value ->> 'seq', entries.value ->> 'at'
  FROM pages JOIN json_each(pages.entries) AS entries JOIN json_each(entries.value, '$.canned') AS used
  WHERE pages.account_id = ? AND pages.conversation_id = ? AND pages.first = ?`;

/** Deletes an account's history and time table, so that they can be rebuilt from the logs. */
export async function dropHistory(d1: D1Database, account: string): Promise<void> {
  await d1.batch(
    ['conversations', 'pages', 'files', 'canned_uses', 'activity'].map((table) =>
      d1.prepare(`DELETE FROM ${table} WHERE account_id = ?`).bind(account),
    ),
  );
}

/** Every row of an account's history in a fixed order: a rebuild must produce the same. */
export async function dumpHistory(
  d1: D1Database,
  account: string,
): Promise<{ conversations: unknown[]; pages: unknown[]; files: unknown[]; uses: unknown[] }> {
  const [conversations, pages, files, uses] = await d1.batch([
    d1.prepare('SELECT * FROM conversations WHERE account_id = ? ORDER BY id').bind(account),
    d1.prepare('SELECT * FROM pages WHERE account_id = ? ORDER BY conversation_id, first').bind(account),
    d1.prepare('SELECT * FROM files WHERE account_id = ? ORDER BY conversation_id, id').bind(account),
    d1
      .prepare('SELECT * FROM canned_uses WHERE account_id = ? ORDER BY response_id, conversation_id, seq')
      .bind(account),
  ]);
  return {
    conversations: conversations?.results ?? [],
    pages: pages?.results ?? [],
    files: files?.results ?? [],
    uses: uses?.results ?? [],
  };
}
