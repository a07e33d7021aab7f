/** The agents that a campaign's routing asks, as a condition on users. */
import type { Routing } from '#protocol';
import { sql, type SQL } from 'drizzle-orm';
import { getCampaign } from './campaigns.ts';
import { users } from './schema.ts';

const isAgent = sql`instr(${users.roles}, '"agent"') > 0`;

/** Null if the account has no such campaign. */
export async function askedBy(d1: D1Database, account: string, campaign: string): Promise<SQL | null> {
  const found = await getCampaign(d1, account, campaign);
  return found && namedIn(found.settings.routing);
}

/**
 * Without levels, every agent. Lists are bound as one value: SQLite reads each once, and limits the number of bound
 * values.
 */
export function namedIn({ levels, forwarding }: Routing): SQL {
  if (levels.length === 0) return isAgent;
  const all = forwarding.enabled ? [...levels, forwarding] : levels;
  const named = JSON.stringify(all.flatMap((level) => level.users));
  const groups = JSON.stringify(all.flatMap((level) => level.groups));
  return sql`${isAgent} AND (${users.id} IN (SELECT value FROM json_each(${named}))
    OR EXISTS (SELECT 1 FROM members WHERE members.account_id = users.account_id
      AND members.user_id = users.id AND members.group_id IN (SELECT value FROM json_each(${groups}))))`;
}
