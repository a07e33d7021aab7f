/** The groups and campaigns to which an agent can transfer a conversation: only their ids and names. */
import { conversationRoutes } from '#protocol';
import { Hono } from 'hono';
import { listCampaigns } from '../../db/campaigns.ts';
import { listGroups } from '../../db/groups.ts';
import type { Bound } from '../serving/exchange.ts';
import { serve } from '../serving/serve.ts';

export const destinations = new Hono<Bound>();

serve(destinations, conversationRoutes.destinations, async (c, { user: { account } }) => {
  const [groups, campaigns] = await Promise.all([
    listGroups(c.env.DB, account),
    listCampaigns(c.env.DB, account),
  ]);
  const named = ({ id, name }: { id: string; name: string }) => ({ id, name });
  const running = campaigns.filter(({ enabled }) => enabled);
  return { groups: groups.map(named), campaigns: running.map(named) };
});
