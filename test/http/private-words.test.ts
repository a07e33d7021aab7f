/**
 * The words of a chat that are not the visitor's: over all routes and sockets, with the visitor's credential. The
 * property over single entries is in test/domain/redaction.test.ts.
 */
import { subprotocol, tokenSubprotocol } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { conversationStub, visitorStub } from '../../worker/actors/stubs.ts';
import { maybeEvict, moveClock, Tab, uuid, ways, type Frame } from '../actors/scene.ts';
import {
  bearer,
  call,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  origin,
  type TestAccount,
} from './client.ts';
import type { Credential, Things } from './principals.ts';
import { askedRoutes, probe } from './routes.ts';
import { sendFile } from './uploading.ts';

const won = { id: id('code'), title: 'private-code-won' };
const lost = { id: id('code'), title: 'private-code-lost' };
const canned = id('response');
const codes = { list: [won, lost], multiple: true, required: true };

/** Words that only agents may read. */
const hidden = [
  ...[
    'private-note',
    'private-edited-note',
    'private-deleted-note',
    'private-late-note',
    'private-closing-note',
  ],
  ...['private-transfer', 'private-assignment', won.title, lost.title, won.id, lost.id, canned],
];
/** Words that were replaced or deleted: a tab that was open earlier has read them, no later reader does. */
const originals = [
  ...['original-answer', 'original-second-answer', 'original-removed-answer'],
  ...['original-question', 'original-removed-question', 'original-last-words'],
  'original-removed-file',
];
/** Words that the visitor reads to the end. */
const shown = [
  'first question',
  'present answer',
  'present question',
  'quoting answer',
  'goodbye',
  'closing text',
  'present file.txt',
];
/** Fields and kinds that are for agents alone. */
const fields = [
  ...['note.added', 'codes.changed', 'stage.changed', 'conversation.transferred', 'visitor.left'],
  ...[
    '"mentions"',
    '"mentioned"',
    '"canned"',
    '"codes"',
    '"awaitingCode"',
    '"inProgress"',
    '"note"',
    '"reason":"vanished"',
  ],
];

interface Chat {
  readonly things: Things;
  readonly conversation: ReturnType<typeof conversationStub>;
  readonly agent: Tab;
  /** Open since the first message. */
  readonly early: Tab;
}

async function socketOf(path: string, headers: Record<string, string>): Promise<Tab> {
  const response = await call('GET', path, { headers: { Origin: origin, Upgrade: 'websocket', ...headers } });
  if (!response.webSocket) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return new Tab(response.webSocket);
}

const visitorTab = (things: Things) =>
  socketOf(`/api/widget/conversations/${things.conversation}/socket`, {
    'Sec-WebSocket-Protocol': `${subprotocol}, ${tokenSubprotocol}${things.token}`,
  });

async function welcomed(tab: Tab, hello: object = {}): Promise<Tab> {
  tab.send({ t: 'hello', v: 1, ...hello });
  await tab.frame('welcome');
  await tab.settled();
  return tab;
}

/** A conversation with both tabs open. Its campaign has codes, a closing text and a limit for edits. */
async function begin(account: TestAccount): Promise<Chat> {
  const { site, campaign } = await newSite(account, [origin]);
  const visitor = await newVisitor(site);
  const secret = visitor.token.split('.').at(-1) ?? '';
  const settings = { idleMinutes: 60, sneakPreview: true, editMinutes: 15, codes, closing: 'closing text' };
  const started = await visitorStub(env, account.id, visitor.id).message(
    secret,
    { id: uuid(), site, text: 'first question', page: { url: 'https://shop.example/', title: 'Shop' } },
    { id: campaign, name: 'Help', ...settings },
  );
  if (!('conversation' in started)) throw new Error(JSON.stringify(started));
  const conversation = conversationStub(env, account.id, started.conversation);
  const removed = await sendFile(
    { cookie: account.agent },
    'original-removed-file.txt',
    new TextEncoder().encode('original-removed-answer'),
  );
  const things = {
    ...{ account: account.id, site, campaign, user: account.users.agent, group: id('group') },
    ...{ session: id('session'), visitor: visitor.id, token: visitor.token },
    ...{ forum: id('forum'), response: id('response') },
    conversation: started.conversation,
    file: removed.id,
  };
  await conversation.assign({ agent: partyOf(account, 'agent'), generation: 1 });
  const agent = await socketOf(`/api/conversations/${started.conversation}/socket`, {
    ...{ Cookie: account.agent, 'Sec-WebSocket-Protocol': subprotocol },
  });
  return {
    things,
    conversation,
    agent: await welcomed(agent),
    early: await welcomed(await visitorTab(things)),
  };
}

