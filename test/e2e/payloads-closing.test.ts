/** S4 in the fields of a chat's end, in the names of files, and in the contact's email. */
import { cleanName, subprotocol, type Campaign, type Started, type Upload } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { agentOf } from '../helpers/people.ts';
import { Agent } from './people.ts';
import { cookieOf, each, ok, PayloadWatch } from './payload-watch.ts';
import { payloads } from './payloads.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage({ COMMANDS_PER_SECOND: '1000' });
const signIn = (name: string) => agentOf({ base, email: `${name}@demo.test`, password: 'parley-demo' });
const [admin, ben] = [await signIn('admin'), await signIn('ben')];
const watch = new PayloadWatch(browser);
const chats: string[] = [];
let site = '';
let visitors = 0;

beforeAll(async () => {
  const demo = await (await fetch(`${base}/demo`, { headers: { Accept: 'text/html' } })).text();
  site = /widget\.js\?site=(\w+)/.exec(demo)?.[1] ?? '';
  const desk = ben.desk();
  await desk.until(() => desk.status !== undefined, 60_000);
});

/** A new visitor's requests. */
async function newVisitor() {
  const headers = {
    ...{ Origin: base, 'Content-Type': 'application/json' },
    'CF-Connecting-IP': `${20 + (++visitors % 200)}.${visitors}.9.1`,
  };
  const call = (method: string, path: string, body: object | string, token = '') =>
    fetch(`${base}/api/widget/${path}`, {
      method,
      headers: {
        ...headers,
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(typeof body === 'string' && { 'Content-Type': 'application/octet-stream' }),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const session = await call('POST', 'session', { site });
  const { token } = (await session.json()) as { token: string };
  return { call, token };
}

let files = 0;
/** A chat whose first message has a file with this name. */
async function ask(payload: string): Promise<void> {
  const { call, token } = await newVisitor();
  const id = `fil_${`${files++}`.padStart(26, '0')}`;
  const ofSite = `?site=${site}`;
  const begun = await call('POST', 'files', { site, id, name: `${payload}.txt`, size: 1 }, token);
  expect([payload, begun.status]).toEqual([payload, 200]);
  await call('PUT', `files/${id}/parts/1${ofSite}`, 'a', token);
  const completed = (await (await call('POST', `files/${id}/complete${ofSite}`, {}, token)).json()) as Upload;
  expect(completed.file?.name).not.toMatch(/[<>"]/);
  const message = { id: crypto.randomUUID(), site, text: '', files: [id] };
  const started = (await (await call('POST', 'messages', message, token)).json()) as Started;
  chats.push(started.conversation);
  const agent = { agent: ben.me.id, note: '' };
  ok(await admin.ask<object>('POST', `/api/conversations/${started.conversation}/assign`, agent));
}

/** Ends a chat as its agent, with a code and a note. */
async function end(cookie: string, conversation: string, code: string, note: string): Promise<void> {
  const Socket = WebSocket as unknown as new (url: string, init: object) => WebSocket;
  const socket = new Socket(`${base.replace('http', 'ws')}/api/conversations/${conversation}/socket`, {
    protocols: [subprotocol],
    headers: { Origin: base, Cookie: cookie },
  });
  await new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error(`${conversation} refused a socket`));
    socket.onopen = () => socket.send(JSON.stringify({ t: 'hello', v: 1 }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as { t: string; entries?: { kind: string }[] };
      if (frame.t === 'refused') reject(new Error(`${note}: ${String(data)}`));
      if (frame.t === 'welcome')
        socket.send(
          JSON.stringify({ t: 'conversation.close', id: crypto.randomUUID(), codes: [code], note }),
        );
      if (frame.entries?.some(({ kind }) => kind === 'conversation.closed')) resolve();
    };
  });
  socket.close();
}

/** Emails that the form of an address permits; the others are refused. */
const emails: string[] = [];
test('S4 an email that is a payload is refused, or shown as text', async () => {
  let refused = 0;
  await each(payloads, async (payload) => {
    const { call, token } = await newVisitor();
    for (const email of [payload, `${payload}@shop.example`]) {
      const body = { id: crypto.randomUUID(), site, text: `I am ${email}`, contact: { email } };
      const answer = await call('POST', 'messages', body, token);
      if (answer.status === 400) refused++;
      else if (answer.status === 200) {
        emails.push(email);
        const { conversation } = (await answer.json()) as Started;
        const agent = { agent: ben.me.id, note: '' };
        ok(await admin.ask<object>('POST', `/api/conversations/${conversation}/assign`, agent));
      } else expect([email, answer.status]).toEqual([email, 400]);
    }
  });
  expect(refused + emails.length).toBe(payloads.length * 2);
  const sofia = await Agent.signIn(watch.open, base, 'sofia@demo.test');
  for (const email of emails) {
    await sofia.row('Team chats', `I am ${email}`).getByRole('link').first().click();
    await sofia.page.getByRole('complementary', { name: 'Details' }).getByText(email).first().waitFor();
    await watch.look(sofia.page, `email ${email}`);
  }
  console.log(`S4 emails refused ${refused}, accepted and looked at ${emails.length}`);
  expect({ made: watch.made, runs: watch.runs }).toEqual({ made: [], runs: [] });
}, 300_000);

test('S4 payloads in codes, closing notes and names of files are shown as text', async () => {
  const { campaigns } = ok(await admin.ask<{ campaigns: Campaign[] }>('GET', '/api/campaigns'));
  const [campaign] = campaigns;
  if (!campaign) throw new Error('no campaign');
  const { id, ...before } = campaign;
  const short = payloads.filter((payload) => cleanName(payload) !== '' && payload.length <= 100);
  const titles = [...new Map(short.map((title) => [cleanName(title).toLowerCase(), title])).values()].slice(
    0,
    45,
  );
  const codes = titles.map((title, at) => ({ id: `cod_${`${at}`.padStart(26, '0')}`, title }));
  const settings = { ...before.settings, codes, multipleCodes: false, codeRequired: false };
  ok(await admin.ask<Campaign>('PATCH', `/api/campaigns/${id}`, { ...before, settings }));
  await each(payloads, ask);
  const cookie = await cookieOf(base, 'ben@demo.test');
  const told = payloads.map((payload, at) => ({ payload, chat: chats[at] ?? '', at }));
  // Two users: each page is some requests, and a user has 600 a minute (the limit of a user in wrangler.toml).
  const sofia = await Agent.signIn(watch.open, base, 'sofia@demo.test', '/console');
  const alex = await Agent.signIn(watch.open, base, 'admin@demo.test', '/console');
  const asked = [0, 0];
  for (const [at, { page }] of [sofia, alex].entries())
    page.on('request', (request) => {
      if (request.url().includes('/api/')) asked[at] = (asked[at] ?? 0) + 1;
    });
  await each(told, ({ payload, chat, at }) => end(cookie, chat, codes[at % codes.length]?.id ?? '', payload));
  for (const { payload, chat, at } of told) {
    const { page, log } = at % 2 ? alex : sofia;
    await page.goto(`${base}/console/chats/${chat}`);
    await log.getByRole('link', { name: /^Download/ }).waitFor();
    await watch.look(page, `closed chat of ${payload}`);
  }
  expect(Math.max(...asked)).toBeLessThan(600);
  console.log(`S4 requests of the two users: ${asked.join(', ')}`);
  await sofia.page.goto(`${base}/workspace`);
  await sofia.group('Closed').getByRole('listitem').first().waitFor();
  await watch.look(sofia.page, 'workspace, closed');
  console.log(
    `S4 closing payloads ${payloads.length}, views ${watch.looks}, scripts run ${watch.runs.length}`,
  );
  expect({ made: watch.made, runs: watch.runs }).toEqual({ made: [], runs: [] });
}, 900_000);
