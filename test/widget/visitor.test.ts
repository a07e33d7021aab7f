/** A visitor's chat against a server of paper: what it asks for, in which order, and what it must never ask for. */
import { expect, test } from 'vitest';
import type { Environment, Wire } from '../../widget/client/environment.ts';
import { VisitorChat } from '../../widget/client/visitor.ts';
import { noMarks, unborn } from '../../worker/domain/index.ts';
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

/** A socket that the test speaks through. */
class PaperWire implements Wire {
  readyState = 0;
  onopen: Wire['onopen'] = null;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  onerror: Wire['onerror'] = null;
  readonly sent: { t: string; id?: string; text?: string; prev?: string }[] = [];
  send = (data: string) => void (data.startsWith('{') && this.sent.push(JSON.parse(data) as { t: string }));
  close = () => void (this.readyState = 3);

  open(): void {
    this.readyState = 1;
    this.onopen?.(undefined as never);
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function chatOn(
  server: ReturnType<typeof paperServer>,
  kept = new Map<string, string>(),
  connect = (): Wire => {
    throw new Error('no sockets here');
  },
) {
  const env: Environment = {
    connect,
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

test('V9 V24 what was typed under an end, and after it, opens the next conversation in the order in which it was typed', async () => {
  const server = paperServer();
  const wires: PaperWire[] = [];
  const connect = () => {
    const wire = new PaperWire();
    wires.push(wire);
    return wire;
  };
  const chat = chatOn(server, new Map([[`parley.${site}.token`, 'acc.vis.secret']]), connect);
  await settled();
  const open = { id: conversation, campaign: 'cam', startedAt: 0, open: true };
  server.asked[0]?.answer(200, { ...session, conversations: [open] });
  await settled();
  const [wire] = wires;
  wire?.open();
  const state = { ...unborn(conversation), head: 2, phase: 'active' };
  const marks = noMarks;
  wire?.say({ t: 'welcome', v: 1, conversation, epoch: 'e', head: 2, state, marks, present: true });
  wire?.say({ t: 'range', after: 0, upTo: 2, entries: [] });
  chat.send('one');
  chat.send('two');
  const [one, two] = (wire?.sent ?? []).filter(({ t }) => t === 'message.send');
  expect([one?.prev, two?.prev]).toEqual([undefined, one?.id]);
  // The end is known before the answers are; what is typed now is behind them.
  const closed = { seq: 3, at: 0, kind: 'conversation.closed', by: { kind: 'system' }, reason: 'idle' };
  wire?.say({ t: 'range', after: 2, upTo: 3, entries: [closed] });
  await settled();
  expect(chat.view.state?.phase).toBe('closed');
  chat.send('three');
  // The first was told to slow down, and has not been judged yet.
  wire?.say({ t: 'refused', id: one?.id, code: 'slow_down', message: '', retryAfter: 100 });
  wire?.say({ t: 'refused', id: two?.id, code: 'conversation_closed', message: '' });
  chat.send('four');
  await settled();
  expect(server.asked.at(-1)).toMatchObject({ what: 'POST messages', body: { text: 'one' } });
  // That one the first conversation had taken all the same: the rest still goes its way.
  server.asked.at(-1)?.answer(200, { conversation, seq: 2 });
  await settled();
  expect(server.asked.at(-1)).toMatchObject({ what: 'POST messages', body: { text: 'two' } });
  expect(chat.view.pending.map(({ frame }) => 'text' in frame && frame.text)).toEqual([
    'two',
    'three',
    'four',
  ]);
  chat.end();
});
