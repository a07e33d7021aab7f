/** Users and groups: who may see and change them, and what a change ends. */
import {
  defaultCampaign,
  defaultRouting,
  userBodyOf,
  type Campaign,
  type Group,
  type NewUserBody,
  type User,
  type UserBody,
  type UsersPage,
} from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import {
  ask,
  call,
  env,
  id,
  newAccount,
  noMail,
  password,
  signIn,
  type Call,
  type TestAccount,
} from './client.ts';

let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  mine = await newAccount();
  theirs = await newAccount();
});

const missing = { status: 404, body: { refused: 'not_found' } };
const bodyOf = (more: Partial<UserBody> = {}): UserBody => ({
  email: `${crypto.randomUUID()}@example.test`,
  name: 'Ines Duarte',
  nickname: '',
  ...{ language: 'en', showsPhoto: true },
  roles: ['agent'],
  manages: true,
  groups: [],
  limits: { live: null, nrt: null },
  ipRules: [],
  ...more,
});
const asAdministrator = (body?: unknown): Call => ({ cookie: mine.administrator, body });

/** A user whose email counts as confirmed; emails.test.ts tests how its owner confirms it. */
async function newUser(more: Partial<NewUserBody> = {}): Promise<User> {
  const body = { ...bodyOf(), password, ...more };
  const made = await ask<User>('POST', '/api/users', { ...asAdministrator(body), env: noMail });
  if (made.status !== 200) throw new Error(JSON.stringify(made));
  return made.body;
}
const edited = (user: User, more: Partial<UserBody>) => ({ ...userBodyOf(user), ...more });
const patch = (user: User, more: Partial<UserBody>, options: Call = {}) =>
  ask<User>('PATCH', `/api/users/${user.id}`, { ...asAdministrator(edited(user, more)), ...options });

async function open(path: string, cookie: string) {
  const response = await call('GET', path, {
    cookie,
    headers: { Upgrade: 'websocket', Origin: 'https://parley.test', 'Sec-WebSocket-Protocol': 'parley.1' },
  });
  const socket = response.webSocket;
  if (!socket) return { status: response.status, closed: () => undefined };
  let code: number | undefined;
  socket.addEventListener('close', (event) => {
    code = event.code;
  });
  socket.accept();
  return { status: response.status, closed: () => code };
}

test('F185 an administrator adds a user, who signs in with the given roles and settings', async () => {
  const email = `Ines.${crypto.randomUUID()}@Example.test`;
  const group = await ask<Group>('POST', '/api/groups', asAdministrator({ name: 'Sales', members: [] }));
  const user = await newUser({
    email,
    name: '  Ines\u202e Duarte ',
    roles: ['agent', 'supervisor', 'agent'],
    groups: [group.body.id, id('group')],
    limits: { live: 3, nrt: null },
  });
  expect(user).toEqual({
    ...bodyOf(),
    id: user.id,
    email: email.toLowerCase(),
    roles: ['agent', 'supervisor'],
    groups: [group.body.id],
    limits: { live: 3, nrt: null },
    ...{ photo: null, secondFactor: false, invited: false, emailConfirmed: true, pendingEmail: null },
    createdAt: user.createdAt,
    deletedAt: null,
  });
  expect(await ask('GET', `/api/users/${user.id}`, asAdministrator())).toEqual({ status: 200, body: user });
  const cookie = await signIn(email);
  expect((await ask('GET', '/api/me', { cookie })).body).toMatchObject({ id: user.id, name: 'Ines Duarte' });
  expect((await ask<{ groups: Group[] }>('GET', '/api/groups', { cookie })).body.groups).toContainEqual({
    ...group.body,
    members: [user.id],
  });
});

test('F6 F7 managers read, administrators change, agents and strangers do neither', async () => {
  const user = await newUser();
  const group = (await ask<Group>('POST', '/api/groups', asAdministrator({ name: 'A', members: [] }))).body;
  const reads = ['/api/users', `/api/users/${user.id}`, '/api/groups'];
  const writes: [string, string, unknown][] = [
    ['POST', '/api/users', { ...bodyOf(), password }],
    ['PATCH', `/api/users/${user.id}`, edited(user, {})],
    ['PUT', `/api/users/${user.id}/password`, { password }],
    ['DELETE', `/api/users/${user.id}`, undefined],
    ['POST', `/api/users/${user.id}/restore`, undefined],
    ['POST', '/api/groups', { name: 'B', members: [] }],
    ['PATCH', `/api/groups/${group.id}`, { name: 'B', members: [] }],
    ['DELETE', `/api/groups/${group.id}`, undefined],
  ];
  for (const path of reads) {
    expect((await ask('GET', path, { cookie: mine.supervisor })).status).toBe(200);
    expect(await ask('GET', path, { cookie: mine.agent })).toMatchObject({ status: 403 });
    expect(await ask('GET', path)).toMatchObject({ status: 401 });
  }
  for (const [method, path, body] of writes) {
    for (const cookie of [mine.supervisor, mine.agent])
      expect(await ask(method, path, { cookie, body })).toMatchObject({ status: 403 });
    expect(await ask(method, path, { body })).toMatchObject({ status: 401 });
  }
  expect((await ask('GET', `/api/users/${user.id}`, asAdministrator())).body).toEqual(user);
});

