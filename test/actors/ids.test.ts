/** An id names one command for ever, in all of a visitor's conversations and for all kinds of commands. */
import { isRefusal, makeCommandId, type Party } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test } from 'vitest';
import type { VisitorNote } from '../../worker/actors/contracts/visitor.ts';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  env,
  id,
  logOf,
  maybeEvict,
  newScene,
  taken,
  uuid,
  ways,
  type Scene,
  type SceneVisitor,
  type Tab,
} from './scene.ts';

/** An id made by a client whose clock shows this time. */
const idAt = (time: number) => makeCommandId(time, crypto.getRandomValues(new Uint8Array(10)));
const year = 365 * 86_400_000;

const texts = async (scene: Scene, conversation: string) =>
  (await logOf(scene, conversation)).flatMap(({ text }) => text ?? []);

async function close(tab: Tab, command = uuid()): Promise<void> {
  tab.send({ t: 'conversation.close', id: command });
  await tab.until(() => tab.frames.some((frame) => JSON.stringify(frame).includes(command)));
}

/** Ends the open conversation, and waits until the visitor's record includes the end. */
async function end(visitor: SceneVisitor, conversation: string, command?: string): Promise<void> {
  const tab = await visitor.attach(conversation);
  await close(tab, command);
  await eventually(async () => expect(await rangesOf(visitor)).toContain(conversation));
}

const rangesOf = (visitor: SceneVisitor) =>
  runInDurableObject(visitor.stub, (_, { storage }) =>
    [...storage.sql.exec<{ conversation: string }>('SELECT conversation FROM id_ranges')].map(
      (row) => row.conversation,
    ),
  );

test.each(ways)(
  'MSG-4 CMD-7 a message repeated after its conversation ended and others began is that message (%s)',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const [first, second] = [uuid(), uuid()];
    const a = await visitor.say('first', first);
    await end(visitor, a.conversation);
    const b = await visitor.say('second', second);
    await end(visitor, b.conversation);
    const c = await visitor.say('third');
    await maybeEvict(way, visitor.stub);
    expect(await visitor.say('first', first)).toEqual(a);
    expect(await visitor.say('second', second)).toEqual(b);
    expect(await visitor.try('another text', first)).toMatchObject({ refused: 'id_reused' });
    expect(new Set([a, b, c].map(({ conversation }) => conversation)).size).toBe(3);
    expect(await texts(scene, c.conversation)).toEqual(['third']);
  },
);

test('MSG-4 CMD-7 the message is found before the record includes the end, and in a record of an earlier version', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const first = uuid();
  const a = await visitor.say('first', first);
  await close(await visitor.attach(a.conversation));
  const b = await visitor.say('second');
  await runInDurableObject(visitor.stub, (_, { storage }) => storage.sql.exec('DELETE FROM id_ranges'));
  expect(await visitor.say('first', first)).toEqual(a);
  // Queried once, then stored.
  expect(await rangesOf(visitor)).toEqual([a.conversation]);
  expect(await texts(scene, b.conversation)).toEqual(['second']);
});

test.each(['before', 'after'])('a record stored %s a later version opened it still opens', async (when) => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const first = uuid();
  const a = await visitor.say('first', first);
  await end(visitor, a.conversation);
  const b = await visitor.say('second');
  await runInDurableObject(visitor.stub, (_, { storage }) => {
    if (when === 'before') storage.sql.exec('DROP TABLE id_ranges');
    storage.sql.exec("UPDATE registers SET value = '1' WHERE name = 'schema'");
  });
  await maybeEvict('evicted', visitor.stub);
  expect(await visitor.say('first', first)).toEqual(a);
  expect(await visitor.say('third')).toEqual({ ...b, seq: 3 });
});

test('MSG-4 CMD-7 another campaign’s conversation, open or not, keeps its ids', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const first = uuid();
  const a = await visitor.say('first', first);
  visitor.campaign = { ...scene.campaign, id: id('campaign') };
  const b = await visitor.say('second');
  expect(b.conversation).not.toBe(a.conversation);
  expect(await visitor.say('first', first)).toEqual(a);
  expect(await texts(scene, b.conversation)).toEqual(['second']);
});

test.each([
  ['right', 0],
  ['50 years behind', -50 * year],
  ['10 years ahead', 10 * year],
] as const)('MSG-4 a new message queries no ended conversation, with a clock that is %s', async (_, skew) => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const start = Date.now() + skew;
  const ids = [0, 1, 2, 3, 4].map((number) => idAt(start + number * 1_000));
  const ended = [];
  for (const number of [0, 1, 2]) {
    const { conversation } = await visitor.say(`message ${number}`, ids[number]);
    await end(visitor, conversation, idAt(start + number * 1_000 + 500));
    ended.push(conversation);
  }
  const asked = await countRecalls(conversationStub(env, scene.account, ended[0] ?? ''));
  // The latest conversation gets the message itself, as always.
  await visitor.say('message 3', ids[3]);
  await visitor.say('message 4', ids[4]);
  expect(asked.times).toBe(0);
  expect(await visitor.say('message 1', ids[1])).toMatchObject({ conversation: ended[1] });
  expect(asked.times).toBe(1);
});

