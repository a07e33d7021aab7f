/** The demo account: created only at the operator's request, and only once. */
import { defaultCampaign, isRefusal, type Refusal, type Role, type Site } from '#protocol';
import type { Env } from '../../actors/stubs.ts';
import { createAccount } from '../../db/accounts.ts';
import { listSites, updateSite } from '../../db/sites.ts';
import { addForum, type Acting } from '../../db/canned/forums.ts';
import { importResponses } from '../../db/canned/import.ts';
import { findLogin } from '../../db/users.ts';
import { hashPassword } from '../people/password.ts';
import { newId } from '../serving/new-id.ts';
import { demoForums } from './demo-forums.ts';

const people: readonly { email: string; name: string; roles: Role[] }[] = [
  { email: 'anna@demo.test', name: 'Anna Petrova', roles: ['agent'] },
  { email: 'ben@demo.test', name: 'Ben Okafor', roles: ['agent'] },
  { email: 'sofia@demo.test', name: 'Sofia Lindqvist', roles: ['supervisor'] },
  { email: 'admin@demo.test', name: 'Alex Moreau', roles: ['administrator'] },
];
/** `npm start` prints it. It is no secret, so no deployment creates this account by itself. */
const password = 'parley-demo';

const campaign = {
  name: 'Shop help',
  enabled: true,
  settings: {
    ...defaultCampaign,
    color: '#1d6b4f',
    title: 'Ask Northwind',
    subtitle: 'Outdoor people, usually here in a minute',
    opening: 'Hi! Looking for boots, a tent, or an order of yours? Ask away.',
    closing: 'Thanks for stopping by. Happy trails!',
    introduction: 'Leave your email so we can reply if you have to go.',
    sneakPreview: true,
    codes: ['Sale', 'Question answered', 'Return or exchange'].map((title, index) => ({
      // Fixed: a module has no randomness while it loads.
      id: `cod_${String(index + 1).padStart(26, '0')}`,
      title,
    })),
  },
};

/**
 * Creates the account, or finds it. Either way, its site then serves the pages of the origin that the operator used.
 */
export async function seedDemo(
  env: Env,
  address: URL,
  withResponses: boolean,
): Promise<{ account: string; site: string } | Refusal> {
  const made = (await findDemo(env)) ?? (await makeDemo(env, withResponses));
  if (isRefusal(made)) return made;
  const { account, site } = made;
  const missing = originsAt(address).filter((origin) => !site.origins.includes(origin));
  const { id, ...body } = site;
  if (missing.length > 0) {
    const origins = [...body.origins, ...missing].slice(-20);
    const changes = { origins: [body.origins, origins] as [unknown, unknown] };
    const subject = { id, name: body.name };
    await updateSite(
      env.DB,
      account,
      id,
      { ...body, origins },
      actingFor(account)('site.changed', subject, changes),
    );
  }
  return { account, site: id };
}

/** The demo account's site, for the demo shop. */
export async function findDemo(env: Env): Promise<{ account: string; site: Site } | undefined> {
  const login = await findLogin(env.DB, 'admin@demo.test');
  if (!login) return undefined;
  const { account } = login.person;
  const [site] = await listSites(env.DB, account.id);
  return site && { account: account.id, site };
}

async function makeDemo(
  env: Env,
  withResponses: boolean,
): Promise<{ account: string; site: Site } | Refusal> {
  const account = { id: newId('account'), name: 'Northwind Outfitters', timeZone: 'Europe/Amsterdam' };
  const help = { id: newId('campaign'), ...campaign };
  const site = { id: newId('site'), name: 'northwind.example', origins: [], campaign: help.id };
  const users = [];
  for (const person of people) {
    const passwordHash = await hashPassword(env, password, 'known');
    if (isRefusal(passwordHash)) return passwordHash;
    users.push({ id: newId('user'), ...person, passwordHash });
  }
  const refusal = await createAccount(
    env.DB,
    { account, users, campaigns: [help], sites: [site] },
    Date.now(),
  );
  if (!refusal && withResponses) await addForums(env, account.id);
  if (!refusal) return { account: account.id, site };
  // Another request created the account at the same time.
  return (await findDemo(env)) ?? refusal;
}

/** Describes an act of the operator, who is no user. */
const actingFor =
  (account: string): Acting =>
  (kind, subject, changes) => ({
    ...{ id: newId('audit'), at: Date.now(), account, by: null, address: null, device: 'operator' },
    ...{ kind, subject, ...(changes && { changes }) },
  });

async function addForums(env: Env, account: string): Promise<void> {
  const acting = actingFor(account);
  const makeIds = (count: number) => Array.from({ length: count }, () => newId('response'));
  for (const { title, responses } of demoForums) {
    const forum = newId('forum');
    const body = { title, campaigns: null };
    await addForum(env.DB, account, forum, body, acting('forum.added', { id: forum, name: title }));
    const lines = responses.map((texts, index) => ({ line: index + 1, texts }));
    const place = { account, forum, owner: null };
    const how = { check: false, makeIds };
    await importResponses(env.DB, place, { lines, faults: [] }, how, acting, Date.now());
  }
}

/**
 * On one machine, its other names are allowed too: shop and widget use different names, so that they are different
 * sites.
 */
function originsAt({ origin, hostname, port }: URL): string[] {
  const local = hostname === 'localhost' || hostname === '127.0.0.1' || hostname.endsWith('.localhost');
  if (!local) return [origin];
  const suffix = port ? `:${port}` : '';
  return ['localhost', '127.0.0.1', '*.localhost'].map((host) => `http://${host}${suffix}`);
}
