/** An account's conversations: their sockets, taking one, and their history (V13, V35, V37). */
import {
  check,
  ConversationId,
  ConversationsQuery,
  isRefusal,
  maxRange,
  RangeQuery,
  refuse,
  type Refusal,
} from '#protocol';
import type { Action } from '#domain';
import { Hono } from 'hono';
import { agentStub, conversationStub, dispatcherStub } from '../actors/stubs.ts';
import { getConversation, getRange, listConversations } from '../db/conversations.ts';
import { answer, refused, type Bound, type Exchange } from './exchange.ts';
import { userWho, type User } from './principal.ts';
import { handOver, speaks } from './socket.ts';

export const conversations = new Hono<Bound>();

conversations.get('/', async (c) => {
  const user = await userWho(c, 'conversation.history');
  if (isRefusal(user)) return refused(c, user);
  const query = check(ConversationsQuery, c.req.query());
  if (isRefusal(query)) return refused(c, query);
  return answer(c, await listConversations(c.env.DB, user.account, query));
});

conversations.get('/:id', async (c) => {
  const user = await userWith(c, 'conversation.history');
  if (isRefusal(user)) return refused(c, user);
  const state = await getConversation(c.env.DB, user.account, c.req.param('id'));
  return answer(c, state ? { state } : refuse('not_found'));
});

conversations.get('/:id/entries', async (c) => {
  const user = await userWith(c, 'conversation.history');
  if (isRefusal(user)) return refused(c, user);
  const query = check(RangeQuery, c.req.query());
  if (isRefusal(query)) return refused(c, query);
  const { before, limit } = query;
  const range = await getRange(c.env.DB, user.account, c.req.param('id'), before, limit ?? maxRange);
  return answer(c, range ?? refuse('not_found'));
});

conversations.get('/:id/socket', async (c) => {
  const user = speaks(c) ?? (await userWith(c, 'conversation.follow'));
  if (isRefusal(user)) return refused(c, user);
  const id = c.req.param('id');
  // Written down first: a session that ends has to find its sockets.
  await agentStub(c.env, user.account, user.id).attached(user.session, id);
  return handOver(c, conversationStub(c.env, user.account, id), user);
});

conversations.post('/:id/take', async (c) => {
  const user = await userWith(c, 'conversation.take');
  if (isRefusal(user)) return refused(c, user);
  const agent = { kind: 'agent', id: user.id, name: user.name } as const;
  return answer(c, await dispatcherStub(c.env, user.account).take(agent, c.req.param('id')));
});

/** The user, where they hold the right and the address names a conversation. */
async function userWith(c: Exchange, action: Action): Promise<User | Refusal> {
  const user = await userWho(c, action);
  if (isRefusal(user)) return user;
  return isRefusal(check(ConversationId, c.req.param('id'))) ? refuse('not_found') : user;
}
