/**
 * The visitor’s client: final and temporary refusals (L6), and a credential that is replaced or has ended (S9).
 */
import { expect, test } from 'vitest';
import { chatOn, conversation, paperServer, session, settled, site, wake } from './paper-server.ts';

/** A chat with a session and one unanswered message. */
async function sending(server: ReturnType<typeof paperServer>, kept = new Map<string, string>()) {
  kept.set(`parley.${site}.token`, 'acc.vis.secret');
  const chat = chatOn(server, kept);
  await settled();
  server.asked[0]?.answer(200, session);
  await settled();
  chat.send('hello');
  await settled();
  return chat;
}

test('L6 if the queue is full a message is kept, shown as waiting, and sent again after the server’s pause', async () => {
  const server = paperServer();
  const chat = await sending(server);
  const full = { refused: 'queue_full', message: '', retryAfter: 20_000 };
  server.asked[1]?.answer(429, full);
  await settled();
  // A quarter longer than the server's pause, by chance: clients that were refused together return spread out.
  expect(chat.view).toMatchObject({ connection: 'busy', nextTryAt: 25_000 });
  expect(chat.view.pending).toMatchObject([{ frame: { text: 'hello' } }]);
  expect(chat.view.pending[0]?.refused).toBeUndefined();
  wake();
  await settled();
  expect(server.asked[2]).toMatchObject({ what: 'POST messages', body: server.asked[1]?.body });
  server.asked[2]?.answer(200, { conversation, seq: 2 });
  await settled();
  expect(chat.view.pending).toEqual([]);
  chat.end();
});

test('L6 a message over the hour’s cap of chats stays on the screen, and is sent again when the visitor retries', async () => {
  const server = paperServer();
  const chat = await sending(server);
  server.asked[1]?.answer(429, { refused: 'too_many_chats', message: '', retryAfter: 1_800_000 });
  await settled();
  expect(chat.view).toMatchObject({ connection: 'idle', nextTryAt: null });
  expect(chat.view.pending).toMatchObject([{ refused: { code: 'too_many_chats' } }]);
  wake();
  await settled();
  expect(server.asked).toHaveLength(2);
  chat.retry(chat.view.pending[0]?.id ?? '');
  await settled();
  expect(server.asked[2]).toMatchObject({ what: 'POST messages', body: server.asked[1]?.body });
  chat.end();
});

test('L6 if no visitor can be created the message shows why, and is sent again when the visitor retries', async () => {
  const server = paperServer();
  const chat = chatOn(server);
  await settled();
  server.asked[0]?.answer(200, { visitor: null });
  await settled();
  chat.send('hello');
  await settled();
  expect(server.asked[1]?.what).toBe('POST session');
  server.asked[1]?.answer(429, { refused: 'too_many_chats', message: '', retryAfter: 1_800_000 });
  await settled();
  expect(chat.view.pending).toMatchObject([{ refused: { code: 'too_many_chats' } }]);
  chat.retry(chat.view.pending[0]?.id ?? '');
  await settled();
  expect(server.all().slice(2)).toEqual(['POST session']);
  chat.end();
});

test('S9 a replaced credential is stored, and used from then on', async () => {
  const server = paperServer();
  const kept = new Map([[`parley.${site}.token`, 'acc.vis.old']]);
  const chat = chatOn(server, kept);
  await settled();
  expect(server.asked[0]?.bearer).toBe('Bearer acc.vis.old');
  server.asked[0]?.answer(200, { ...session, token: 'acc.vis.new' });
  await settled();
  expect(kept.get(`parley.${site}.token`)).toBe('acc.vis.new');
  chat.send('hello');
  await settled();
  expect(server.asked[1]?.bearer).toBe('Bearer acc.vis.new');
  chat.end();
});

test('S9 a tab with a former credential takes over the one that another tab received', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = await sending(server, kept);
  kept.set(`parley.${site}.token`, 'acc.vis.new');
  server.asked[1]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  expect(server.asked[2]).toMatchObject({ what: 'POST messages', bearer: 'Bearer acc.vis.new' });
  expect(server.asked[2]?.body).toEqual(server.asked[1]?.body);
  chat.end();
});

test('S9 an ended credential is replaced by a new visitor, without an error on the screen', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = await sending(server, kept);
  server.asked[1]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  expect(server.all().slice(2)).toEqual(['POST session']);
  expect(chat.view).toMatchObject({ connection: 'idle', pending: [{ frame: { text: 'hello' } }] });
  chat.end();
});

test('S9 a visitor who leaves is signed out with their credential, or else by the next page, if this one closed too early', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = await sending(server, kept);
  void chat.leave();
  await settled();
  expect(server.asked[2]).toMatchObject({ what: 'DELETE session', bearer: 'Bearer acc.vis.secret' });
  expect(kept.has(`parley.${site}.token`)).toBe(false);
  // No answer arrives: the page is gone.
  const next = paperServer();
  const later = chatOn(next, kept);
  await settled();
  expect(next.all()).toEqual(['DELETE session']);
  next.asked[0]?.answer(200, {});
  await settled();
  expect(next.all()).toEqual(['DELETE session', 'GET session']);
  later.end();
  const third = paperServer();
  const last = chatOn(third, kept);
  await settled();
  expect(third.all()).toEqual(['GET session']);
  last.end();
});
