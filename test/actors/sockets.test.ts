/** Sockets of a conversation: how many a visitor may have, and when silent ones are closed. */
import { caps } from '#domain/base/caps';
import { closeCodes, helloWithin, lease } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { holdClock, maybeEvict, moveClock, newScene, taken, ways, type Tab } from './scene.ts';

async function waitingChat() {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  return { scene, visitor, conversation, stub: scene.conversation(conversation) };
}

const codeOf = async (tab: Tab) => (await tab.until(() => tab.closed)).code;
/** Everything that these tabs have sent has been handled, and they send nothing more. */
async function fallSilent(...tabs: Tab[]): Promise<void> {
  for (const tab of tabs) tab.reporting = false;
  await Promise.all(tabs.map((tab) => tab.settled()));
}
const range = (length: number) => Array.from({ length }, (_, index) => index);

test.each(ways)(
  'CON-14 a visitor has eight sockets in a conversation: the ninth is refused with 4409, and admitted once another has closed (%s)',
  async (way) => {
    const { visitor, conversation, stub } = await waitingChat();
    const tabs: Tab[] = [];
    for (const _ of range(caps.visitorSockets)) tabs.push(await visitor.attach(conversation));
    await maybeEvict(way, stub);
    expect(await codeOf(await visitor.open(conversation))).toBe(closeCodes.crowded);
    await Promise.all(tabs.map((tab) => tab.settled()));
    expect(tabs.map(({ closed }) => closed)).toEqual(tabs.map(() => undefined));
    tabs[0]?.close();
    await eventually(async () => {
      const late = await visitor.open(conversation);
      late.send({ t: 'hello', v: 1 });
      await late.until(() => late.closed ?? late.frames.find(({ t }) => t === 'welcome'));
      expect(late.closed).toBeUndefined();
    });
  },
);

test('CON-13 a socket without hello makes room for a newer one, the older first', async () => {
  const { visitor, conversation } = await waitingChat();
  const tabs: Tab[] = [];
  for (const _ of range(6)) tabs.push(await visitor.attach(conversation));
  const silent = [await visitor.open(conversation), await visitor.open(conversation)];
  const ninth = await visitor.attach(conversation);
  expect(await codeOf(silent[0] as Tab)).toBe(closeCodes.leaseLost);
  await Promise.all([...tabs, ninth].map((tab) => tab.settled()));
  expect([...tabs, ninth, silent[1]].map((tab) => tab?.closed)).toEqual(range(8).map(() => undefined));
});

test.each(ways)('CON-13 sockets whose lease has ended make room for a newer one (%s)', async (way) => {
  const clock = moveClock();
  const { visitor, conversation, stub } = await waitingChat();
  const tabs: Tab[] = [];
  for (const _ of range(caps.visitorSockets)) tabs.push(await visitor.attach(conversation));
  await fallSilent(...tabs);
  await maybeEvict(way, stub);
  clock.by(lease);
  const ninth = await visitor.attach(conversation);
  expect(await Promise.all(tabs.map(codeOf))).toEqual(tabs.map(() => closeCodes.leaseLost));
  await ninth.settled();
  expect(ninth.closed).toBeUndefined();
});

test('CON-13 agents open as many sockets as they like', async () => {
  const { scene, conversation } = await waitingChat();
  const anna = await scene.agent('Anna');
  await taken(anna, conversation);
  const tabs: Tab[] = [];
  for (const _ of range(caps.visitorSockets + 4)) tabs.push(await anna.attach(conversation));
  await tabs.at(-1)?.settled();
  expect(tabs.map(({ closed }) => closed)).toEqual(tabs.map(() => undefined));
});

