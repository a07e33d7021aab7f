import type { ConversationsPage } from '#protocol';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { writeHistory } from '../../worker/db/history.ts';
import { makeLog } from '../db/logs.ts';
import {
  ask,
  bearer,
  call,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  origin,
  say,
  type TestAccount,
} from './client.ts';

let mine: TestAccount;
let theirs: TestAccount;
let site: string;
beforeAll(async () => {
  mine = await newAccount('Mine');
  theirs = await newAccount('Theirs');
  ({ site } = await newSite(mine));
});

const missing = {
  status: 404,
  body: { refused: 'not_found', message: 'Not found. Check the ids and the path.' },
};

const open: WebSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

async function upgrade(path: string, options: Parameters<typeof call>[2] = {}) {
  const response = await call('GET', path, {
    ...options,
    headers: {
      Origin: origin,
      Upgrade: 'websocket',
      'Sec-WebSocket-Protocol': 'parley.1',
      ...options.headers,
    },
  });
  if (!response.webSocket) return { status: response.status, body: await response.json() };
  response.webSocket.accept();
  open.push(response.webSocket);
  return { status: response.status, socket: response.webSocket, headers: response.headers };
}

function next(socket: WebSocket): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(data as string) as never), {
      once: true,
    });
    socket.addEventListener('close', ({ code }) => reject(new Error(`closed ${code}`)), { once: true });
  });
}

test('HIS-1 a manager reads the history of their account, and of no other', async () => {
  const log = makeLog({ messages: 150, closed: true });
  await writeHistory(env.DB, mine.id, log.state, log.pages);
  const as = { cookie: mine.supervisor };
  const { visitor } = log.state;
  const list = await ask<ConversationsPage>(
    'GET',
    `/api/conversations?visitor=${visitor.id}&phase=closed`,
    as,
  );
  expect(list).toEqual({ status: 200, body: { conversations: [log.state], next: null } });
  expect(await ask('GET', `/api/conversations/${log.state.id}`, as)).toEqual({
    status: 200,
    body: { state: log.state },
  });
  const entries = await ask('GET', `/api/conversations/${log.state.id}/entries?before=131&limit=20`, as);
  expect(entries).toEqual({
    status: 200,
    body: { after: 110, upTo: 130, entries: log.entries.slice(110, 130) },
  });

  const others = { cookie: theirs.administrator };
  for (const path of [`/api/conversations/${log.state.id}`, `/api/conversations/${log.state.id}/entries`]) {
    expect(await ask('GET', path, others)).toEqual(missing);
    expect(await ask('GET', path, { cookie: mine.agent })).toMatchObject({ status: 403 });
    expect(await ask('GET', path)).toMatchObject({ status: 401 });
  }
  expect((await ask('GET', `/api/conversations?visitor=${visitor.id}`, others)).body).toEqual({
    conversations: [],
    next: null,
  });
});

test.each([
  'limit=0',
  'limit=1000',
  'phase=open',
  'campaign=x',
  'visitor=vis_x',
  'after=x',
  `after=${'1'.repeat(99)}`,
])('HIS-1 the query %s is refused', async (query) => {
  const answer = await ask('GET', `/api/conversations?${query}`, { cookie: mine.supervisor });
  expect(answer).toMatchObject({ status: 400, body: { refused: 'bad_request', field: query.split('=')[0] } });
});

test('CON-1 an agent opens the socket of a conversation of their account', async () => {
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token, 'Hello');
  const opened = await upgrade(`/api/conversations/${conversation}/socket`, { cookie: mine.agent });
  expect(opened.status).toBe(101);
  expect(opened.headers?.get('Sec-WebSocket-Protocol')).toBe('parley.1');
  const first = next(opened.socket as WebSocket);
  opened.socket?.send(JSON.stringify({ t: 'hello', v: 1 }));
  expect(await first).toMatchObject({ t: 'welcome', conversation, state: { phase: 'waiting' } });
});

