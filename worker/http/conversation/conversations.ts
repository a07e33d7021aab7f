/** An account's conversations: their sockets, their owners, and their history (CON-1, TAK-1, HIS-1). */
import { can } from '#domain/people/rights';
import {
  conversationRoutes,
  isRefusal,
  maxRange,
  refuse,
  type Owner,
  type Refusal,
  type Target,
} from '#protocol';
import { Hono } from 'hono';
import { conversationStub, dispatcherStub } from '../../actors/stubs.ts';
import { getCampaign } from '../../db/campaigns.ts';
import { getConversation, getRange, listConversations } from '../../db/conversations.ts';
import { getGroup } from '../../db/groups.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { handOver } from '../serving/socket.ts';
import { earlierEntries, earlierOf } from './earlier.ts';

export const conversations = new Hono<Bound>();

serve(conversations, conversationRoutes.list, (c, { user, query }) =>
  listConversations(c.env.DB, user.account, query),
);

serve(conversations, conversationRoutes.get, async (c, { user, params }) => {
  const state = await getConversation(c.env.DB, user.account, params.id);
  return state ? { state } : refuse('not_found');
});

serve(conversations, conversationRoutes.entries, async (c, { user, params, query }) => {
  const { before, limit = maxRange } = query;
  return (await getRange(c.env.DB, user.account, params.id, before, limit)) ?? refuse('not_found');
});

serve(conversations, conversationRoutes.follow, (c, { user, params }) =>
  handOver(c, conversationStub(c.env, user.account, params.id), user),
);

serve(conversations, conversationRoutes.earlier, (c, { user, params }) => earlierOf(c.env, user, params.id));

serve(conversations, conversationRoutes.earlierEntries, (c, { user, params, query }) => {
  const { of, before, limit = maxRange } = query;
  return earlierEntries(c.env, user, params.id, { of, before, limit });
});

serve(conversations, conversationRoutes.take, (c, { user, params }) =>
  floorOf(c, user).take(ownerOf(user), params.id),
);

serve(conversations, conversationRoutes.accept, (c, { user, params, body }) =>
  floorOf(c, user).accept(ownerOf(user), params.id, body.generation),
);

serve(
  conversations,
  conversationRoutes.decline,
  async (c, { user, params, body }) =>
    (await floorOf(c, user).decline(user.id, params.id, body.generation)) ?? {},
);

serve(conversations, conversationRoutes.transfer, async (c, { user, params, body: { to, note } }) => {
  const floor = floorOf(c, user);
  if (to.kind === 'agent') return floor.give(giverOf(user, false), params.id, to.id, note);
  const target = await targetOf(c, user.account, to);
  if (isRefusal(target)) return target;
  return floor.send(giverOf(user, can(user, 'conversation.assign')), params.id, target, note);
});

serve(conversations, conversationRoutes.assign, (c, { user, params, body: { agent, note } }) =>
  floorOf(c, user).give(giverOf(user, true), params.id, agent, note),
);

serve(conversations, conversationRoutes.decisions, (c, { user, params }) =>
  floorOf(c, user).decisionsOf(params.id, { id: user.id, roles: [...user.roles] }),
);

const floorOf = (c: Exchange, { account }: UserPrincipal) => dispatcherStub(c.env, account);

function ownerOf({ id, name, photo }: UserPrincipal): Owner {
  return { kind: 'agent', id, name, ...(photo !== undefined && { photo }) };
}

function giverOf({ id, name }: UserPrincipal, supervises: boolean) {
  return { party: { kind: 'agent', id, name } as const, supervises };
}

/** A group or a campaign of the account, with its present name. */
async function targetOf(
  c: Exchange,
  account: string,
  { kind, id }: { kind: 'group' | 'campaign'; id: string },
): Promise<Target | Refusal> {
  const found = await (kind === 'group' ? getGroup : getCampaign)(c.env.DB, account, id);
  return found ? { kind, id, name: found.name } : refuse('not_found', { field: 'to' });
}
