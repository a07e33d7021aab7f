import { fill } from '#domain/canned/variables';
import { faultOf, isRefusal, type Forum, type ForumFile, type Me } from '#protocol';
import { expect, test } from 'vitest';
import { dropHistory, dumpHistory } from '../../worker/db/history.ts';
import { verifyPassword } from '../../worker/http/people/password.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  ask,
  call,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  operatorHeader,
  password,
  say,
} from './client.ts';

const paths = ['/api/operator/accounts', '/api/operator/seed', '/api/operator/rebuild'];

test.each(paths)('OPR-1 %s requires the secret', async (path) => {
  const { OPERATOR_SECRET: secret = '' } = env;
  const tries = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    `Bearer ${secret} `.slice(0, -2),
    `Basic ${secret}`,
  ];
  for (const Authorization of tries) {
    const answer = await ask('POST', path, { headers: { Authorization }, body: {} });
    expect(answer).toMatchObject({ status: 403, body: { refused: 'forbidden' } });
  }
  const unset = { OPERATOR_SECRET: undefined } as unknown as Partial<typeof env>;
  for (const Authorization of ['Bearer ', 'Bearer undefined', 'Bearer null']) {
    expect((await ask('POST', path, { headers: { Authorization }, env: unset })).status).toBe(403);
  }
  const { administrator } = await newAccount();
  expect((await ask('POST', path, { cookie: administrator, body: {} })).status).toBe(403);
});

test('OPR-2 an account is created with its users, whose passwords are hashed', async () => {
  const email = `Owner-${crypto.randomUUID()}@Example.Test`;
  const users = [{ email, name: 'Owner', password, roles: ['agent', 'administrator', 'agent'] }];
  const body = { name: 'New', timeZone: 'Europe/Sofia', users };
  const made = await ask<{ account: { id: string }; users: object[] }>('POST', '/api/operator/accounts', {
    headers: operatorHeader,
    body,
  });
  expect(made.body.users).toEqual([
    {
      id: expect.any(String) as string,
      email: email.toLowerCase(),
      name: 'Owner',
      roles: ['agent', 'administrator'],
    },
  ]);
  const row = await env.DB.prepare('SELECT * FROM users WHERE email = ?').bind(email.toLowerCase()).first();
  expect(JSON.stringify(row)).not.toContain(password);
  expect(await verifyPassword(env, password, row?.['password_hash'] as string, 'known')).toBe(true);

  // All or nothing: an account with an invalid user is not created.
  const accounts = () => env.DB.prepare('SELECT count(*) AS n FROM accounts').first('n');
  const before = await accounts();
  const again = await ask('POST', '/api/operator/accounts', { headers: operatorHeader, body });
  expect(again).toMatchObject({ status: 409, body: { refused: 'email_taken' } });
  expect(await accounts()).toBe(before);
});

test('OPR-2 an account without an administrator is refused', async () => {
  const agent = { email: `${crypto.randomUUID()}@example.test`, name: 'Agent', password, roles: ['agent'] };
  const accounts = () => env.DB.prepare('SELECT count(*) AS n FROM accounts').first('n');
  const before = await accounts();
  for (const users of [[], [agent]]) {
    const body = { name: 'New', timeZone: 'Europe/Sofia', users };
    expect(await ask('POST', '/api/operator/accounts', { headers: operatorHeader, body })).toMatchObject({
      status: 409,
      body: { refused: 'last_administrator', field: 'users' },
    });
  }
  expect(await accounts()).toBe(before);
});

