/** Read messages stay read: through eviction, silence and crashes, and without a row per message. */
import type { Marks, Summary } from '#protocol';
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { moveClock, newScene, taken, uuid, type Frame, type SceneAgent, type Tab } from './scene.ts';

type Stub = ReturnType<ReturnType<typeof newScene>['conversation']>;

/**
 * Without interruption, with an eviction, and with minutes of silence that include two evictions and every deadline.
 */
const silences: Record<string, (stub: Stub, clock: ReturnType<typeof moveClock>) => Promise<void>> = {
  straight: () => Promise.resolve(),
  evicted: (stub) => evictDurableObject(stub),
  silent: async (stub, clock) => {
    await evictDurableObject(stub);
    clock.by(5 * 60_000);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub);
  },
};
const ways = Object.keys(silences);

/** A visitor and an agent in one chat, each with a tab. */
async function chat() {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const generation = await taken(anna, conversation);
  const stub = scene.conversation(conversation);
  const [theirs, hers] = [await visitor.attach(conversation), await anna.attach(conversation)];
  const head = async () => (await stub.state())?.head ?? 0;
  return { scene, anna, visitor, conversation, generation, stub, theirs, hers, head };
}

const read = async (tab: Tab, seq: number) => {
  tab.send({ t: 'mark', delivered: seq, read: seq });
  await tab.settled();
};
const whole = (seq: number) => ({ delivered: seq, read: seq, unread: 0 });
/** The first frames of a tab that connects now. */
const welcome = async (tab: Promise<Tab>) => (await (await tab).frame('welcome'))['marks'] as Marks;
const listed = async (anna: SceneAgent, conversation: string) => {
  const frame = await (await anna.desk()).frame('agent.welcome');
  return (frame['summaries'] as Summary[]).find(({ state }) => state.id === conversation)?.unread;
};

test.each(ways)('F31 F35 F37 messages that either side has read stay read (%s)', async (way) => {
  const clock = moveClock();
  const { anna, visitor, conversation, stub, theirs, hers, head } = await chat();
  for (let number = 0; number < 3; number++) {
    theirs.send({ t: 'message.send', id: uuid(), text: 'question' });
    hers.send({ t: 'message.send', id: uuid(), text: 'answer' });
  }
  await Promise.all([theirs.settled(), hers.settled()]);
  const all = await head();
  await read(theirs, all);
  await read(hers, all);
  await silences[way]?.(stub, clock);
  const marks = { visitor: whole(all), agent: whole(all) };
  expect(await welcome(visitor.attach(conversation))).toEqual(marks);
  expect(await welcome(anna.attach(conversation))).toEqual(marks);
  expect(await listed(anna, conversation)).toBe(0);
});

test.each(ways)('F37 the mark of a closed tab is kept, even if no tab connects again (%s)', async (way) => {
  const clock = moveClock();
  const { scene, conversation, stub, theirs, hers, head } = await chat();
  theirs.send({ t: 'message.send', id: uuid(), text: 'question' });
  await theirs.settled();
  const all = await head();
  await read(hers, all);
  await silences[way]?.(stub, clock);
  hers.close();
  await eventually(async () =>
    expect(await runInDurableObject(stub, (_, { storage }) => storedRead(storage))).toBe(all),
  );
  await abortAllDurableObjects();
  expect((await scene.conversation(conversation).summary())?.unread).toBe(0);
});

function storedRead(storage: DurableObjectStorage): number {
  const [row] = [
    ...storage.sql.exec<{ value: string }>("SELECT value FROM registers WHERE name = 'progress'"),
  ];
  return row ? (JSON.parse(row.value) as { marks: Marks }).marks.agent.read : 0;
}

test.each(ways)(
  'F37 a reply marks earlier messages as read at once, without a mark frame (%s)',
  async (way) => {
    const clock = moveClock();
    const { anna, conversation, stub, theirs, hers, head } = await chat();
    theirs.send({ t: 'message.send', id: uuid(), text: 'one' });
    theirs.send({ t: 'message.send', id: uuid(), text: 'two' });
    await theirs.settled();
    hers.send({ t: 'message.send', id: uuid(), text: 'answer' });
    await hers.settled();
    const all = await head();
    // A tab of an earlier version is updated too.
    await theirs.frame('marks', ({ marks }) => (marks as Marks).agent.read === all);
    await silences[way]?.(stub, clock);
    expect((await stub.summary())?.unread).toBe(0);
    expect(await listed(anna, conversation)).toBe(0);
  },
);

