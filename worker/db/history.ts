/**
 * Writes the history: a projection of the conversations' logs, which can be dropped and rebuilt from them. Every write
 * is an upsert by key that may arrive twice or late; an older write never undoes a newer one.
 */
import type { ConversationState, Party } from '#protocol';

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
  await d1.batch([
    d1.prepare(upsertConversation).bind(...conversationRow(account, state)),
    // In a statement of its own, because an upsert that names the phase would write that index every time.
    d1.prepare(movePhase).bind(account, state.id, state.phase, state.head),
    ...pages.map(({ first, count, entries }) => page.bind(account, state.id, first, count, entries)),
  ]);
}

/** Facts that never change after the start: no upsert writes them again, and so no index is written again. */
const fixed = [
  'account_id',
  'id',
  'campaign_id',
  'campaign_name',
  'site_id',
  'visitor_id',
  'started_at',
  'phase',
];
/** Facts that later entries change. */
const moving = [
  'visitor_name',
  'visitor_email',
  'owner_id',
  'owner_name',
  'first_assigned_at',
  'first_reply_at',
  'closed_at',
  'closed_by',
  'closed_reason',
  'visitor_messages',
  'agent_messages',
  'last_text',
  'last_at',
  'head',
  'state',
];

function conversationRow(account: string, state: ConversationState): (string | number | null)[] {
  const { visitor, owner, closed, messages, lastMessage } = state;
  return [
    account,
    state.id,
    state.campaign.id,
    state.campaign.name,
    state.site,
    visitor.id,
    state.startedAt,
    state.phase,
    visitor.name ?? null,
    visitor.email ?? null,
    owner?.id ?? null,
    owner?.name ?? null,
    state.firstAssignedAt,
    state.firstReplyAt,
    closed?.at ?? null,
    closed ? nameOf(closed.by) : null,
    closed?.reason ?? null,
    messages.visitor,
    messages.agent,
    lastMessage?.text ?? null,
    lastMessage?.at ?? null,
    state.head,
    JSON.stringify(state),
  ];
}

const nameOf = (party: Party): string => (party.kind === 'system' ? 'system' : party.id);

const upsertConversation = `
  INSERT INTO conversations (${[...fixed, ...moving].join(', ')})
  VALUES (${[...fixed, ...moving].map(() => '?').join(', ')})
  ON CONFLICT (account_id, id) DO UPDATE SET ${moving.map((column) => `${column} = excluded.${column}`).join(', ')}
  WHERE excluded.head >= conversations.head`;

const movePhase = `
  UPDATE conversations SET phase = ?3
  WHERE account_id = ?1 AND id = ?2 AND phase <> ?3 AND head = ?4`;

const upsertPage = `
  INSERT INTO pages (account_id, conversation_id, first, count, entries) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (account_id, conversation_id, first) DO UPDATE SET count = excluded.count, entries = excluded.entries
  WHERE excluded.count >= pages.count`;

/** Deletes an account's history and time table, so that they can be rebuilt from the logs. */
export async function dropHistory(d1: D1Database, account: string): Promise<void> {
  await d1.batch(
    ['conversations', 'pages', 'activity'].map((table) =>
      d1.prepare(`DELETE FROM ${table} WHERE account_id = ?`).bind(account),
    ),
  );
}

/** Every row of an account's history in a fixed order: a rebuild must produce the same. */
export async function dumpHistory(
  d1: D1Database,
  account: string,
): Promise<{ conversations: unknown[]; pages: unknown[] }> {
  const [conversations, pages] = await d1.batch([
    d1.prepare('SELECT * FROM conversations WHERE account_id = ? ORDER BY id').bind(account),
    d1.prepare('SELECT * FROM pages WHERE account_id = ? ORDER BY conversation_id, first').bind(account),
  ]);
  return { conversations: conversations?.results ?? [], pages: pages?.results ?? [] };
}
