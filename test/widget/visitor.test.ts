/**
 * A visitor's chat against a simulated server: the requests that it sends, their order, and the requests that it must
 * never send.
 */
import { unborn } from '#domain/conversation/conversation';
import { noMarks } from '#domain/conversation/marks';
import { expect, test } from 'vitest';
import { chatOn, conversation, paperServer, session, settled, site, wake } from './paper-server.ts';
import { PaperWire } from './paper-wire.ts';

test('VIS-9 R15 a message typed right after a reload waits until the visitor is known', async () => {
  const server = paperServer();
  const chat = chatOn(server, new Map([[`parley.${site}.token`, 'acc.vis.secret']]));
  chat.send('typed at once');
  await settled();
  // A message now would have no session, and so create a second visitor.
  expect(server.all()).toEqual(['GET session']);
  server.asked[0]?.answer(200, session);
  await settled();
  expect(server.all()).toEqual(['GET session', 'POST messages']);
  expect(server.asked[1]?.body?.text).toBe('typed at once');
  chat.end();
});

test('VIS-4 without a visitor, the first message creates one, then is sent', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = chatOn(server, kept);
  await settled();
  server.asked[0]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  // No visitor is created before the first message.
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
  // The second message is sent over the conversation's own socket.
  expect(chat.view.pending.map(({ frame }) => ('text' in frame ? frame.text : ''))).toEqual(['second']);
  chat.end();
});

