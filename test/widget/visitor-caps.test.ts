/** H3 and L2 in the visitor's client: refusals that end and that last, and a credential that is replaced or has ended. */
import { expect, test } from 'vitest';
import { chatOn, conversation, paperServer, session, settled, site, wake } from './paper-server.ts';

/** A chat whose session is there, with one message on its way. */
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

test('H3 where the queue is full a message is kept, says that it waits, and is sent again when the server said', async () => {
  const server = paperServer();
  const chat = await sending(server);
  const full = { refused: 'queue_full', message: '', retryAfter: 20_000 };
  server.asked[1]?.answer(429, full);
  await settled();
  // A quarter more than was said, by chance: those who were refused together come back one by one.
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

test('H3 a message beyond the hour’s chats stays on the screen, and goes again when the visitor says so', async () => {
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

test('H3 where no visitor can be made the message says why, and tries again when it is told to', async () => {
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

test('L2 a credential that is replaced is kept, and carried from then on', async () => {
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

test('L2 a tab that carries a former credential takes up the one that another tab was given', async () => {
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

test('L2 a credential that has ended makes way for a new visitor, without an error on the screen', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = await sending(server, kept);
  server.asked[1]?.answer(401, { refused: 'signed_out', message: '' });
  await settled();
  expect(server.all().slice(2)).toEqual(['POST session']);
  expect(chat.view).toMatchObject({ connection: 'idle', pending: [{ frame: { text: 'hello' } }] });
  chat.end();
});

test('L2 a visitor who leaves is signed out with their credential, and by the next page where this one was too short', async () => {
  const server = paperServer();
  const kept = new Map<string, string>();
  const chat = await sending(server, kept);
  void chat.leave();
  await settled();
  expect(server.asked[2]).toMatchObject({ what: 'DELETE session', bearer: 'Bearer acc.vis.secret' });
  expect(kept.has(`parley.${site}.token`)).toBe(false);
  // There is no answer: the page has gone.
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
