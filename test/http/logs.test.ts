/** The log of the Worker and its actors during all kinds of failures: causes and ids, never texts or secrets. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { beforeAll, expect, test, vi } from 'vitest';
import { agentStub, conversationStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import { moveClock, Tab } from '../actors/scene.ts';
import {
  call,
  env,
  failing,
  newAccount,
  operatorHeader,
  origin,
  password,
  signIn,
  type Call,
} from './client.ts';
import { addressOf, callOf, doors } from './doors.ts';
import { newSide, strangers, type Side } from './principals.ts';

const written = `written-${crypto.randomUUID()}`;
const lines: string[] = [];
let a: Side;
beforeAll(async () => {
  a = await newSide('A');
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const)
    vi.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts.map(wholly).join(' ')));
  return () => void vi.restoreAllMocks();
});

/** Everything that a log could show of a value: of an error also its stack and causes. */
function wholly(value: unknown): string {
  if (value instanceof Error)
    return [value.stack, JSON.stringify(value), wholly(value.cause)].filter(Boolean).join(' ');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Puts recognisable text into the body that a route is called with. */
function telling({ body, ...call }: Call): Call {
  if (body === undefined) return call;
  const text = JSON.stringify(body).replace(/Ines Duarte|Hello|Renamed|Shop|Sales|Help|New/g, written);
  return { ...call, body: text.replace(/[\w-]+@example\.test/g, `${written}@example.test`) };
}

const secretOf = (credential: string | undefined) => credential?.split('.').at(-1)?.split(';')[0] ?? '';
/** Actors that cannot be reached. (Except as a promise, which would be awaited.) */
const lost = () => Promise.reject(new Error('Network connection lost.'));
const stub = new Proxy({}, { get: (_, method) => (method === 'then' ? undefined : lost) });
const unreachable = { idFromName: (name: string) => name, get: () => stub };

/** Calls every route, with and without the right, while the database and the actors fail in several ways. */
async function doorsThatFail(): Promise<void> {
  const kinds = ['administrator', 'agent', 'visitor'];
  const askers = [...kinds.map((kind) => a.principals.find((who) => who.kind === kind)), ...strangers];
  const states: Partial<typeof env>[] = [
    failing('D1_ERROR: no such column: x: SQLITE_ERROR'),
    failing('D1_ERROR: Network connection lost.'),
    { AGENT: unreachable as never, VISITOR: unreachable as never, DISPATCHER: unreachable as never },
    { CONVERSATION: unreachable as never, THROTTLE: unreachable as never, LOBBY: unreachable as never },
  ];
  for (const door of doors.filter(({ key }) => !/sessions|logout|DELETE .*widget.session/.test(key))) {
    const address = addressOf(door, a.things, a.things);
    const path = `${address}${address.includes('?') ? '&' : '?'}search=${written}`;
    for (const who of askers) {
      const options = telling(callOf(door, (await who?.fresh()) ?? {}, a.things));
      for (const broken of states) {
        const response = await call(door.method, path, { ...options, env: broken });
        response.webSocket?.accept();
        response.webSocket?.close();
      }
    }
  }
}

async function signInsThatFail(email: string): Promise<void> {
  const bodies = [
    { email, password: `${written} wrong` },
    { email: `${written}@example.test`, password },
    { email, password: `${written}${'x'.repeat(300)}` },
    { email: { $ne: written }, password },
    `{"email":"${email}","password":"${written}`,
    `${written}${'x'.repeat(70_000)}`,
  ];
  for (const body of bodies) await call('POST', '/api/login', { body });
  const form = { 'Content-Type': 'text/plain' };
  await call('POST', '/api/login', { body: `password=${password}`, headers: form });
  await call('POST', '/api/operator/seed', { headers: { Authorization: `Bearer ${written}` } });
  await call('GET', `/api/users/${written}`, { cookie: `__Host-parley=${written}` });
}

/** A tab that sends forbidden frames. */
async function frames(): Promise<void> {
  const { conversation, site, token } = a.things;
  const path = `/api/widget/conversations/${conversation}/socket?site=${site}`;
  const headers = {
    Origin: origin,
    Upgrade: 'websocket',
    'Sec-WebSocket-Protocol': `parley.1, token.${token}`,
  };
  const { webSocket } = await call('GET', path, { headers });
  const tab = new Tab(webSocket as WebSocket);
  tab.send({ t: 'hello', v: 1 });
  await tab.frame('welcome');
  tab
    .send({ t: 'message.send', id: crypto.randomUUID(), text: written })
    .send({ t: 'preview', text: written });
  tab.send({ t: written }).send(`{"t":"message.send","text":"${written}`).send(new ArrayBuffer(8));
  tab.send(JSON.stringify({ t: 'message.send', id: crypto.randomUUID(), text: written.repeat(4_000) }));
  for (let i = 0; i < 20; i++) tab.send({ t: 'message.send', id: written, text: written });
  await tab.until(() => tab.closed);
}

/** The database fails while actors write and read by themselves. */
async function actorsThatFail(): Promise<void> {
  const { account, conversation, user } = a.things;
  const agent = agentStub(env, account, user);
  await agent.expectChange();
  const database = Object.getPrototypeOf(env.DB) as D1Database;
  const message = 'D1_ERROR: Network connection lost.';
  const spies = [
    vi.spyOn(database, 'batch').mockRejectedValue(new Error(message)),
    vi.spyOn(database, 'prepare').mockImplementation(() => {
      throw new Error(message);
    }),
  ];
  moveClock().by(4_000);
  await conversationStub(env, account, conversation).rearchive();
  await runDurableObjectAlarm(agent);
  await eventually(() => {
    for (const event of ['follower_failed', 'duty_failed'])
      if (!lines.some((line) => line.includes(event))) throw new Error(`no ${event} yet`);
  });
  for (const spy of spies) spy.mockRestore();
}

test('S22 the log contains no text that anybody wrote, and no secret', async () => {
  const account = await newAccount(written);
  const cookie = await signIn(account.emails.agent);
  await signInsThatFail(account.emails.agent);
  await doorsThatFail();
  await frames();
  await actorsThatFail();
  await call('GET', '/', { cookie, headers: { Accept: 'text/html' }, env: { ASSETS: {} as Fetcher } });

  const secrets: Record<string, string> = {
    'the password': password,
    'what was written': written,
    'names and emails': a.inside,
    'the campaign': a.topic,
    'the conversation': a.chat,
    'the emails of others': account.emails.agent,
    'a session’s secret': secretOf(cookie.split('; ')[0]),
    'a device’s secret': secretOf(cookie.split('; ')[1]),
    'an agent’s secret': secretOf(account.agent),
    'a visitor’s token': secretOf(a.things.token),
    'the operator’s secret': operatorHeader.Authorization.replace('Bearer ', ''),
    'the start of a hash': '$scrypt$',
    'a cookie’s name': '__Host-',
    'a header': 'Bearer ',
    ...Object.fromEntries(
      a.principals.map(({ name, credential }) => [
        name,
        secretOf(credential.cookie ?? credential.visitorCookie ?? credential.headers?.['Authorization']),
      ]),
    ),
  };
  expect(Object.entries(secrets).filter(([, secret]) => secret.length < 7)).toEqual([]);
  const hits = Object.entries(secrets).flatMap(([name, secret]) =>
    lines.filter((line) => line.includes(secret)).map((line) => `${name}: ${line.slice(0, 400)}`),
  );
  expect(hits).toEqual([]);
  // There were failures, and each is one line that a program can parse.
  expect(lines.length).toBeGreaterThan(100);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ error: expect.any(String) as string });
  vi.restoreAllMocks();
  console.log(`S22 lines ${lines.length}, secrets ${Object.keys(secrets).length}, hits ${hits.length}`);
}, 120_000);
