/** Where an agent can send a conversation: the names of groups and campaigns, and nothing else of them. */
import { Destinations } from '#protocol';
import { Hono } from 'hono';
import { listCampaigns } from '../../db/campaigns.ts';
import { listGroups } from '../../db/groups.ts';
import { may, tells } from '../serving/door.ts';
import { answer, type Bound } from '../serving/exchange.ts';

export const destinations = new Hono<Bound>();

destinations.get(
  '/',
  may('conversation.take'),
  tells('Groups and campaigns into whose line a conversation can be sent', Destinations),
  async (c) => {
    const { account } = c.var.user;
    const [groups, campaigns] = await Promise.all([
      listGroups(c.env.DB, account),
      listCampaigns(c.env.DB, account),
    ]);
    const named = ({ id, name }: { id: string; name: string }) => ({ id, name });
    const running = campaigns.filter(({ enabled }) => enabled);
    return answer(c, { groups: groups.map(named), campaigns: running.map(named) });
  },
);
