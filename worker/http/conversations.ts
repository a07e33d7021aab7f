/** An account's conversations: their sockets, taking one, and their history (V13, V35, V37). */
import {
  ConversationId,
  ConversationsPage,
  ConversationsQuery,
  HistoryState,
  maxRange,
  Range,
  RangeQuery,
  refuse,
  Taken,
} from '#protocol';
import { Hono } from 'hono';
import { agentStub, conversationStub, dispatcherStub } from '../actors/stubs.ts';
import { getConversation, getRange, listConversations } from '../db/conversations.ts';
import { asks, may, names, tells } from './door.ts';
import { answer, refused, type Bound } from './exchange.ts';
import { handOver, speaks } from './socket.ts';

export const conversations = new Hono<Bound>();

conversations.get(
  '/',
  may('conversation.history'),
  asks(ConversationsQuery),
  tells('A page of the account’s conversations, newest first', ConversationsPage),
  async (c) => answer(c, await listConversations(c.env.DB, c.var.user.account, c.req.valid('query'))),
);

conversations.get(
  '/:id',
  may('conversation.history'),
  names(ConversationId),
  tells('What a conversation’s log amounts to', HistoryState),
  async (c) => {
    const state = await getConversation(c.env.DB, c.var.user.account, c.req.param('id'));
    return answer(c, state ? { state } : refuse('not_found'));
  },
);

conversations.get(
  '/:id/entries',
  may('conversation.history'),
  names(ConversationId),
  asks(RangeQuery),
  tells('A part of a conversation’s transcript', Range),
  async (c) => {
    const { before, limit = maxRange } = c.req.valid('query');
    const range = await getRange(c.env.DB, c.var.user.account, c.req.param('id'), before, limit);
    return answer(c, range ?? refuse('not_found'));
  },
);

conversations.get(
  '/:id/socket',
  speaks,
  may('conversation.follow'),
  names(ConversationId),
  tells('A socket on a conversation, for an agent'),
  async (c) => {
    const { user } = c.var;
    const id = c.req.param('id');
    // Written down first: a session that ends has to find its sockets.
    const refusal = await agentStub(c.env, user.account, user.id).attached(user.session, id);
    if (refusal) return refused(c, refusal);
    return handOver(c, conversationStub(c.env, user.account, id), user);
  },
);

conversations.post(
  '/:id/take',
  may('conversation.take'),
  names(ConversationId),
  tells('Makes the agent the owner', Taken),
  async (c) => {
    const { user } = c.var;
    const { id, name, photo } = user;
    const agent = { kind: 'agent', id, name, ...(photo !== undefined && { photo }) } as const;
    return answer(c, await dispatcherStub(c.env, user.account).take(agent, c.req.param('id')));
  },
);
