/** A visitor floods a conversation from as many sockets as they can open: counts what is accepted (L6). */
import { caps } from '#domain/base/caps';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { newScene, taken, uuid, type Tab } from './scene.ts';

async function chat() {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const anna = await scene.agent('Anna');
  await taken(anna, conversation);
  const screen = await anna.attach(conversation);
  return { scene, visitor, conversation, stub: scene.conversation(conversation), screen };
}

/** Tries to open this many sockets; returns those that were welcomed and stayed open. */
async function crowd(
  { visitor, conversation }: Awaited<ReturnType<typeof chat>>,
  tries: number,
): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let number = 0; number < tries; number++) {
    const tab = await visitor.open(conversation).catch(() => null);
    if (!tab) continue;
    tab.send('ping');
    tab.send({ t: 'hello', v: 1 });
    await tab.until(() => tab.closed ?? tab.frames.find(({ t }) => t === 'welcome'));
    tabs.push(tab);
  }
  return tabs.filter(({ closed }) => !closed);
}

test('L6 CON-13 of 400 sockets eight are accepted, and the object keeps no more', async () => {
  const scene = await chat();
  const tabs = await crowd(scene, 400);
  const held = await runInDurableObject(scene.stub, (_, ctx) => ctx.getWebSockets('visitor').length);
  console.log(`L6 sockets: 400 opened, ${tabs.length} accepted, ${held} held`);
  expect({ accepted: tabs.length, held }).toEqual({
    accepted: caps.visitorSockets,
    held: caps.visitorSockets,
  });
});

test('L6 CMD-15 of 600 messages of 7 kB from all sockets only as many as the pace permits are accepted', async () => {
  const scene = await chat();
  const tabs = await crowd(scene, 12);
  const before = (await scene.stub.state())?.head ?? 0;
  const text = 'x'.repeat(7_000);
  const began = Date.now();
  for (let number = 0; number < 600; number++)
    tabs[number % tabs.length]?.send({ t: 'message.send', id: uuid(), text });
  await Promise.all(tabs.map((tab) => tab.settled()));
  const pace = 20 + 10 * Math.ceil((Date.now() - began) / 1_000);
  const accepted = ((await scene.stub.state())?.head ?? 0) - before;
  const size = await runInDurableObject(scene.stub, (_, { storage }) => storage.sql.databaseSize);
  const out = [...tabs, scene.screen]
    .flatMap(({ texts }) => texts)
    .reduce((sum, each) => sum + each.length, 0);
  console.log(
    `L6 messages: 600 sent (4.2 MB), ${accepted} accepted of at most ${pace}; ${(out / 1e6).toFixed(1)} MB sent out, ` +
      `the object stores ${(size / 1e6).toFixed(2)} MB`,
  );
  expect(accepted).toBeGreaterThanOrEqual(20);
  expect(accepted).toBeLessThanOrEqual(pace);
  expect(size).toBeLessThan(200_000 + accepted * 16_000);
  // The agent is not delayed.
  scene.screen.send({ t: 'message.send', id: uuid(), text: 'I am here' });
  await scene.screen.frame('range', (frame) => JSON.stringify(frame).includes('I am here'));
});

test('L6 SIG-5 of 2,000 previews the agent’s tab receives at most five a second', async () => {
  const scene = await chat();
  const tabs = await crowd(scene, 12);
  const began = Date.now();
  for (let number = 0; number < 2_000; number++)
    tabs[number % tabs.length]?.send({ t: 'preview', text: `${number} ${'x'.repeat(1_900)}` });
  // More frames than a client needs: their sockets are closed.
  await Promise.all(tabs.map((tab) => tab.until(() => tab.closed)));
  await scene.screen.settled();
  const previews = scene.screen.frames.filter(({ t }) => t === 'preview').length;
  const pace = 1 + 5 * Math.ceil((Date.now() - began) / 1_000);
  console.log(`L6 previews: 2,000 sent, the agent's tab received ${previews} of at most ${pace}`);
  expect(tabs.map(({ closed }) => closed?.code)).toEqual(tabs.map(() => 4429));
  expect(previews).toBeGreaterThanOrEqual(1);
  expect(previews).toBeLessThanOrEqual(pace);
});