test('I13 another account’s users and groups do not exist here', async () => {
  const user = await newUser();
  const group = (
    await ask<Group>('POST', '/api/groups', asAdministrator({ name: 'Mine', members: [user.id] }))
  ).body;
  const as = { cookie: theirs.administrator };
  expect(await ask('GET', `/api/users/${user.id}`, as)).toMatchObject(missing);
  expect(
    await ask('PATCH', `/api/users/${user.id}`, { ...as, body: edited(user, { name: 'X' }) }),
  ).toMatchObject(missing);
  expect(
    await ask('PUT', `/api/users/${user.id}/password`, { ...as, body: { password: 'other-one' } }),
  ).toMatchObject(missing);
  expect(await ask('DELETE', `/api/users/${user.id}`, as)).toMatchObject(missing);
  expect(await ask('POST', `/api/users/${user.id}/restore`, as)).toMatchObject(missing);
  const renamed = { name: 'X', members: [] };
  expect(await ask('PATCH', `/api/groups/${group.id}`, { ...as, body: renamed })).toMatchObject(missing);
  await ask('DELETE', `/api/groups/${group.id}`, as);
  // Another account's users cannot become members either.
  const taken = await ask<Group>('POST', '/api/groups', {
    ...as,
    body: { name: 'Theirs', members: [user.id] },
  });
  expect(taken.body.members).toEqual([]);
  const groups = await ask<{ groups: Group[] }>('GET', '/api/groups?search=MINE', asAdministrator());
  expect(groups.body.groups).toEqual([{ ...group, members: [user.id] }]);
  expect(await signIn(user.email)).toContain(user.id);
});

test('F118 all filters must match, and pages continue by name without a gap', async () => {
  const account = await newAccount();
  const as = { cookie: account.administrator };
  const group = await ask<Group>('POST', '/api/groups', { ...as, body: { name: 'Night', members: [] } });
  const statements = Array.from({ length: 25 }, (_, i) => {
    const name = `Agent ${String((i * 7) % 25).padStart(2, '0')}`;
    return env.DB.prepare(
      `INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at, search_key)
       VALUES (?, ?, ?, ?, '', '["agent"]', 0, ?)`,
    ).bind(account.id, id('user'), `${i}@${account.id}.test`, name, `${name.toLowerCase()}\n${i}@x.test`);
  });
  await env.DB.batch(statements);
  const list = async (query: string) => (await ask<UsersPage>('GET', `/api/users?${query}`, as)).body;
  const seen: string[] = [];
  let after = '';
  do {
    const page = await list(`search=%40X.test&limit=10${after}`);
    seen.push(...page.users.map(({ name }) => name));
    after = page.next === null ? '' : `&after=${encodeURIComponent(page.next)}`;
  } while (after);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `Agent ${String(i).padStart(2, '0')}`));

  const [one, two] = (await list('search=agent%200')).users as [User, User];
  await ask('PATCH', `/api/groups/${group.body.id}`, {
    ...as,
    body: { name: 'Night', members: [one.id, two.id] },
  });
  await ask('DELETE', `/api/users/${two.id}`, as);
  const names = async (query: string) => (await list(query)).users.map(({ name }) => name);
  expect(await names(`group=${group.body.id}`)).toEqual([one.name]);
  expect(await names(`group=${group.body.id}&status=deleted`)).toEqual([two.name]);
  expect(await names(`group=${group.body.id}&search=${two.name.slice(-2)}`)).toEqual([]);
  for (const query of ['limit=0', 'limit=101', 'status=all', 'group=x', 'after=x', 'after=[1,2]']) {
    expect((await ask('GET', `/api/users?${query}`, as)).status).toBe(400);
  }
});

