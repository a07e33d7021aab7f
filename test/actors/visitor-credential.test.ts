/**
 * A visitor’s credential ages, is replaced while they visit, and ends when they sign out; their sockets end with
 * it (S9).
 */
import * as credential from '#domain/base/credential';
import { isRefusal } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Conversation } from '../../worker/actors/conversation/conversation.ts';
import { visitorStub } from '../../worker/actors/stubs.ts';
import { open } from '../../worker/runtime/migrate.ts';
import { env, holdClock, id, maybeEvict, newScene, ways, type Scene } from './scene.ts';

const { longestLife, overlap, replacedAfter } = credential;
const signedOut = { refused: 'signed_out' };

async function newVisitor(scene: Scene) {
  const visitor = id('visitor');
  const stub = visitorStub(env, scene.account, visitor);
  const { secret } = await stub.open(scene.account, visitor, scene.site);
  const holds = async (presented: string) => !isRefusal(await stub.authenticate(presented));
  return { id: visitor, stub, secret, holds };
}

test.each(ways)('S9 a credential is accepted for 400 days (%s)', async (way) => {
  const clock = holdClock();
  const visitor = await newVisitor(newScene());
  const made = clock.now;
  clock.to(made + longestLife - 1);
  await maybeEvict(way, visitor.stub);
  expect(await visitor.holds(visitor.secret)).toBe(true);
  clock.to(made + longestLife);
  expect(await visitor.holds(visitor.secret)).toBe(false);
  expect(await visitor.stub.resume(visitor.secret, undefined)).toMatchObject(signedOut);
});

test.each(ways)(
  'S9 a visitor who returns after 30 days gets a new credential, once, and the old one ends (%s)',
  async (way) => {
    const scene = newScene();
    const clock = holdClock();
    const visitor = await newVisitor(scene);
    expect(await visitor.stub.resume(visitor.secret, scene.site)).toEqual({
      site: scene.site,
      session: { visitor: visitor.id, contact: {}, blocked: false, conversations: [] },
    });
    clock.by(replacedAfter);
    const [first, second] = await Promise.all([
      visitor.stub.resume(visitor.secret, scene.site),
      visitor.stub.resume(visitor.secret, scene.site),
    ]);
    const fresh = [first, second].flatMap((resumed) => (isRefusal(resumed) ? [] : (resumed.secret ?? [])));
    // Of two simultaneous tabs the other continues with its own.
    expect(fresh).toHaveLength(1);
    const [secret = ''] = fresh;
    await maybeEvict(way, visitor.stub);
    // Until a client presents the new one, the answer may have been lost.
    clock.by(10 * replacedAfter);
    expect(await visitor.holds(visitor.secret)).toBe(true);
    expect(await visitor.holds(secret)).toBe(true);
    await maybeEvict(way, visitor.stub);
    clock.by(overlap - 1);
    expect(await visitor.holds(visitor.secret)).toBe(true);
    clock.by(1);
    expect(await visitor.holds(visitor.secret)).toBe(false);
    expect(await visitor.holds(secret)).toBe(true);
  },
);

test('S9 the credential of an earlier version, which has no date, counts as made on the first day', async () => {
  const scene = newScene();
  const clock = holdClock();
  const visitor = await newVisitor(scene);
  const stored = (change: (self: Record<string, unknown>) => Record<string, unknown>) =>
    runInDurableObject(visitor.stub as DurableObjectStub, (_, { storage }) => {
      const registers = open<{ self: Record<string, unknown> }>(storage.sql, []);
      const self = change(registers?.get('self') ?? {});
      registers?.set('self', self);
      return self;
    });
  await stored(({ at: _, ...self }) => self);
  await maybeEvict('evicted', visitor.stub);
  clock.by(2 * longestLife);
  expect(await visitor.holds(visitor.secret)).toBe(true);
  expect(await stored((self) => self)).toMatchObject({ at: clock.now });
  clock.by(longestLife);
  expect(await visitor.holds(visitor.secret)).toBe(false);
});

test.each(ways)(
  'S9 a signed-out visitor’s credential is refused, and their sockets are closed with 4401 (%s)',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const [tab, other] = [await visitor.attach(conversation), await visitor.attach(conversation)];
    const agent = await scene.agent();
    const screen = await agent.attach(conversation);
    await maybeEvict(way, visitor.stub);
    await visitor.signOut();
    for (const each of [tab, other])
      expect(await each.until(() => each.closed)).toMatchObject({ code: 4401 });
    await maybeEvict(way, visitor.stub);
    await maybeEvict(way, scene.conversation(conversation));
    expect(await visitor.try('still here?')).toMatchObject(signedOut);
    expect(await visitor.stub.session()).toMatchObject(signedOut);
    expect(await visitor.stub.owns(conversation)).toBe(false);
    // An upgrade that was admitted a moment before arrives too late.
    const late = await visitor.open(conversation);
    expect(await late.until(() => late.closed)).toMatchObject({ code: 4401 });
    // The agent keeps the chat.
    await screen.settled();
    expect(screen.closed).toBeUndefined();
  },
);

test('S9 no client can sign another visitor out: neither with a wrong secret nor on another site', async () => {
  const scene = newScene();
  const visitor = await newVisitor(scene);
  const other = await newVisitor(scene);
  await visitor.stub.end(other.secret, scene.site);
  await visitor.stub.end(visitor.secret, id('site'));
  expect(await visitor.holds(visitor.secret)).toBe(true);
  const nobody = visitorStub(env, scene.account, id('visitor'));
  await nobody.end(visitor.secret, scene.site);
  const tables = await runInDurableObject(nobody as DurableObjectStub, (_, { storage }) => [
    ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%'"),
  ]);
  expect(tables).toEqual([]);
});

test.each(['the alarm', 'the same request'])(
  'S9 sockets that could not be closed at once are closed by %s',
  async (by) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const tab = await visitor.attach(conversation);
    const left = vi.spyOn(Conversation.prototype, 'visitorLeft').mockImplementationOnce(() => {
      throw new Error('not now');
    });
    onTestFinished(() => left.mockRestore());
    await expect(visitor.signOut()).rejects.toThrow('not now');
    // The visitor is signed out all the same.
    expect(await visitor.stub.session()).toMatchObject(signedOut);
    await maybeEvict('evicted', visitor.stub);
    if (by === 'the alarm') expect(await runDurableObjectAlarm(visitor.stub)).toBe(true);
    else await visitor.signOut();
    expect(await tab.until(() => tab.closed)).toMatchObject({ code: 4401 });
    expect(await runDurableObjectAlarm(visitor.stub)).toBe(false);
  },
);