/** Counts the queries to conversations. All actors of one isolate share a prototype. */
async function countRecalls(stub: ReturnType<Scene['conversation']>): Promise<{ readonly times: number }> {
  const asked = { times: 0 };
  await runInDurableObject(stub, (actor) => {
    let owner: object = actor;
    while (!Object.hasOwn(owner, 'recall')) owner = Object.getPrototypeOf(owner) as object;
    const prototype = owner as typeof actor;
    const recall = prototype.recall;
    prototype.recall = function (this: typeof actor, ...given) {
      asked.times++;
      return recall.apply(this, given);
    };
    onTestFinished(() => void (prototype.recall = recall));
  });
  return asked;
}

test.each(ways)(
  'MSG-5 a posted message waits for the previous one, in whichever conversation that is (%s)',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const [first, second, third, fourth] = [uuid(), uuid(), uuid(), uuid()];
    // Before there is any conversation.
    expect(await visitor.try('second', second, undefined, false, first)).toMatchObject({
      refused: 'out_of_order',
    });
    const a = await visitor.say('first', first);
    await maybeEvict(way, scene.conversation(a.conversation));
    expect(await visitor.try('third', third, undefined, false, second)).toMatchObject({
      refused: 'out_of_order',
    });
    expect(await visitor.try('second', second, undefined, false, first)).toEqual({ ...a, seq: 3 });
    await close(await visitor.attach(a.conversation));
    await maybeEvict(way, visitor.stub);
    // The previous message is in the closed conversation.
    const b = await visitor.try('third', third, undefined, false, second);
    if (isRefusal(b)) throw new Error(b.refused);
    expect(b.conversation).not.toBe(a.conversation);
    // … and in a conversation before the open one.
    expect(await visitor.try('fourth', fourth, undefined, false, first)).toMatchObject({
      conversation: b.conversation,
    });
    expect(await texts(scene, b.conversation)).toEqual(['third', 'fourth']);
  },
);

test.each(ways)(
  'CMD-7 every kind of command, sent twice, is answered twice and performed once (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const stub = scene.conversation(conversation);
    const tab = await visitor.attach(conversation);
    const twice = async (from: Tab, frame: { t: string } & Record<string, unknown>) => {
      const command = uuid();
      from.send({ ...frame, id: command });
      const came = await from.until(() => from.frames.find((one) => JSON.stringify(one).includes(command)));
      expect(came.t).toBe('range');
      await maybeEvict(way, stub);
      const { head } = (await stub.state()) ?? { head: 0 };
      from.send({ ...frame, id: command });
      expect(await from.frame('ack', (ack) => ack['id'] === command)).toMatchObject({
        t: 'ack',
        id: command,
      });
      expect((await stub.state())?.head).toBe(head);
      // The same id for another command is refused.
      from.send({ t: 'message.send', id: command, text: 'something else entirely' });
      expect(await from.frame('refused', (refused) => refused['id'] === command)).toMatchObject({
        code: 'id_reused',
      });
    };
    await twice(tab, { t: 'message.send', text: 'hi' });
    await twice(tab, { t: 'visitor.identify', name: '  Vera  ', email: 'vera@example.com' });
    await twice(tab, { t: 'conversation.defer' });
    await twice(tab, { t: 'conversation.resume' });
    await taken(anna, conversation);
    const hers = await anna.attach(conversation);
    await twice(hers, { t: 'conversation.return' });
    await taken(anna, conversation);
    await twice(hers, { t: 'visitor.block' });
  },
);

test('CMD-8 different details under the same id are refused', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const tab = await visitor.attach(conversation);
  const command = uuid();
  tab.send({ t: 'visitor.identify', id: command, name: 'Vera' });
  tab.send({ t: 'visitor.identify', id: command, name: 'Olga' });
  expect(await tab.frame('refused')).toMatchObject({ id: command, code: 'id_reused' });
  expect((await scene.conversation(conversation).state())?.visitor.name).toBe('Vera');
});

test('MSG-4 the record of an ended conversation has the range of the visitor’s command ids, and of no agent’s', async () => {
  const scene = newScene();
  const anna = await scene.agent();
  const visitor = await scene.visitor();
  const ids = [3, 1, 2].map((number) => idAt(number));
  const { conversation } = await visitor.say('hello', ids[0]);
  const stub = scene.conversation(conversation);
  const by: Party = { kind: 'visitor', id: visitor.id };
  for (const each of ids.slice(1)) await stub.send(by, { t: 'message.send', id: each, text: each });
  await taken(anna, conversation);
  await stub.send(anna.party, { t: 'message.send', id: idAt(9), text: 'answer' });
  const hers = await anna.attach(conversation);
  await close(hers);
  const recalled = await stub.recall(by, idAt(5));
  const range: VisitorNote['ids'] = { first: ids[1] ?? '', last: ids[0] ?? '' };
  expect(recalled).toEqual({ found: null, ids: range });
});
