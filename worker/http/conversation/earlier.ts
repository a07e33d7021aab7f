/**
 * A visitor's earlier conversations, for the agent who has the current one open (HIS-4). The dispatcher decides, by the
 * present owners and groups, which of them the agent may see; the transcripts are read from the history.
 */
import { readersByMention } from '#domain/conversation/mentions';
import { Revisions } from '#domain/conversation/revisions';
import { seesAll } from '#domain/floor/sight';
import { isRefusal, refuse, type ConversationState, type Earlier, type Refusal } from '#protocol';
import { conversationStub, dispatcherStub, type Env } from '../../actors/stubs.ts';
import { getConversation, getRange, getRevisions, listConversations } from '../../db/conversations.ts';
import type { UserPrincipal } from '../serving/principal.ts';

/** The most conversations that a list contains. */
const listed = 50;

/** The visitor's other conversations that the user may read; the user must be allowed to read `id` as well. */
export async function earlierOf(env: Env, user: UserPrincipal, id: string): Promise<Earlier | Refusal> {
  const state = await stateOf(env, user, id);
  if (!state) return refuse('not_found');
  const query = { visitor: state.visitor.id, limit: listed + 1 };
  const page = await listConversations(env.DB, user.account, query);
  if (isRefusal(page)) return page;
  const others = page.conversations.filter((other) => other.id !== id).slice(0, listed);
  const readable = await readableOf(env, user, others);
  const conversations = others
    .filter((_, index) => readable[index])
    .map(({ id: other, startedAt, closed, owner, lastMessage }) => ({
      ...{ id: other, startedAt, closedAt: closed?.at ?? null, last: lastMessage },
      owner: owner && { kind: owner.kind, id: owner.id, name: owner.name },
    }));
  return { conversations, hidden: others.length - conversations.length };
}

/**
 * A range of the entries of one of them. A conversation that the user may not read gets the same answer as a missing
 * one.
 */
export async function earlierEntries(
  env: Env,
  user: UserPrincipal,
  id: string,
  { of, before, limit }: { of: string; before: number | undefined; limit: number },
) {
  const [state, other] = await Promise.all([
    stateOf(env, user, id),
    getConversation(env.DB, user.account, of),
  ]);
  if (!state || other?.visitor.id !== state.visitor.id) return refuse('not_found');
  const [readable] = await readableOf(env, user, [other]);
  if (!readable) return refuse('not_found');
  const range = await getRange(env.DB, user.account, of, before, limit);
  if (!range) return refuse('not_found');
  return seesAll(user) ? range : revisedRange(env, user.account, other, range);
}

/** A range as a reader without the right to originals may see it. Its entries may be revised by later ones. */
async function revisedRange(
  env: Env,
  account: string,
  { id, revised: { message = 0, note = 0 } = {} }: ConversationState,
  range: NonNullable<Awaited<ReturnType<typeof getRange>>>,
) {
  const last = Math.max(message, note, range.upTo);
  if (message <= range.after && note <= range.after) return range;
  const revisions = Revisions.of(await getRevisions(env.DB, account, id, range.after, last));
  return { ...range, entries: range.entries.map((entry) => revisions.apply(entry)) };
}

/** Read from the conversation's actor: the history may lack a new one. */
async function stateOf(env: Env, user: UserPrincipal, id: string): Promise<ConversationState | null> {
  const state = await conversationStub(env, user.account, id).state();
  if (!state) return null;
  const [readable] = await readableOf(env, user, [state]);
  return readable ? state : null;
}

async function readableOf(
  env: Env,
  { account, id, roles }: UserPrincipal,
  states: readonly Pick<ConversationState, 'id' | 'owner' | 'mentioned' | 'closed'>[],
): Promise<boolean[]> {
  const asked = states.map((state) => ({
    ...{ id: state.id, owner: state.owner?.id ?? null },
    mentioned: readersByMention(state, Date.now()),
  }));
  return dispatcherStub(env, account).readable({ id, roles: [...roles] }, asked);
}
