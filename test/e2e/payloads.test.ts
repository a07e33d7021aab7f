/**
 * S4 in breadth: every payload goes through every field that a person can type, in browsers without the policies that
 * would stop its script. No view may make an element of it, a link that is none, or run it.
 */
import { cleanName, subprotocol, type Campaign, type Started, type User, userBodyOf } from '#protocol';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentOf } from '../helpers/people.ts';
import { Agent, Visitor } from './people.ts';
import { cookieOf } from './payload-watch.ts';
import { live, payloads } from './payloads.ts';
import { each, madeIn, ok, PayloadWatch } from './payload-watch.ts';
import { stage } from './stage.ts';

const { base, browser } = await stage({ COMMANDS_PER_SECOND: '1000' });
const signIn = (name: string) => agentOf({ base, email: `${name}@demo.test`, password: 'parley-demo' });
const [admin, ben] = [await signIn('admin'), await signIn('ben')];

const watch = new PayloadWatch(browser);
const { open, runs, made } = watch;
const look = (page: Page, view: string) => watch.look(page, view);

const chats: { conversation: string; payload: string }[] = [];
let visitors = 0;
/** A question of a new visitor, in whose every field is the payload. */
async function ask(site: string, payload: string): Promise<void> {
  visitors++;
  const post = async <T>(path: string, body: object, token?: string): Promise<T> => {
    const headers = {
      ...{ Origin: base, 'Content-Type': 'application/json' },
      'CF-Connecting-IP': `${20 + (visitors % 200)}.${visitors}.7.1`,
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const response = await fetch(`${base}/api/widget/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${payload}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  const { token } = await post<{ token: string }>('session', { site });
  const id = crypto.randomUUID();
  const page = { url: `https://shop.example/?q=${encodeURIComponent(payload)}`, title: payload };
  const contact = { name: payload };
  const { conversation } = await post<Started>('messages', { id, site, text: payload, page, contact }, token);
  chats.push({ conversation, payload });
}

interface Said {
  readonly seq: number;
  readonly kind: string;
  readonly by: { readonly kind: string };
  readonly id?: string;
}

/** Writes the payload into a chat as its agent: an answer with a quote, and a note. */
async function answer(cookie: string, { conversation, payload }: (typeof chats)[number]): Promise<void> {
  const headers = { Origin: base, Cookie: cookie };
  const Socket = WebSocket as unknown as new (url: string, init: object) => WebSocket;
  const url = `${base.replace('http', 'ws')}/api/conversations/${conversation}/socket`;
  const socket = new Socket(url, { protocols: [subprotocol], headers });
  const waiting = new Set<string>();
  const send = (frame: object) => {
    const id = crypto.randomUUID();
    waiting.add(id);
    socket.send(JSON.stringify({ ...frame, id }));
  };
  await new Promise<void>((resolve, reject) => {
    socket.onerror = () => reject(new Error(`${conversation} refused a socket`));
    socket.onopen = () => socket.send(JSON.stringify({ t: 'hello', v: 1 }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as { t: string; entries?: Said[] };
      if (frame.t === 'refused') reject(new Error(`${payload}: ${String(data)}`));
      const question = frame.entries?.find(
        ({ kind, by }) => kind === 'message.sent' && by.kind === 'visitor',
      );
      if (question && waiting.size === 0) {
        send({ t: 'message.send', text: payload, quote: question.seq });
        send({ t: 'note.add', text: payload });
        return;
      }
      for (const { id } of frame.entries ?? []) if (id && waiting.delete(id) && waiting.size === 0) resolve();
    };
  });
  socket.close();
}

/** A payload with one of these may be formatted, and so is not shown as it was typed. */
const markup = /[*`_[\]\u202e]|https?:/;

/** Payloads in lots that fit the longest text of a campaign. */
const lots: string[][] = [];
for (const payload of payloads) {
  const last = lots.at(-1);
  if (last && last.join(' ').length + payload.length < 480) last.push(payload);
  else lots.push([payload]);
}

let site = '';
const desk = ben.desk();
beforeAll(async () => {
  const demo = await (await fetch(`${base}/demo`, { headers: { Accept: 'text/html' } })).text();
  site = /widget\.js\?site=(\w+)/.exec(demo)?.[1] ?? '';
  await desk.until(() => desk.status !== undefined, 60_000);
});
afterAll(() => {
  expect(runs).toEqual([]);
  console.log(
    `S4 payloads ${payloads.length}, chats ${chats.length}, views looked at ${watch.looks}, scripts run ${runs.length}`,
  );
});

test('S4 there are two hundred payloads, and in a page that takes them for HTML they run', async () => {
  expect(new Set(payloads).size).toBeGreaterThanOrEqual(200);
  const page = await (await open.newContext({})).newPage();
  await page.goto(`${base}/demo`);
  const before = runs.length;
  await page.evaluate((texts) => {
    for (const text of texts) document.body.append(document.createRange().createContextualFragment(text));
  }, live);
  // Some need a decoder or a server that this page lacks.
  await expect.poll(() => runs.length - before).toBeGreaterThan(live.length / 2);
  expect((await madeIn(page.mainFrame())).length).toBeGreaterThan(live.length / 2);
  await page.context().close();
  runs.splice(0);
});

test('S4 payloads in every text of a campaign are shown as text in the widget', async () => {
  const { campaigns } = ok(await admin.ask<{ campaigns: Campaign[] }>('GET', '/api/campaigns'));
  const [campaign] = campaigns;
  if (!campaign) throw new Error('no campaign');
  for (const lot of lots) {
    const text = lot.join(' ');
    const short = lot.find(({ length }) => length <= 60) ?? '';
    const texts = { title: short, subtitle: short, opening: text, introduction: text, closing: text };
    const settings = { ...campaign.settings, ...texts, askEmail: 'required' };
    const body = { name: lot[0], enabled: true, settings };
    ok(await admin.ask<Campaign>('PATCH', `/api/campaigns/${campaign.id}`, body));
    const visitor = await Visitor.visit(open, base);
    await visitor.open();
    await visitor.chat.getByText(text).first().waitFor();
    await look(visitor.page, 'widget, opening');
    await visitor.page.context().close();
    // The first question of each visitor carries the campaign's name of this moment.
    await each(lot, (payload) => ask(site, payload));
  }
  const { id, ...before } = campaign;
  ok(await admin.ask<Campaign>('PATCH', `/api/campaigns/${id}`, before));
  expect({ made, runs }).toEqual({ made: [], runs: [] });
}, 900_000);

test('S4 payloads in every field of a chat are shown as text to agents and managers', async () => {
  expect(chats).toHaveLength(payloads.length);
  const sofia = await Agent.signIn(open, base, 'sofia@demo.test');
  const benAtWork = await Agent.signIn(open, base, 'ben@demo.test');
  const cookie = await cookieOf(base, 'ben@demo.test');
  // A transfer with a note is an offer; then a supervisor assigns the chat, with the note.
  await each(chats, async (chat) => {
    const note = chat.payload;
    ok(
      await admin.ask<object>('POST', `/api/conversations/${chat.conversation}/assign`, {
        agent: ben.me.id,
        note,
      }),
    );
    await answer(cookie, chat);
  });
  await look(benAtWork.page, 'workspace of the agent, notices');
  await sofia.page.reload();
  await sofia
    .group('Team chats')
    .getByRole('listitem')
    .nth(payloads.length - 1)
    .waitFor();
  await look(sofia.page, 'workspace, list');
  const details = sofia.page.getByRole('complementary', { name: 'Details' });
  for (const { conversation, payload } of chats) {
    await sofia.page.locator(`a[data-row="${conversation}"]`).click();
    await details.getByText(cleanName(payload), { exact: true }).first().waitFor();
    const whole = markup.test(payload) ? 'Ben Okafor' : payload;
    await sofia.log.getByText(whole).first().waitFor();
    await look(sofia.page, `chat of ${payload}`);
  }
  expect({ made, runs }).toEqual({ made: [], runs: [] });
}, 900_000);

test('S4 payloads in an agent’s messages are shown as text in an open widget', async () => {
  const visitor = await Visitor.visit(open, base);
  await visitor.open();
  await visitor.say('What do you have?');
  await visitor.sees('What do you have?');
  const floor = admin.floor();
  const found = () => [...floor.rows.values()].find((row) => row.last?.text === 'What do you have?');
  await floor.until(() => found() !== undefined, 60_000);
  const conversation = found()?.id ?? '';
  ok(await admin.ask<object>('POST', `/api/conversations/${conversation}/assign`, { agent: ben.me.id }));
  const chat = ben.open(conversation);
  await chat.until(() => chat.view.state !== null, 60_000);
  for (const payload of payloads) chat.client.send(payload);
  await chat.until(() => chat.view.state?.messages.agent === payloads.length, 60_000);
  await visitor.chat.getByRole('log').getByText('gnp.exe').first().waitFor();
  await look(visitor.page, 'widget, messages');
  expect({ made, runs }).toEqual({ made: [], runs: [] });
}, 300_000);

test('S4 payloads in the names of users and groups are shown as text in the console', async () => {
  await each(payloads, async (name) =>
    ok(await admin.ask<object>('POST', '/api/groups', { name, members: [] })),
  );
  const { page } = await Agent.signIn(open, base, 'admin@demo.test', '/console');
  await page.goto(`${base}/console/floor`);
  const user = ok(await admin.ask<User>('GET', `/api/users/${ben.me.id}`));
  for (const payload of payloads) {
    const body = { ...userBodyOf(user), name: payload, nickname: payload };
    ok(await admin.ask<User>('PATCH', `/api/users/${ben.me.id}`, body));
    await page.getByText(cleanName(payload), { exact: true }).first().waitFor();
    await look(page, 'floor');
  }
  for (const path of [
    ...[
      'floor',
      'chats',
      'campaigns',
      'websites',
      'users',
      'groups',
      'time-table',
      'audit',
      'what-if',
      'users/new',
    ],
    ...chats.slice(0, 20).map(({ conversation }) => `chats/${conversation}`),
  ]) {
    await page.goto(`${base}/console/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    for (const more of await page.getByRole('button', { name: /^(?:Show|Load) more/ }).all())
      await more.click();
    await look(page, path);
  }
  expect({ made, runs }).toEqual({ made: [], runs: [] });
}, 900_000);