const partyOf = (account: TestAccount, role: 'agent' | 'supervisor') =>
  ({ kind: 'agent', id: account.users[role], name: `The ${role}` }) as const;

/** Sends a command, and returns the seq of its entry. */
async function command(tab: Tab, frame: object): Promise<number> {
  const mine = uuid();
  tab.send({ id: mine, ...frame });
  const answer = await tab.until(
    () =>
      tab.frames.find((each) => each.t !== 'range' && each['id'] === mine) ??
      entriesOf(tab.frames).find((entry) => entry.id === mine),
  );
  if ('t' in answer) throw new Error(JSON.stringify([frame, answer]));
  return answer.seq;
}

const entriesOf = (frames: readonly Frame[]) =>
  frames.flatMap((frame) =>
    frame.t === 'range' ? (frame['entries'] as { seq: number; id?: string }[]) : [],
  );

/** Everything that can be written into a chat, up to its end and after it. */
async function talk({ things, conversation, agent, early }: Chat, account: TestAccount): Promise<void> {
  const say = (tab: Tab, text: string, more: object = {}) =>
    command(tab, { t: 'message.send', text, ...more });
  const edit = (tab: Tab, target: number, text: string) => command(tab, { t: 'message.edit', target, text });
  const remove = (tab: Tab, target: number) => command(tab, { t: 'message.delete', target });
  const supervisor = { id: account.users.supervisor, name: 'The supervisor' };
  const note = (text: string) => command(agent, { t: 'note.add', text, mentions: [supervisor] });

  await command(agent, { t: 'stage.set', stage: 'in_progress' });
  const answer = await say(agent, 'original-answer');
  await edit(agent, answer, 'original-second-answer');
  await edit(agent, answer, 'present answer');
  await remove(agent, await say(agent, 'original-removed-answer'));
  const file = await sendFile(
    { cookie: account.agent },
    'present file.txt',
    new TextEncoder().encode('shown'),
  );
  await say(agent, '', { files: [file.id] });
  await remove(agent, await say(agent, '', { files: [things.file] }));
  await edit(early, await say(early, 'original-question'), 'present question');
  await remove(early, await say(early, 'original-removed-question'));
  await say(agent, 'quoting answer', { quote: answer, canned: [canned] });
  await edit(agent, await note('private-note'), 'private-edited-note');
  await remove(agent, await note('private-deleted-note'));
  await command(agent, { t: 'codes.set', codes: [lost.id] });
  await conversation.unassign(1, 'vanished');
  const [first, second] = [partyOf(account, 'agent'), partyOf(account, 'supervisor')];
  const given = { how: 'assigned', by: second, note: 'private-assignment', from: 1 } as const;
  await conversation.assign({ agent: second, generation: 2, ...given });
  const to = { kind: 'group', id: id('group'), name: 'private-transfer' } as const;
  await conversation.transfer({ by: second, to, note: 'private-transfer', generation: 2 });
  await conversation.assign({ agent: first, generation: 3, how: 'routed' });
  await say(agent, 'goodbye');
  const last = await say(agent, 'original-last-words');
  await command(agent, { t: 'conversation.close', codes: [won.id], note: 'private-closing-note' });
  await remove(agent, last);
  await note('private-late-note');
  await command(agent, { t: 'codes.set', codes: [won.id, lost.id] });
}

/** The log as it is stored. */
const stored = ({ conversation }: Chat) =>
  runInDurableObject(conversation, (_, { storage }) =>
    [...storage.sql.exec<{ entry: string }>('SELECT entry FROM entries ORDER BY seq')].map(
      ({ entry }) => entry,
    ),
  );

/** The words, fields and users of which a text contains any. */
const found = (text: string, words: readonly string[]) => words.filter((word) => text.includes(word));

/** Every range that the route and a socket give, from and to every seq. */
async function rangesOf(
  { things }: Chat,
  head: number,
  clock: { by(milliseconds: number): void },
): Promise<string[]> {
  const texts: string[] = [];
  const address = `/api/widget/conversations/${things.conversation}/entries?site=${things.site}`;
  for (let before = 1; before <= head + 2; before++)
    for (const limit of [1, 3, 100]) {
      const headers = bearer(things.token);
      const answer = await call('GET', `${address}&before=${before}&limit=${limit}`, { headers });
      expect(answer.status).toBe(200);
      texts.push(await answer.text());
    }
  const fresh = await welcomed(await visitorTab(things));
  const { epoch } = (await fresh.frame('welcome')) as Frame & { epoch: string };
  for (let seq = 0; seq <= head; seq++) {
    // Questions and new sockets are limited to some a second.
    clock.by(2_000);
    fresh.send({ t: 'pull', after: seq }).send({ t: 'pull', before: seq + 1, limit: 1 });
    fresh.send({ t: 'pull', before: seq + 1, limit: 100 });
    await fresh.settled();
    const resumed = await welcomed(await visitorTab(things), { epoch, cursor: seq });
    texts.push(...resumed.texts);
    resumed.close();
  }
  expect(fresh.frames.filter(({ t }) => t === 'refused')).toEqual([]);
  return [...texts, ...fresh.texts];
}