test('VIS-5 a visitor opens the socket of their conversation, by a cookie or by a subprotocol', async () => {
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token, 'Hello');
  const path = `/api/widget/conversations/${conversation}/socket?site=${site}`;
  const byToken = { headers: { 'Sec-WebSocket-Protocol': `parley.1, token.${visitor.token}` } };
  for (const options of [{ cookie: visitor.cookie }, byToken]) {
    const opened = await upgrade(path, options);
    expect(opened.status).toBe(101);
    expect(opened.headers?.get('Sec-WebSocket-Protocol')).toBe('parley.1');
  }
  const other = await newVisitor(site);
  const wrong = { headers: { 'Sec-WebSocket-Protocol': `parley.1, token.${other.token}` } };
  expect(await upgrade(path, wrong)).toEqual(missing);
  expect(await upgrade(path, { ...wrong, cookie: visitor.cookie })).toEqual(missing);
  expect(await upgrade(path, {})).toMatchObject({ status: 401 });
});

test('SOC-1 an upgrade with another version, and a request without an upgrade, are refused', async () => {
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token);
  const paths = [`/api/conversations/${conversation}/socket`, '/api/agent/socket', '/api/floor/socket'];
  for (const path of paths) {
    for (const headers of [{ 'Sec-WebSocket-Protocol': 'parley.2' }, { 'Sec-WebSocket-Protocol': '' }]) {
      expect(await upgrade(path, { cookie: mine.agent, headers })).toMatchObject({
        status: 426,
        body: { refused: 'unsupported' },
      });
    }
    expect(await ask('GET', path, { cookie: mine.agent })).toMatchObject({ status: 426 });
  }
});

test('I13 the socket of another account’s conversation cannot be opened', async () => {
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token);
  for (const [other, cookie] of [
    [conversation, theirs.agent],
    [id('conversation'), mine.agent],
  ] as const) {
    const { socket } = await upgrade(`/api/conversations/${other}/socket`, { cookie });
    await expect(next(socket as WebSocket)).rejects.toThrow('closed 4404');
  }
  expect(await upgrade('/api/conversations/x/socket', { cookie: mine.agent })).toEqual(missing);
  // A visitor's credential opens no route for agents.
  const path = `/api/conversations/${conversation}/socket`;
  expect(await upgrade(path, { cookie: visitor.cookie })).toMatchObject({ status: 401 });
  expect(await upgrade(path, { headers: bearer(visitor.token) })).toMatchObject({ status: 401 });
});

test('S2 a header cannot claim an identity', async () => {
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token);
  const other = await newVisitor(site);
  const forged = JSON.stringify({ kind: 'visitor', account: mine.id, id: visitor.id, site });
  const headers = { 'X-Parley-Principal': forged };
  const path = `/api/widget/conversations/${conversation}/socket?site=${site}`;
  expect(await upgrade(path, { cookie: other.cookie, headers })).toEqual(missing);
  expect(await upgrade(path, { headers })).toMatchObject({ status: 401 });
});

test('AGT-1 FLR-1 one socket follows the agent, and one the floor', async () => {
  const agent = await upgrade('/api/agent/socket', { cookie: mine.agent });
  expect(await next(agent.socket as WebSocket)).toMatchObject({ t: 'agent.welcome', status: 'online' });
  const floor = await upgrade('/api/floor/socket', { cookie: mine.agent });
  expect(await next(floor.socket as WebSocket)).toMatchObject({ t: 'floor' });
  for (const path of ['/api/agent/socket', '/api/floor/socket']) {
    expect(await upgrade(path, {})).toMatchObject({ status: 401, body: { refused: 'signed_out' } });
  }
});

test('TAK-1 an agent takes a conversation; the next one is refused with the owner’s name', async () => {
  const live = await upgrade('/api/agent/socket', { cookie: mine.agent });
  await next(live.socket as WebSocket);
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token);
  const path = `/api/conversations/${conversation}/take`;
  const taken = await ask('POST', path, { cookie: mine.agent });
  expect(taken).toMatchObject({ status: 200, body: { conversation, generation: 1 } });
  const late = await ask('POST', path, { cookie: mine.supervisor });
  expect(late.status).toBe(409);
  expect((await ask('POST', path, { cookie: theirs.agent })).status).not.toBe(200);
  expect(await ask('POST', '/api/conversations/x/take', { cookie: mine.agent })).toEqual(missing);
  expect(await ask('POST', path)).toMatchObject({ status: 401 });
});
