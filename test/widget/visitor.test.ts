/** A visitor's chat against a server of paper: what it asks for, in which order, and what it must never ask for. */
import { expect, test } from 'vitest';
import type { Environment } from '../../widget/client/environment.ts';
import { VisitorChat } from '../../widget/client/visitor.ts';
import { memoryCarrier } from '../helpers/people.ts';

const site = 'sit_a';
const conversation = 'con_a';
const session = { visitor: 'vis_a', contact: {}, conversations: [] };

/** Answers each request when the test says so. */
function paperServer() {
  const asked: {
    what: string;
    body: { text?: string } | undefined;
    answer(status: number, body: object): void;
  }[] = [];
  const send: typeof fetch = (input, init) =>
    new Promise((resolve) => {
      const body =
        init?.body === undefined ? undefined : (JSON.parse(String(init.body)) as { text?: string });
      const what = `${init?.method ?? 'GET'} ${new URL(String(input)).pathname.replace('/api/widget/', '')}`;
      asked.push({ what, body, answer: (status, answer) => resolve(Response.json(answer, { status })) });
    });
  return { asked, send, all: () => asked.map(({ what }) => what) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function chatOn(server: ReturnType<typeof paperServer>, kept = new Map<string, string>()) {
  const env: Environment = {
    connect: () => {
      throw new Error('no sockets here');
    },
    now: () => 0,
    random: () => 0.5,
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    after: () => () => undefined,
    onWake: () => () => undefined,
  };
  const chat = new VisitorChat({
    env,
    base: 'https://parley.test',
    site,
    carrier: memoryCarrier(kept),
    page: () => undefined,
    onChange: () => undefined,
    fetch: server.send,
  });
  void chat.start();
  return chat;
}

test('V8 R15 what is typed right after a reload waits until it is known who the visitor is', async () => {
  const server = paperServer();
  const chat = chatOn(server, new Map([[`parley.${site}.token`, 'acc.vis.secret']]));
  chat.send('typed at once');
  await settled();
  // A message now would find no session, and so make a second visitor.
  expect(server.all()).toEqual(['GET session']);
  server.asked[0]?.answer(200, session);
  await settled();
  expect(server.all()).toEqual(['GET session', 'POST messages']);
  expect(server.asked[1]?.body?.text).toBe('typed at once');
  chat.end();
});

test('V6 nobody yet: the first message makes the visitor, then goes its way', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = chatOn(server, kept);
  await settled();
  server.asked[0]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  // None is made before there is something to say.
  expect(server.all()).toEqual(['GET session']);
  chat.send('first');
  chat.send('second');
  await settled();
  server.asked[1]?.answer(200, { ...session, token: 'acc.vis.secret' });
  await settled();
  server.asked[2]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  expect(server.all()).toEqual(['GET session', 'POST session', 'GET session', 'POST messages']);
  expect(kept.get(`parley.${site}.token`)).toBe('acc.vis.secret');
  server.asked[3]?.answer(200, { conversation, seq: 2 });
  await settled();
  // The second goes over the conversation's own socket.
  expect(chat.view.pending.map(({ frame }) => ('text' in frame ? frame.text : ''))).toEqual(['second']);
  chat.end();
});