test.each(ways)(
  'CON-6 a socket of either side that sends no hello is closed after ten seconds; others stay (%s)',
  async (way) => {
    const { scene, visitor, conversation, stub } = await waitingChat();
    const anna = await scene.agent('Anna');
    await taken(anna, conversation);
    const speaking = await visitor.attach(conversation);
    const opened = Date.now();
    const silent = [await visitor.open(conversation), await anna.open(conversation)];
    // A refused frame is not a hello.
    silent[0]?.send({ t: 'typing', on: true });
    // The runtime evicts no actor that has a timer.
    await maybeEvict(way, stub);
    expect(await Promise.all(silent.map(codeOf))).toEqual([closeCodes.leaseLost, closeCodes.leaseLost]);
    expect(Date.now() - opened).toBeGreaterThanOrEqual(helloWithin - 1_000);
    await speaking.settled();
    expect(speaking.closed).toBeUndefined();
  },
);

test.each(ways)(
  'CON-18 while the conversation is awake, sockets that have been silent for longer than the lease are closed (%s)',
  async (way) => {
    const clock = moveClock();
    const { scene, visitor, conversation, stub } = await waitingChat();
    const anna = await scene.agent('Anna');
    await taken(anna, conversation);
    const [alive, dead] = [await visitor.attach(conversation), await visitor.attach(conversation)];
    const screen = await anna.attach(conversation);
    await fallSilent(alive, dead, screen);
    await maybeEvict(way, stub);
    clock.by(lease + 1_000);
    await alive.settled();
    expect([await codeOf(dead), await codeOf(screen)]).toEqual([4408, 4408]);
    expect(alive.closed).toBeUndefined();
  },
);

const alarmOf = (stub: ReturnType<ReturnType<typeof newScene>['conversation']>) =>
  runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

test.each(ways)(
  'CON-18 a socket that has never pinged has an alarm at the end of its lease; the visitor counts as gone then (%s)',
  async (way) => {
    const clock = moveClock();
    const { visitor, conversation, stub } = await waitingChat();
    const before = Date.now();
    const tab = await visitor.attach(conversation);
    await fallSilent(tab);
    // The history is written first.
    await eventually(async () => {
      const alarm = (await alarmOf(stub)) ?? 0;
      expect(alarm).toBeGreaterThanOrEqual(before + lease);
      expect(alarm).toBeLessThan(Date.now() + lease + 1_000);
    });
    await maybeEvict(way, stub);
    clock.by(lease);
    await runDurableObjectAlarm(stub);
    expect(await codeOf(tab)).toBe(closeCodes.leaseLost);
    clock.by(31_000);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect((await stub.state())?.visitor.here).toBe(false);
    });
  },
);

test.each(ways)('CON-3 a socket that pings before its hello costs no alarm (%s)', async (way) => {
  const { visitor, conversation, stub } = await waitingChat();
  const tab = await visitor.open(conversation);
  tab.send('ping').send({ t: 'hello', v: 1 });
  await tab.frame('welcome');
  await maybeEvict(way, stub);
  // After the history is written, the next alarm is the end of a chat that nobody takes.
  await eventually(async () => expect((await alarmOf(stub)) ?? 0).toBeGreaterThan(Date.now() + 3_600_000));
  expect(tab.texts).toContain('pong');
  expect(tab.closed).toBeUndefined();
});

test('CON-15 a visitor who opens socket after socket is refused before they open', async () => {
  const { visitor, conversation } = await waitingChat();
  holdClock();
  const answers: string[] = [];
  for (const _ of range(30)) {
    try {
      const tab = await visitor.open(conversation);
      tab.send({ t: 'hello', v: 1 });
      await tab.until(() => tab.closed ?? tab.frames.find(({ t }) => t === 'welcome'));
      answers.push(String(tab.closed?.code ?? 'open'));
    } catch (error) {
      answers.push(String(error).includes('"slow_down"') ? 'slow_down' : String(error));
    }
  }
  expect(answers).toEqual([
    ...range(8).map(() => 'open'),
    ...range(12).map(() => '4409'),
    ...range(10).map(() => 'slow_down'),
  ]);
});