test('an email belongs to one active user of an account', async () => {
  const user = await newUser();
  const taken = { status: 409, body: { refused: 'email_taken', field: 'email' } };
  const body = { ...bodyOf({ email: user.email.toUpperCase() }), password };
  expect(await ask('POST', '/api/users', asAdministrator(body))).toMatchObject(taken);
  const other = await newUser();
  expect(await patch(other, { email: user.email })).toMatchObject(taken);
  expect(await patch(other, { email: user.email }, { env: noMail })).toMatchObject(taken);
  await ask('DELETE', `/api/users/${user.id}`, asAdministrator());
  await newUser({ email: user.email });
  expect(await ask('POST', `/api/users/${user.id}/restore`, asAdministrator())).toMatchObject(taken);
});

/** Each change that ends a user's sessions, and the message that they get. */
const causes: [string, (user: User) => Promise<{ status: number }>, RegExp][] = [
  [
    'the password',
    (user) => ask('PUT', `/api/users/${user.id}/password`, asAdministrator({ password: 'another one' })),
    /password has changed/,
  ],
  ['the roles', (user) => patch(user, { roles: ['agent'] }), /rights have changed/],
  ['access to the console', (user) => patch(user, { manages: false }), /rights have changed/],
  [
    'the addresses',
    (user) =>
      patch(
        user,
        { ipRules: ['203.0.113.0/24'] },
        { env: { BEHIND_CLOUDFLARE: 'true' }, headers: { 'CF-Connecting-IP': '203.0.113.1' } },
      ),
    /from which you may sign in have changed/,
  ],
  ['a deletion', (user) => ask('DELETE', `/api/users/${user.id}`, asAdministrator()), /no longer active/],
];
test.each(causes)(
  'I14 S3 F7 %s: sockets are closed, and the next request is refused with the reason',
  async (_, change, words) => {
    const user = await newUser({ roles: ['supervisor'] });
    const cookie = await signIn(user.email);
    const sockets = [await open('/api/agent/socket', cookie), await open('/api/floor/socket', cookie)];
    expect(sockets.map(({ status }) => status)).toEqual([101, 101]);
    expect((await ask('GET', '/api/users', { cookie })).status).toBe(200);
    expect((await change(user)).status).toBe(200);
    await eventually(() => expect(sockets.map(({ closed }) => closed())).toEqual([4401, 4401]));
    for (const path of ['/api/users', '/api/me', '/api/conversations']) {
      const answer = await ask('GET', path, { cookie });
      expect(answer).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
      expect(answer.body.message).toMatch(words);
    }
    expect((await open('/api/agent/socket', cookie)).status).toBe(401);
  },
);

test('a change of only the name ends nothing, and reaches the floor', async () => {
  const user = await newUser();
  const cookie = await signIn(user.email);
  const socket = await open('/api/agent/socket', cookie);
  expect((await patch(user, { nickname: 'Innie' })).status).toBe(200);
  expect((await ask('GET', '/api/me', { cookie })).status).toBe(200);
  expect(socket.closed()).toBeUndefined();
});

test('F190 a deleted user cannot sign in, and can be restored', async () => {
  const user = await newUser();
  const deleted = await ask<User>('DELETE', `/api/users/${user.id}`, asAdministrator());
  expect(deleted.body).toEqual({
    ...user,
    ...{ emailConfirmed: false, deletedAt: expect.any(Number) as number },
  });
  await expect(signIn(user.email)).rejects.toThrow('wrong_credentials');
  expect(
    await ask('PATCH', `/api/users/${user.id}`, asAdministrator(edited(user, { name: 'X' }))),
  ).toMatchObject(missing);
  const restored = await ask<User>('POST', `/api/users/${user.id}/restore`, asAdministrator());
  expect(restored.body).toEqual(user);
  expect(await signIn(user.email)).toContain(user.id);
});