test('CMD-20 CMD-11 messages typed before and after a close open the next conversation in the order in which they were typed', async () => {
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
  // The client learns of the close before the answers. Messages typed now come after the unanswered ones.
  const closed = { seq: 3, at: 0, kind: 'conversation.closed', by: { kind: 'system' }, reason: 'idle' };
  wire?.say({ t: 'range', after: 2, upTo: 3, entries: [closed] });
  await settled();
  expect(chat.view.state?.phase).toBe('closed');
  chat.send('three');
  // The first message was refused with slow_down, so it is not decided yet.
  wire?.say({ t: 'refused', id: one?.id, code: 'slow_down', message: '', retryAfter: 100 });
  wire?.say({ t: 'refused', id: two?.id, code: 'conversation_closed', message: '' });
  chat.send('four');
  await settled();
  expect(server.asked.at(-1)).toMatchObject({ what: 'POST messages', body: { text: 'one' } });
  // The first conversation had accepted that message after all: the others are still sent.
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

/** A chat with an open conversation, and the server's end of its socket. */
async function talking(conversations: object[] = [], kept = new Map<string, string>()) {
  const server = paperServer();
  const wires: PaperWire[] = [];
  kept.set(`parley.${site}.token`, 'acc.vis.secret');
  const connect = () => {
    const wire = new PaperWire();
    wires.push(wire);
    return wire;
  };
  const chat = chatOn(server, kept, connect);
  await settled();
  server.asked[0]?.answer(200, { ...session, conversations });
  await settled();
  return { server, wires, chat };
}

const welcome = (wire: PaperWire | undefined, id: string) => {
  wire?.open();
  const state = { ...unborn(id), head: 2, phase: 'active' };
  wire?.say({
    t: 'welcome',
    v: 1,
    conversation: id,
    epoch: 'e',
    head: 2,
    state,
    marks: noMarks,
    present: true,
  });
  wire?.say({ t: 'range', after: 0, upTo: 2, entries: [] });
};

const sentTexts = (wire: PaperWire | undefined) =>
  (wire?.sent ?? []).filter(({ t }) => t === 'message.send').map(({ text }) => text);

test('R15 without any storage, waiting messages are sent all the same', async () => {
  const server = paperServer();
  const wires: PaperWire[] = [];
  const nothing = { load: () => Promise.resolve(null), save: () => Promise.reject(new Error('full')) };
  const connect = () => {
    const wire = new PaperWire();
    wires.push(wire);
    return wire;
  };
  const chat = chatOn(server, undefined, connect, nothing);
  await settled();
  server.asked[0]?.answer(401, { refused: 'signed_out', message: '' });
  for (const text of ['one', 'two', 'three']) chat.send(text);
  await settled();
  server.asked[1]?.answer(200, session);
  await settled();
  expect(server.asked.at(-1)?.body?.text).toBe('one');
  server.asked.at(-1)?.answer(200, { conversation, seq: 2 });
  await settled();
  expect(chat.view.pending).toHaveLength(2);
  welcome(wires[0], conversation);
  expect(sentTexts(wires[0])).toEqual(['two', 'three']);
  chat.end();
});

test('MSG-6 CMD-7 an unanswered message is first repeated to its own conversation, before it is sent to the next', async () => {
  const kept = new Map<string, string>();
  const first = await talking([{ id: 'con_x', campaign: 'cam', startedAt: 0, open: true }], kept);
  welcome(first.wires[0], 'con_x');
  for (const text of ['taken', 'lost']) first.chat.send(text);
  await settled();
  first.chat.end();
  // Meanwhile another tab has begun the next conversation.
  const { chat, server, wires } = await talking(
    [{ id: 'con_y', campaign: 'cam', startedAt: 1, open: true }],
    kept,
  );
  welcome(wires[0], 'con_y');
  chat.send('new');
  await settled();
  expect(server.asked.at(-1)).toMatchObject({
    what: 'POST messages',
    body: { text: 'taken', sentTo: 'con_x' },
  });
  server.asked.at(-1)?.answer(200, { conversation: 'con_x', seq: 3 });
  await settled();
  expect(server.asked.at(-1)).toMatchObject({
    what: 'POST messages',
    body: { text: 'lost', sentTo: 'con_x' },
  });
  expect(sentTexts(wires[0])).toEqual([]);
  server.asked.at(-1)?.answer(200, { conversation: 'con_y', seq: 3 });
  await settled();
  expect(sentTexts(wires[0])).toEqual(['new']);
  chat.end();
});

test('SOC-15 a tab whose visitor was signed out elsewhere continues as a new visitor, and loses no typed message', async () => {
  const { chat, server, wires } = await talking([
    { id: conversation, campaign: 'cam', startedAt: 0, open: true },
  ]);
  welcome(wires[0], conversation);
  chat.send('unanswered');
  wires[0]?.onclose?.({ code: 4401 });
  wake();
  await settled();
  expect(server.all()).toEqual(['GET session', 'GET session']);
  server.asked.at(-1)?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  expect(server.all().at(-1)).toBe('POST session');
  chat.send('typed after');
  server.asked.at(-1)?.answer(200, { ...session, visitor: 'vis_b' });
  await settled();
  expect(server.asked.at(-1)?.body?.text).toBe('unanswered');
  expect(chat.view.pending.map(({ frame }) => 'text' in frame && frame.text)).toEqual([
    'unanswered',
    'typed after',
  ]);
  chat.end();
});

test('details that are given while the first message is on its way follow it', async () => {
  const { chat, server, wires } = await talking();
  chat.send('hello');
  await settled();
  expect(server.asked.at(-1)?.body).not.toHaveProperty('contact');
  chat.identify({ name: 'Ada' });
  server.asked.at(-1)?.answer(200, { conversation, seq: 2 });
  await settled();
  welcome(wires[0], conversation);
  const said = () => wires[0]?.sent.filter(({ t }) => t === 'visitor.identify');
  expect(said()).toMatchObject([{ name: 'Ada' }]);
  chat.identify({ email: 'ada@example.com' });
  expect(said()).toMatchObject([{ name: 'Ada' }, { email: 'ada@example.com' }]);
  chat.end();
});

test('F40 MSG-12 a message left for later is marked as such, with the email for the answer, in every repeat', async () => {
  const kept = new Map([[`parley.${site}.token`, 'acc.vis.secret']]);
  const first = paperServer();
  const chat = chatOn(first, kept);
  await settled();
  first.asked[0]?.answer(200, session);
  await settled();
  chat.identify({ email: 'ada@example.com' });
  chat.send('Do you ship abroad?', true);
  await settled();
  const left = { text: 'Do you ship abroad?', later: true, contact: { email: 'ada@example.com' } };
  expect(first.asked.at(-1)).toMatchObject({ what: 'POST messages', body: left });
  chat.end();
  // No answer arrived, and the page is reloaded.
  const second = paperServer();
  const next = chatOn(second, kept);
  await settled();
  second.asked[0]?.answer(200, session);
  await settled();
  expect(second.asked.at(-1)).toMatchObject({ what: 'POST messages', body: left });
  next.end();
});

test('F40 CMD-22 CMD-34 a waiting visitor can leave the chat for later, and return; if an agent took it first, the request is dropped', async () => {
  const { chat, wires } = await talking([{ id: conversation, campaign: 'cam', startedAt: 0, open: true }]);
  welcome(wires[0], conversation);
  chat.identify({ email: 'ada@example.com' });
  chat.defer();
  const [said, deferred] = (wires[0]?.sent ?? []).filter(({ id }) => id !== undefined);
  expect([said?.t, deferred?.t]).toEqual(['visitor.identify', 'conversation.defer']);
  expect(deferred?.prev).toBe(said?.id);
  wires[0]?.say({ t: 'refused', id: deferred?.id, code: 'already_taken', message: '' });
  await settled();
  expect(chat.view.pending.map(({ frame }) => frame.t)).toEqual(['visitor.identify']);
  chat.resume();
  const resumed = wires[0]?.sent.at(-1);
  expect(resumed).toMatchObject({ t: 'conversation.resume', prev: said?.id });
  wires[0]?.say({ t: 'refused', id: resumed?.id, code: 'already_taken', message: '' });
  await settled();
  expect(chat.view.pending.map(({ frame }) => frame.t)).toEqual(['visitor.identify']);
  chat.end();
});
