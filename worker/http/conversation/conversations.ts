/** An account's conversations: their sockets, taking one, and their history (V13, V35, V37). */
import { can } from '#domain/people/rights';
import {
  AnswerOffer,
  Assign,
  ConversationId,
  ConversationsPage,
  ConversationsQuery,
  DecisionsList,
  Earlier,
  EarlierQuery,
  HistoryState,
  isRefusal,
  maxRange,
  Range,
  RangeQuery,
  refuse,
  Taken,
  Transfer,
  type Owner,
  type Refusal,
  type Target,
} from '#protocol';
import { Hono } from 'hono';
import { conversationStub, dispatcherStub } from '../../actors/stubs.ts';
import { getCampaign } from '../../db/campaigns.ts';
import { getConversation, getRange, listConversations } from '../../db/conversations.ts';
import { getGroup } from '../../db/groups.ts';
import { asks, may, names, takes, tells } from '../serving/door.ts';
import { answer, type Bound, type Exchange } from '../serving/exchange.ts';
import type { User } from '../serving/principal.ts';
import { handOver, speaks } from '../serving/socket.ts';
import { earlierEntries, earlierOf } from './earlier.ts';

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
  (c) => {
    const { user } = c.var;
    return handOver(c, conversationStub(c.env, user.account, c.req.param('id')), user);
  },
);

conversations.get(
  '/:id/earlier',
  may('conversation.follow'),
  names(ConversationId),
  tells('The visitor’s other conversations, as far as the agent may see them', Earlier),
  async (c) => answer(c, await earlierOf(c.env, c.var.user, c.req.param('id'))),
);

conversations.get(
  '/:id/earlier/entries',
  may('conversation.follow'),
  names(ConversationId),
  asks(EarlierQuery),
  tells('A part of the transcript of another conversation of the visitor', Range),
  async (c) => {
    const { of, before, limit = maxRange } = c.req.valid('query');
    return answer(c, await earlierEntries(c.env, c.var.user, c.req.param('id'), { of, before, limit }));
  },
);

conversations.post(
  '/:id/take',
  may('conversation.take'),
  names(ConversationId),
  tells('Makes the agent the owner', Taken),
  async (c) => answer(c, await floorOf(c).take(ownerOf(c.var.user), c.req.param('id'))),
);

conversations.post(
  '/:id/accept',
  may('conversation.take'),
  names(ConversationId),
  takes(AnswerOffer),
  tells('Accepts an offer', Taken),
  async (c) => {
    const { generation } = c.req.valid('json');
    return answer(c, await floorOf(c).accept(ownerOf(c.var.user), c.req.param('id'), generation));
  },
);

conversations.post(
  '/:id/decline',
  may('conversation.take'),
  names(ConversationId),
  takes(AnswerOffer),
  tells('Declines an offer, or takes one’s own back'),
  async (c) => {
    const { generation } = c.req.valid('json');
    return answer(c, (await floorOf(c).decline(c.var.user.id, c.req.param('id'), generation)) ?? {});
  },
);

conversations.post(
  '/:id/transfer',
  may('conversation.take'),
  names(ConversationId),
  takes(Transfer),
  tells('Passes a conversation on: asks an agent, or sends it into the line of a group or a campaign', Taken),
  async (c) => {
    const { to, note } = c.req.valid('json');
    const id = c.req.param('id');
    const { account } = c.var.user;
    if (to.kind === 'agent')
      return answer(c, await floorOf(c).give(giverOf(c.var.user, false), id, to.id, note));
    const target = await targetOf(c, account, to);
    if (isRefusal(target)) return answer(c, target);
    return answer(
      c,
      await floorOf(c).send(giverOf(c.var.user, can(c.var.user, 'conversation.assign')), id, target, note),
    );
  },
);

conversations.post(
  '/:id/assign',
  may('conversation.assign'),
  names(ConversationId),
  takes(Assign),
  tells('Gives a conversation to an agent without asking them; to oneself takes it over', Taken),
  async (c) => {
    const { agent, note } = c.req.valid('json');
    return answer(c, await floorOf(c).give(giverOf(c.var.user, true), c.req.param('id'), agent, note));
  },
);

conversations.get(
  '/:id/decisions',
  may('conversation.follow'),
  names(ConversationId),
  tells('Why it went where it went, and waited as long as it did', DecisionsList),
  async (c) => {
    const { id, roles } = c.var.user;
    return answer(c, await floorOf(c).decisionsOf(c.req.param('id'), { id, roles: [...roles] }));
  },
);

const floorOf = (c: Exchange & { var: { user: User } }) => dispatcherStub(c.env, c.var.user.account);

function ownerOf({ id, name, photo }: User): Owner {
  return { kind: 'agent', id, name, ...(photo !== undefined && { photo }) };
}

function giverOf({ id, name }: User, supervises: boolean) {
  return { party: { kind: 'agent', id, name } as const, supervises };
}

/** A group or a campaign of the account, by the name that it has now. */
async function targetOf(
  c: Exchange,
  account: string,
  { kind, id }: { kind: 'group' | 'campaign'; id: string },
): Promise<Target | Refusal> {
  const found = await (kind === 'group' ? getGroup : getCampaign)(c.env.DB, account, id);
  return found ? { kind, id, name: found.name } : refuse('not_found', { field: 'to' });
}
