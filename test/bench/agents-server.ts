/**
 * The Worker with a test route that creates an account with any number of agents and signs them in. Passwords take
 * time to hash, and are not part of the measure.
 */
import { defaultCampaign, isRefusal, makeId, type IdKind } from '#protocol';
import type { Env } from '../../worker/actors/env.ts';
import { agentStub } from '../../worker/actors/stubs.ts';
import { createAccount } from '../../worker/db/accounts.ts';
import { getPerson } from '../../worker/db/users.ts';
import server from '../../worker/server.ts';
import type { Staff, StaffOrder } from './staff.ts';

export * from '../../worker/server.ts';

const newId = (kind: IdKind) => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));
/** D1 allows this many concurrent connections. */
const atOnce = 6;

async function makeStaff(env: Env, { agents, limit }: StaffOrder): Promise<Staff> {
  const account = { id: newId('account'), name: 'Bench', timeZone: 'UTC' };
  const campaign = { id: newId('campaign'), name: 'Help', enabled: true, settings: defaultCampaign };
  const origins = ['http://127.0.0.1:*'];
  const site = { id: newId('site'), name: 'Shop', origins, campaign: campaign.id };
  const users = Array.from({ length: agents }, (_, number) => ({
    id: newId('user'),
    email: `${newId('user')}@bench.test`,
    name: `Agent ${number}`,
    passwordHash: '',
    roles: ['agent' as const],
  }));
  await createAccount(env.DB, { account, users, campaigns: [campaign], sites: [site] }, Date.now());
  await env.DB.batch([
    env.DB.prepare(`UPDATE accounts SET assignment = 'offered', offer_seconds = 120 WHERE id = ?`).bind(
      account.id,
    ),
    env.DB.prepare('UPDATE users SET live_limit = ? WHERE account_id = ?').bind(limit, account.id),
  ]);
  const signedIn: Staff['agents'] = [];
  const left = users.values();
  const signIn = async () => {
    for (const { id } of left) {
      const person = await getPerson(env.DB, account.id, id);
      const how = { device: 'a bench', address: null, remembered: true };
      const opened = person && (await agentStub(env, account.id, id).signIn(person, how));
      if (!opened || isRefusal(opened)) throw new Error(`${id} could not sign in`);
      const { session, secret } = opened;
      signedIn.push({ id, token: [account.id, id, session, secret].join('.') });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, signIn));
  return { site: site.id, agents: signedIn };
}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/bench/staff') return server.fetch(request, env, ctx);
    return Response.json(await makeStaff(env, await request.json()));
  },
} satisfies ExportedHandler<Env>;
