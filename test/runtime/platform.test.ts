/**
 * Facts of the platform that our code depends on. If one of these fails after an upgrade, the code that depends on it
 * is wrong.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { conversationStub, dispatcherStub } from '../../worker/actors/stubs.ts';
import { env, id, newScene } from '../actors/scene.ts';
import { eventually } from '../helpers/eventually.ts';

const fresh = () => conversationStub(env, id('account'), id('conversation'));

test('writes without an await between them are one transaction: a throw undoes all of them', async () => {
  const stub = fresh();
  await expect(
    runInDurableObject(stub, (_, { storage }) => {
      storage.transactionSync(() => {
        storage.sql.exec('CREATE TABLE pinned (a)');
        throw new Error('undone');
      });
    }),
  ).rejects.toThrow('undone');
  const tables = await runInDurableObject(stub, (_, { storage }) => [
    ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'pinned'"),
  ]);
  expect(tables).toEqual([]);
});

test('an alarm set together with a write survives the loss of the memory', async () => {
  const stub = fresh();
  const at = Date.now() + 60_000;
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec('CREATE TABLE pinned (a)');
    void storage.setAlarm(at);
  });
  await evictDurableObject(stub);
  expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).toBe(at);
});

test('an alarm is deleted while it is handled, so its handler must set the next one', async () => {
  const stub = fresh();
  await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).toBeNull();
  expect(await runDurableObjectAlarm(stub)).toBe(false);
});

test('an alarm fires by itself when it is due', async () => {
  const stub = fresh();
  await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(Date.now() + 1));
  await eventually(async () => {
    const left = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(left).toBeNull();
  });
});

test('a socket’s attachment and tags survive the loss of the memory; frames reach it before and after', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const tab = await visitor.attach(conversation);
  const stub = scene.conversation(conversation);
  const attachments = () =>
    runInDurableObject(stub, (_, ctx) =>
      ctx.getWebSockets('visitor').map((socket) => socket.deserializeAttachment() as unknown),
    );
  await tab.settled();
  const before = await attachments();
  expect(before).toEqual([
    {
      ...{ side: 'visitor', id: visitor.id, hello: true, at: expect.any(Number) as number },
      ...{ held: 2, mark: { delivered: 2, read: 0, generation: 0 } },
    },
  ]);
  await evictDurableObject(stub);
  expect(await attachments()).toEqual(before);
  await visitor.say('again');
  expect(await tab.frame('range', (frame) => frame['upTo'] === 3)).toBeDefined();
});

test('an attachment of more than 16,384 bytes is refused', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  await visitor.attach(conversation);
  await runInDurableObject(scene.conversation(conversation), (_, ctx) => {
    const [socket] = ctx.getWebSockets();
    expect(() => socket?.serializeAttachment({ text: 'x'.repeat(17_000) })).toThrow();
  });
});

test('SOC-8 a ping is answered without waking the actor, and its time is recorded', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const tab = await visitor.attach(conversation);
  const stub = scene.conversation(conversation);
  tab.send('ping');
  await tab.until(() => tab.texts.includes('pong'));
  const at = await runInDurableObject(stub, (_, ctx) =>
    ctx.getWebSockets().map((socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime()),
  );
  expect(at).toEqual([expect.any(Number)]);
  // The actor would have refused this frame if it had been woken.
  await tab.settled();
  expect(tab.frames.filter((frame) => frame.t === 'refused')).toEqual([]);
});

test('an actor knows its own name', async () => {
  const account = id('account');
  const stub = dispatcherStub(env, account);
  await stub.ownedBy(id('user'));
  expect(await runInDurableObject(stub, (_, ctx) => ctx.id.name)).toBe(account);
});

test('a statement binds at most a hundred parameters', async () => {
  const stub = fresh();
  await runInDurableObject(stub, (_, { storage }) => {
    const marks = Array.from({ length: 101 }, () => '?').join(',');
    expect(() =>
      storage.sql.exec(`SELECT ${marks}`, ...Array.from({ length: 101 }, (_, number) => number)),
    ).toThrow();
  });
});