test('OPR-3 the demo account is created once', async () => {
  const seed = (host: string) => ask('POST', '/api/operator/seed', { headers: operatorHeader, host });
  const first = await seed('http://127.0.0.1:8787');
  expect(first).toMatchObject({ status: 200, body: { account: expect.any(String) as string } });
  expect(await seed('http://127.0.0.1:8787')).toEqual(first);
  const cookies = [];
  for (const [email, name, role] of [
    ['anna@demo.test', 'Anna Petrova', 'agent'],
    ['ben@demo.test', 'Ben Okafor', 'agent'],
    ['sofia@demo.test', 'Sofia Lindqvist', 'supervisor'],
    ['admin@demo.test', 'Alex Moreau', 'administrator'],
  ]) {
    const response = await call('POST', '/api/login', { body: { email, password: 'parley-demo' } });
    const me = await response.json<Me>();
    expect(me).toMatchObject({ name, roles: [role], account: { name: 'Northwind Outfitters' } });
    cookies.push(response.headers.getSetCookie()[0]?.split(';')[0]);
  }
  const cookie = cookies.at(-1);
  const { body: campaigns } = await ask<{ campaigns: object[] }>('GET', '/api/campaigns', { cookie });
  expect(campaigns.campaigns).toMatchObject([{ enabled: true, settings: { sneakPreview: true } }]);
  const { body: list } = await ask<{ forums: Forum[] }>('GET', '/api/forums', { cookie });
  expect(list.forums.map(({ title, count }) => [title, count])).toEqual([
    ['Boots and tents', 7],
    ['Orders and returns', 8],
    ['', 0],
  ]);
  for (const forum of list.forums) {
    const path = `/api/forums/${forum.id}/responses`;
    const { responses } = (await ask<ForumFile>('GET', path, { cookie })).body;
    expect(responses.flatMap((response) => faultOf(response) ?? [])).toEqual([]);
    // Every one has the variables that it seems to have.
    const braces = responses.flatMap(({ answer }) => answer.match(/\{\{[^}]*\}\}/g) ?? []);
    expect(braces.filter((text) => fill(text, { visitor: 'V', agent: 'A' }).text.length !== 1)).toEqual([]);
  }
  // After a start on another port, the site serves that one too.
  await seed('http://localhost:9000');
  const { body: sites } = await ask<{ sites: { origins: string[] }[] }>('GET', '/api/sites', { cookie });
  expect(sites.sites).toHaveLength(1);
  expect(sites.sites[0]?.origins).toEqual([
    'http://localhost:8787',
    'http://127.0.0.1:8787',
    'http://*.localhost:8787',
    'http://localhost:9000',
    'http://127.0.0.1:9000',
    'http://*.localhost:9000',
  ]);
});

test('I7 OPR-4 a rebuild gives the history that the conversations had written by themselves', async () => {
  const account = await newAccount();
  const { site } = await newSite(account);
  for (let i = 0; i < 5; i++) {
    const visitor = await newVisitor(site);
    for (let j = 0; j <= i % 3; j++) await say(site, visitor.token, `Message ${j}`);
  }
  const rebuild = () =>
    ask<{ conversations: number; next: string | null }>('POST', '/api/operator/rebuild', {
      headers: operatorHeader,
      body: { account: account.id },
    });
  const entries = () =>
    env.DB.prepare('SELECT sum(count) AS n FROM pages WHERE account_id = ?').bind(account.id).first('n');
  await eventually(async () => expect(await entries()).toBe(3 + 4 + 5 + 3 + 4));
  const before = await dumpHistory(env.DB, account.id);
  expect(before.conversations).toHaveLength(5);
  await dropHistory(env.DB, account.id);
  for (let i = 0; i < 2; i++) {
    expect(await rebuild()).toEqual({ status: 200, body: { conversations: 5, next: null } });
    expect(await dumpHistory(env.DB, account.id)).toEqual(before);
  }
});

test('I7 OPR-4 a rebuild gives the time table that the agents had written by themselves, for any number of agents', async () => {
  const account = await newAccount();
  const rows = async () => {
    const query = 'SELECT * FROM activity WHERE account_id = ? ORDER BY agent_id, seq';
    return (await env.DB.prepare(query).bind(account.id).all()).results;
  };
  await eventually(async () => expect(await rows()).toHaveLength(3));
  const before = await rows();
  const others = Array.from({ length: 250 }, (_, number) =>
    env.DB.prepare(
      "INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at) VALUES (?, ?, ?, 'X', '', '[]', 0)",
    ).bind(account.id, id('user'), `${number}@${account.id}.test`),
  );
  await env.DB.batch(others);
  // Deleted users keep their past.
  await env.DB.prepare('UPDATE users SET deleted_at = 1 WHERE id = ?').bind(account.users.agent).run();
  await env.DB.prepare('DELETE FROM activity WHERE account_id = ?').bind(account.id).run();
  for (let i = 0; i < 2; i++) {
    let after: string | null | undefined;
    let calls = 0;
    do {
      const body = { account: account.id, ...(after && { after }) };
      const rebuilt = await ask<{ next: string | null }>('POST', '/api/operator/rebuild', {
        headers: operatorHeader,
        body,
      });
      after = rebuilt.body.next;
      calls++;
    } while (after);
    expect([calls, await rows()]).toEqual([2, before]);
  }
});

test('OPR-4 ids that cannot be rebuilt are refused', async () => {
  for (const [body, refused] of [
    [{ account: id('account') }, 'not_found'],
    [{ account: 'x' }, 'bad_request'],
    [{}, 'bad_request'],
  ] as const) {
    const answer = await ask('POST', '/api/operator/rebuild', { headers: operatorHeader, body });
    expect(isRefusal(answer.body) && answer.body.refused).toBe(refused);
  }
});