test('F189 S13 address rules: an invalid line is named by number, excluding oneself needs confirmation, others are refused everywhere', async () => {
  const from = (address: string): Call => ({
    env: { BEHIND_CLOUDFLARE: 'true' },
    headers: { 'CF-Connecting-IP': address },
  });
  const user = await newUser();
  expect(await patch(user, { ipRules: ['10.0.0.1', '10.0.0.0/40'] }, from('10.0.0.1'))).toMatchObject({
    status: 400,
    body: { field: 'ipRules.1', fields: ['ipRules.1'] },
  });
  const wrong = ['300.1.1.1', '10.0.0.1', '1.2.3.4/33'];
  expect(await patch(user, { ipRules: wrong }, from('10.0.0.1'))).toMatchObject({
    status: 400,
    body: { field: 'ipRules.0', fields: ['ipRules.0', 'ipRules.2'] },
  });
  // If client addresses are unknown, rules could not be enforced.
  expect(await patch(user, { ipRules: ['10.0.0.1'] })).toMatchObject({ body: { refused: 'no_addresses' } });
  expect((await patch(user, { ipRules: ['10.0.0.0/8', ' 2001:db8::/32 '] }, from('10.0.0.1'))).status).toBe(
    200,
  );

  const login = (options: Call) =>
    call('POST', '/api/login', { ...options, body: { email: user.email, password } });
  expect((await login(from('11.0.0.1'))).status).toBe(403);
  expect((await login({})).status).toBe(403);
  const allowed = await login(from('10.9.9.9'));
  expect(allowed.status).toBe(200);
  const cookie = allowed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect((await ask('GET', '/api/me', { cookie, ...from('2001:db8::9') })).status).toBe(200);
  const elsewhere = { cookie, ...from('11.0.0.1') };
  expect(await ask('GET', '/api/me', elsewhere)).toMatchObject({
    status: 403,
    body: { refused: 'wrong_address' },
  });
  const upgrade = await call('GET', '/api/agent/socket', {
    ...elsewhere,
    headers: {
      ...elsewhere.headers,
      Upgrade: 'websocket',
      Origin: 'https://parley.test',
      'Sec-WebSocket-Protocol': 'parley.1',
    },
  });
  expect(upgrade.status).toBe(403);

  const self = (await ask<User>('GET', `/api/users/${mine.users.administrator}`, asAdministrator())).body;
  const outside = edited(self, { ipRules: ['10.0.0.0/8'] });
  const path = `/api/users/${self.id}`;
  const here = { ...asAdministrator(outside), ...from('11.0.0.1') };
  expect(await ask('PATCH', path, here)).toMatchObject({ status: 409, body: { refused: 'locks_you_out' } });
  expect((await ask('GET', path, asAdministrator())).body).toEqual(self);
});

test.each([
  {},
  { ...bodyOf(), password: 'short' },
  { ...bodyOf({ email: 'nobody' }), password },
  { ...bodyOf({ roles: [] }), password },
  { ...bodyOf({ name: ' ' }), password },
  { ...bodyOf({ limits: { live: 0, nrt: null } }), password },
  { ...bodyOf({ limits: { live: 1.5, nrt: null } }), password },
  { ...bodyOf(), roles: ['owner'], password },
  { ...bodyOf(), groups: ['x'], password },
  { ...bodyOf(), account: 'acc', password },
])('USR-4 an invalid user is refused: %o', async (body) => {
  expect(await ask('POST', '/api/users', asAdministrator(body))).toMatchObject({ status: 400 });
});

test('F118 the list can be filtered by a campaign: the agents whom its routing asks; none for a foreign campaign', async () => {
  const name = `Filter ${crypto.randomUUID()}`;
  const [named, member, other, supervisor] = [
    await newUser({ name }),
    await newUser({ name }),
    await newUser({ name }),
    await newUser({ name, roles: ['supervisor'] }),
  ];
  const group = await ask<Group>('POST', '/api/groups', asAdministrator({ name, members: [member.id] }));
  const level = { id: 'one', title: 'One', method: 'least_chats', users: [named.id, supervisor.id] };
  const make = async (levels: unknown[], cookie = mine.administrator) => {
    const settings = { ...defaultCampaign, routing: { ...defaultRouting, levels } };
    const made = await ask<Campaign>('POST', '/api/campaigns', {
      cookie,
      body: { name, enabled: true, settings },
    });
    expect(made.status).toBe(200);
    return made.body.id;
  };
  const list = async (campaign: string, more = '') => {
    const query = new URLSearchParams({ campaign, search: name }).toString() + more;
    const { status, body } = await ask<UsersPage>('GET', `/api/users?${query}`, asAdministrator());
    expect(status).toBe(200);
    return body.users.map((user) => user.id).sort();
  };
  const levelled = await make([{ ...level, groups: [group.body.id] }]);
  expect(await list(levelled)).toEqual([named.id, member.id].sort());
  expect(await list(levelled, `&group=${group.body.id}`)).toEqual([member.id]);
  expect(await list(levelled, '&status=deleted')).toEqual([]);
  expect(await list(await make([]))).toEqual([named.id, member.id, other.id].sort());
  expect(await list(id('campaign'))).toEqual([]);
  expect(await list(await make([], theirs.administrator))).toEqual([]);
  expect(await ask('GET', '/api/users?campaign=x', asAdministrator())).toMatchObject({ status: 400 });
});