test.each(ways)(
  'RED-1 ENT-17 CAN-17 notes, codes, stages, canned responses and originals are in no answer and no frame for the visitor (%s)',
  async (way) => {
    const clock = moveClock();
    const account = await newAccount();
    const chat = await begin(account);
    const { things, early } = chat;
    await talk(chat, account);
    await early.settled();
    const log = await stored(chat);
    // Without these words in the log the test would find no leak.
    expect(found(log.join('\n'), [...hidden, ...originals, ...shown])).toEqual([
      ...hidden,
      ...originals,
      ...shown,
    ]);
    await maybeEvict(way, chat.conversation);

    const ranges = await rangesOf(chat, log.length, clock);
    const credentials: Credential[] = [{ headers: bearer(things.token) }, { visitorCookie: things.token }];
    const answers: [string, string][] = [];
    // Signing out comes last, because afterwards no route knows the visitor.
    const last = ({ address }: { address: string }) => Number(address === 'DELETE /api/widget/session');
    for (const route of askedRoutes.toSorted((a, b) => last(a) - last(b)))
      for (const credential of credentials)
        answers.push([route.address, (await probe(route, credential, things, things)).text]);
    for (const path of [`/widget/frame?site=${things.site}`, '/demo', '/api/openapi.json'])
      answers.push([path, await (await call('GET', path, { headers: bearer(things.token) })).text()]);

    const users = Object.values(account.users);
    const leaks = (name: string, text: string, words: readonly string[]) =>
      found(text, words).map((word) => `${name}: ${word}`);
    const told = early.texts.join('\n');
    const all = ranges.join('\n');
    expect([
      ...leaks('a tab that was open', told, [...hidden, ...fields, ...users]),
      ...ranges.flatMap((text) => leaks('a range', text, [...hidden, ...originals, ...fields, ...users])),
      ...answers.flatMap(([route, text]) => leaks(route, text, [...hidden, ...originals, ...users])),
    ]).toEqual([]);
    expect([found(told, shown), found(all, shown)]).toEqual([shown, shown]);
  },
  300_000,
);

test('RED-1 a visitor who guesses seqs learns of no note: it is refused as a seq that does not exist', async () => {
  const clock = moveClock();
  const account = await newAccount();
  const chat = await begin(account);
  const { agent, early } = chat;
  const supervisor = { id: account.users.supervisor, name: 'The supervisor' };
  await command(agent, { t: 'message.send', text: 'an answer' });
  await command(agent, { t: 'note.add', text: 'private-note', mentions: [supervisor] });
  await command(agent, { t: 'codes.set', codes: [won.id] });
  const gone = await command(agent, { t: 'note.add', text: 'private-deleted-note' });
  await command(agent, { t: 'message.delete', target: gone });
  await early.settled();
  const log = (await stored(chat)).map(
    (entry) => JSON.parse(entry) as { seq: number; kind: string; of?: string },
  );
  const visible = new Set(entriesOf(early.frames).map(({ seq }) => seq));
  const absent = log.length + 1_000;
  const refusals = async (target: number) => {
    const asked = [
      { t: 'message.edit', id: uuid(), target, text: 'mine' },
      { t: 'message.delete', id: uuid(), target },
      { t: 'message.send', id: uuid(), text: 'about it', quote: target },
    ];
    clock.by(1_000);
    for (const frame of asked) early.send(frame);
    const answer = (frame: { id: string }) =>
      early.frame('refused', (refused) => refused['id'] === frame.id).then(({ id: _, ...rest }) => rest);
    return Promise.all(asked.map(answer));
  };
  const unknown = await refusals(absent);
  expect(unknown.map((refused) => refused['code'])).toEqual(['not_found', 'not_found', 'not_found']);
  const secret = log.filter(({ seq }) => !visible.has(seq));
  expect(secret.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['note.added', 'codes.changed', 'message.deleted']),
  );
  for (const { seq } of secret) expect(await refusals(seq)).toEqual(unknown);
});
