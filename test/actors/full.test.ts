/**
 * A log that has reached its greatest size ends by itself, with everything that it has acknowledged; the visitor
 * continues in another.
 */
import { caps } from '#domain/base/caps';
import { bytesOf } from '#domain/base/text';
import { isRefusal } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { env, maybeEvict, newScene, taken, uuid, ways, type Frame, type Way } from './scene.ts';

async function chat() {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const anna = await scene.agent('Anna');
  await taken(anna, conversation);
  return { scene, visitor, anna, conversation, stub: scene.conversation(conversation) };
}

type Stub = Awaited<ReturnType<typeof chat>>['stub'];

interface Size {
  readonly entries: number;
  readonly bytes: number;
}

/** Adds messages up to a size, whichever limit is reached first. The actor wakes with them. */
async function fill(stub: Stub, upTo: Partial<Size>, text: string): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => {
    const { entries = Infinity, bytes = Infinity } = upTo;
    const by = { kind: 'visitor', id: 'vis_x' };
    const entryOf = (seq: number, text: string) =>
      JSON.stringify({ seq, at: Date.now(), by, kind: 'message.sent', id: uuid(), text });
    let { entries: seq, bytes: size } = sizeOf(storage);
    while (seq < entries && size < bytes) {
      let entry = entryOf(++seq, text);
      const missing = bytes - size;
      if (bytesOf(entry) > missing) entry = entryOf(seq, 'y'.repeat(missing - bytesOf(entryOf(seq, ''))));
      size += bytesOf(entry);
      storage.sql.exec('INSERT INTO entries (seq, entry) VALUES (?, ?)', seq, entry);
    }
  });
  await maybeEvict('evicted', stub);
}

function sizeOf(storage: DurableObjectStorage): { entries: number; bytes: number } {
  const query = 'SELECT count(*) AS entries, sum(length(CAST(entry AS BLOB))) AS bytes FROM entries';
  return storage.sql.exec<{ entries: number; bytes: number }>(query).one();
}

const entriesOf = ({ entries }: Frame) => entries as Record<string, unknown>[];
const closing = (frame: Frame) => entriesOf(frame).some(({ kind }) => kind === 'conversation.closed');

async function endsWith(
  way: Way,
  { scene, visitor, anna, conversation, stub }: Awaited<ReturnType<typeof chat>>,
) {
  const { head } = (await stub.state()) ?? { head: 0 };
  const [tab, screen] = [await visitor.attach(conversation), await anna.attach(conversation)];
  const ids = [uuid(), uuid(), uuid()] as const;
  tab.send({ t: 'message.send', id: ids[0], text: 'nearly' });
  await tab.frame('range', (frame) => JSON.stringify(frame).includes(ids[0]));
  await maybeEvict(way, stub);
  expect((await stub.state())?.phase).toBe('active');
  tab.send({ t: 'message.send', id: ids[1], text: 'the last one' });
  const [theirs, hers] = [await tab.frame('range', closing), await screen.frame('range', closing)];
  // The message that fills the log is acknowledged, and the end follows it.
  const end = { seq: head + 3, kind: 'conversation.closed', by: { kind: 'system' } };
  expect(entriesOf(hers)).toMatchObject([{ id: ids[1] }, { ...end, reason: 'full' }]);
  // A widget of an earlier version shows this as “The chat has ended”.
  expect(entriesOf(theirs)).toMatchObject([{ id: ids[1] }, { ...end, reason: 'agent', full: true }]);
  await maybeEvict(way, stub);
  tab.send({ t: 'message.send', id: ids[2], text: 'too late here' });
  expect(await tab.frame('refused')).toMatchObject({ id: ids[2], code: 'conversation_closed' });
  const again = await visitor.try('too late here', ids[2], conversation);
  if (isRefusal(again)) throw new Error(again.refused);
  expect(again.conversation).not.toBe(conversation);
  expect(await scene.conversation(again.conversation).state()).toMatchObject({
    phase: 'waiting',
    ordinal: 2,
  });
  expect(await stub.state()).toMatchObject({ head: head + 3, phase: 'closed', closed: { reason: 'full' } });
  // A retry of the same message returns its entry.
  expect(await visitor.try('the last one', ids[1])).toEqual({ conversation, seq: head + 2 });
}

test.each(ways)(
  'CON-22 twenty thousand entries end a conversation, and the next message begins another (%s)',
  async (way) => {
    const scene = await chat();
    await fill(scene.stub, { entries: caps.conversationEntries - 2 }, 'x'.repeat(100));
    const woken = Date.now();
    await scene.stub.state();
    console.log(
      `CON-22 a conversation of ${caps.conversationEntries - 2} entries woke in ${Date.now() - woken} ms`,
    );
    await endsWith(way, scene);
  },
);

test.each(ways)(
  'CON-22 twenty megabytes end a conversation, and the next message begins another (%s)',
  async (way) => {
    const scene = await chat();
    // Three bytes a character, and room for one short message.
    await fill(scene.stub, { bytes: caps.conversationBytes - 300 }, '汉'.repeat(8_000));
    const woken = Date.now();
    await scene.stub.state();
    console.log(`CON-22 a conversation of ${caps.conversationBytes} bytes woke in ${Date.now() - woken} ms`);
    await endsWith(way, scene);
  },
);

test('CON-22 a full conversation reaches the history whole, with its reason', async () => {
  const { scene, visitor, conversation, stub } = await chat();
  await fill(stub, { entries: caps.conversationEntries - 1 }, 'x');
  await visitor.say('the last one');
  await eventually(async () => {
    const row = await env.DB.prepare('SELECT head, closed_reason FROM conversations WHERE id = ?')
      .bind(conversation)
      .first();
    expect(row).toEqual({ head: caps.conversationEntries + 1, closed_reason: 'full' });
  });
  const { count } = (await env.DB.prepare('SELECT sum(count) AS count FROM pages WHERE conversation_id = ?')
    .bind(conversation)
    .first<{ count: number }>()) ?? { count: 0 };
  expect(count).toBe(caps.conversationEntries + 1);
  expect((await scene.conversation(conversation).state())?.closed?.reason).toBe('full');
});