test.each(ways)(
  'MRK-6 a new owner starts with every message unread, and the visitor’s ticks stay (%s)',
  async (way) => {
    const clock = moveClock();
    const { scene, visitor, conversation, generation, stub, theirs, hers, head } = await chat();
    theirs.send({ t: 'message.send', id: uuid(), text: 'question' });
    await theirs.settled();
    const asked = await head();
    await read(hers, asked);
    const ben = await scene.agent('Ben');
    await stub.unassign(generation, 'vanished');
    await stub.assign({ agent: ben.party, generation: generation + 1 });
    await silences[way]?.(stub, clock);
    expect(await welcome(ben.attach(conversation))).toMatchObject({
      agent: { delivered: 0, read: 0, unread: 2 },
    });
    expect(await welcome(visitor.attach(conversation))).toMatchObject({
      agent: { read: asked },
    });
  },
);

test('MRK-12 opening a tab closes no other, and a tab that resumes at the head has nothing to confirm', async () => {
  const { anna, visitor, conversation, stub, theirs, hers, head } = await chat();
  const all = await head();
  for (const tab of [theirs, hers]) {
    await read(tab, all);
    tab.reporting = false;
  }
  const { epoch } = (await theirs.frame('welcome')) as Frame & { epoch: string };
  await evictDurableObject(stub);
  const resumed = await visitor.open(conversation);
  resumed.reporting = false;
  resumed.send({ t: 'hello', v: 1, epoch, cursor: all });
  await resumed.frame('range');
  const silent = await anna.open(conversation);
  silent.reporting = false;
  silent.send({ t: 'hello', v: 1 });
  expect((await silent.until(() => silent.closed)).code).toBe(4508);
  await Promise.all([theirs, hers, resumed].map((tab) => tab.settled()));
  expect([theirs, hers, resumed].map(({ closed }) => closed)).toEqual([undefined, undefined, undefined]);
}, 40_000);

test('MRK-10 a tab that lost its last frame is closed, even if the actor was evicted before the deadline', async () => {
  const { conversation, visitor, stub, theirs, hers, head } = await chat();
  await read(theirs, await head());
  await read(hers, await head());
  // The tab has the earlier entries, and confirms none of the later ones.
  theirs.reporting = false;
  await visitor.say('its last frame is lost');
  await read(hers, await head());
  await evictDurableObject(stub);
  await stub.state();
  expect((await theirs.until(() => theirs.closed)).code).toBe(4508);
  expect(hers.closed).toBeUndefined();
  expect(await stub.summary()).toMatchObject({ state: { id: conversation }, unread: 0 });
}, 40_000);

test('MRK-9 marks cost no row per message, with any number of evictions', async () => {
  const clock = moveClock();
  const { conversation, stub, theirs, hers, head } = await chat();
  const rows = { messages: 0, progress: 0 };
  await runInDurableObject(stub, (_, { storage }) => count(storage.sql, conversation, rows));
  const messages = 24;
  for (let number = 0; number < messages; number++) {
    const [from, to] = number % 2 ? [hers, theirs] : [theirs, hers];
    from.send({ t: 'message.send', id: uuid(), text: `message ${number}` });
    await from.settled();
    for (const tab of [from, to]) await read(tab, await head());
    if (number % 4 === 0) await evictDurableObject(stub);
    // The pace of a real conversation, with every deadline met. The whole is shorter than a lease, because this clock
    // sees no pings.
    clock.by(2_500);
    await runDurableObjectAlarm(stub);
  }
  expect(rows.messages).toBe(messages);
  // A push stores marks in its own row, and pushes do not run per message.
  expect(rows.progress).toBeLessThanOrEqual(3);
}, 30_000);

/**
 * Counts the rows that one conversation writes for messages, and late. All storages of one isolate share a prototype.
 */
function count(sql: SqlStorage, conversation: string, rows: { messages: number; progress: number }): void {
  const prototype = Object.getPrototypeOf(sql) as SqlStorage;
  const exec = prototype.exec;
  const own = (storage: SqlStorage) =>
    JSON.stringify([...exec.call(storage, "SELECT value FROM registers WHERE name = 'self'")]).includes(
      conversation,
    );
  prototype.exec = function (this: SqlStorage, query: string, ...given: SqlStorageValue[]) {
    const cursor = exec.call(this, query, ...given);
    const { rowsWritten } = cursor;
    const message = query.startsWith('INSERT INTO entries') && String(given[1]).includes('"message.sent"');
    const progress = query.startsWith('INSERT INTO registers') && given[0] === 'progress';
    if ((message || progress) && own(this)) rows[message ? 'messages' : 'progress'] += rowsWritten;
    return cursor;
  } as SqlStorage['exec'];
  onTestFinished(() => void (prototype.exec = exec));
}
