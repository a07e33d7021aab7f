/**
 * The pace of a side of a conversation: it belongs to the side, not to a socket, so more sockets give no more of
 * anything.
 */
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { holdClock, maybeEvict, newScene, taken, uuid, ways, type Frame, type Tab } from './scene.ts';

async function chat(tabs = 1) {
  // Before the chat begins: its owner must not count as gone in the hours between.
  const clock = holdClock();
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const anna = await scene.agent('Anna');
  await taken(anna, conversation);
  const theirs: Tab[] = [];
  for (let tab = 0; tab < tabs; tab++) theirs.push(await visitor.attach(conversation));
  const screen = await anna.attach(conversation);
  return { scene, visitor, anna, conversation, clock, theirs, screen, tab: theirs[0] as Tab };
}

const sending = (text: string) => ({ t: 'message.send', id: uuid(), text });
const refusals = (tab: Tab) => tab.frames.filter(({ t }) => t === 'refused');
const shown = (tab: Tab, t: string) => tab.frames.filter((frame) => frame.t === t);
const holds = (text: string) => (frame: Frame) => JSON.stringify(frame).includes(text);

test('CMD-15 all sockets of a visitor share a pace of ten commands a second, twenty at once', async () => {
  const { clock, theirs, screen, scene, conversation } = await chat(8);
  const before = (await scene.conversation(conversation).state())?.messages.visitor ?? 0;
  const flood = async () => {
    for (let number = 0; number < 10; number++) for (const tab of theirs) tab.send(sending(`${number}`));
    await Promise.all(theirs.map((tab) => tab.settled()));
    return (await scene.conversation(conversation).state())?.messages.visitor ?? 0;
  };
  expect((await flood()) - before).toBe(20);
  const refused = theirs.flatMap(refusals);
  expect(refused).toHaveLength(60);
  expect(refused[0]).toMatchObject({ code: 'slow_down', retryAfter: 100 });
  clock.by(1_000);
  expect((await flood()) - before).toBe(30);
  // The other side has a pace of its own.
  screen.send(sending('and I?'));
  await screen.frame('range', holds('and I?'));
});

test.each(ways)('CON-20 CON-19 no agent starves another: each has a pace of their own (%s)', async (way) => {
  const { scene, conversation, anna, screen } = await chat();
  const ben = await scene.agent('Ben');
  const [other, colleague] = [await anna.attach(conversation), await ben.attach(conversation)];
  await maybeEvict(way, scene.conversation(conversation));
  for (let number = 0; number < 30; number++)
    for (const tab of [screen, other]) tab.send({ t: 'pull', before: 2, limit: 1 });
  await screen.until(() => refusals(screen).length > 0 && refusals(other).length > 0);
  expect(refusals(screen)[0]).toMatchObject({ code: 'slow_down' });
  await colleague.settled();
  expect(refusals(colleague)).toEqual([]);
});

test('CON-20 hello and pull share a pace, and eight sockets get no more of it than one', async () => {
  const { theirs, clock } = await chat(8);
  for (let number = 0; number < 5; number++)
    for (const tab of theirs) tab.send({ t: 'pull', before: 2, limit: 1 }).send({ t: 'hello', v: 1 });
  // Each socket has already sent one `hello`. The last answer may reach any of them.
  await expect.poll(() => theirs.flatMap(refusals).length).toBe(80 - 12);
  clock.by(1_000);
  await theirs[0]?.settled();
});

test('CON-20 a long answer costs as much as several questions', async () => {
  const { scene, conversation, tab, clock } = await chat();
  await runInDurableObject(scene.conversation(conversation), (_, { storage }) => {
    const text = 'x'.repeat(8_000);
    for (let seq = 4; seq < 104; seq++) {
      const by = { kind: 'visitor', id: 'vis_x' };
      const entry = { seq, at: 1, kind: 'message.sent', by, id: uuid(), text };
      storage.sql.exec('INSERT INTO entries (seq, entry) VALUES (?, ?)', seq, JSON.stringify(entry));
    }
  });
  await maybeEvict('evicted', scene.conversation(conversation));
  const ask = () => tab.send({ t: 'pull', before: 104, limit: 100 });
  for (let number = 0; number < 4; number++) ask();
  await tab.until(() => refusals(tab).length === 2);
  // 810,000 characters cost 12 more of 20.
  const long = () => shown(tab, 'range').filter(({ upTo, after }) => upTo === 103 && after === 3).length;
  expect([long(), refusals(tab).length]).toEqual([2, 2]);
  clock.by(refusals(tab)[0]?.['retryAfter'] as number);
  ask();
  await tab.until(() => long() === 3);
});

test('CMD-16 details and changes of mind of a visitor have a slower pace, because each reaches every list', async () => {
  const { tab } = await chat();
  const ids = Array.from({ length: 7 }, () => uuid());
  for (const [number, id] of ids.slice(0, 6).entries())
    tab.send({ t: 'visitor.identify', id, name: `Name ${number}` });
  tab.send({ t: 'conversation.resume', id: ids[6] });
  await tab.until(() => refusals(tab).length === 2);
  expect(refusals(tab)).toMatchObject([
    { id: ids[5], code: 'slow_down', retryAfter: 10_000 },
    { id: ids[6], code: 'slow_down', retryAfter: 10_000 },
  ]);
  tab.send(sending('still here'));
  await tab.frame('range', holds('still here'));
});

test('CON-16 a socket that sends more than a thousand frames at once is closed with 4429', async () => {
  const { tab, screen } = await chat();
  for (let number = 0; number < 1_100; number++) tab.send({ t: 'typing', on: true });
  expect((await tab.until(() => tab.closed)).code).toBe(4429);
  screen.send(sending('unharmed'));
  await screen.frame('range', holds('unharmed'));
});

test('SIG-5 of a side’s previews and typing the latest is passed on, and always the last one', async () => {
  const { tab, screen, clock } = await chat();
  for (let number = 0; number < 50; number++) tab.send({ t: 'preview', text: `preview ${number}` });
  tab.send({ t: 'typing', on: true }).send({ t: 'typing', on: false });
  await screen.frame('typing', ({ on }) => on === false);
  expect(shown(screen, 'preview').map(({ text }) => text)).toEqual(['preview 0', 'preview 49']);
  expect(shown(screen, 'typing').map(({ on }) => on)).toEqual([false]);
  clock.by(1_000);
  tab.send({ t: 'preview', text: 'more' }).send({ t: 'preview', text: '' });
  await screen.frame('preview', ({ text }) => text === '');
});

test('SIG-5 signals of eight sockets are passed on at the pace of one', async () => {
  const { theirs, screen } = await chat(8);
  for (const [number, tab] of theirs.entries()) tab.send({ t: 'preview', text: `preview ${number}` });
  await Promise.all(theirs.map((tab) => tab.settled()));
  const last = await new Promise<Frame>((resolve) => {
    void screen
      .until(() => shown(screen, 'preview').length === 2)
      .then(() => resolve(shown(screen, 'preview')[1] as Frame));
  });
  expect(last['text']).toMatch(/^preview [0-7]$/);
  expect(shown(screen, 'preview')).toHaveLength(2);
});

test('SIG-6 sending a message ends its preview', async () => {
  const { tab, screen, clock } = await chat();
  tab
    .send({ t: 'preview', text: 'h' })
    .send({ t: 'preview', text: 'hello aga' })
    .send(sending('hello again'));
  await screen.frame('range', holds('hello again'));
  clock.by(1_000);
  tab.send({ t: 'preview', text: 'next' });
  await screen.frame('preview', ({ text }) => text === 'next');
  expect(shown(screen, 'preview').map(({ text }) => text)).toEqual(['h', 'next']);
});

test('SIG-6 an agent’s typing signal ends with their ownership', async () => {
  const { scene, conversation, tab, screen, anna, clock } = await chat();
  screen.send({ t: 'typing', on: true }).send({ t: 'typing', on: false }).send({ t: 'typing', on: true });
  screen.send({ t: 'conversation.return', id: uuid() });
  await tab.frame('range', holds('agent.unassigned'));
  clock.by(1_000);
  const generation = (await scene.conversation(conversation).state())?.generation ?? 0;
  await scene.conversation(conversation).assign({ agent: anna.party, generation: generation + 1 });
  screen.send({ t: 'typing', on: false });
  await tab.until(() => shown(tab, 'typing').length === 2);
  expect(shown(tab, 'typing').map(({ on }) => on)).toEqual([true, false]);
});

test('SIG-8 marks of a side that rise one by one reach the other side as a few', async () => {
  const { scene, conversation, tab, screen } = await chat();
  await runInDurableObject(scene.conversation(conversation), (_, { storage }) => {
    for (let seq = 4; seq < 404; seq++) {
      const by = { kind: 'agent', id: 'usr_x', name: 'X' };
      const entry = { seq, at: 1, kind: 'message.sent', by, id: uuid(), text: 'x' };
      storage.sql.exec('INSERT INTO entries (seq, entry) VALUES (?, ?)', seq, JSON.stringify(entry));
    }
  });
  await maybeEvict('evicted', scene.conversation(conversation));
  const before = shown(screen, 'marks').length;
  const began = performance.now();
  for (let seq = 4; seq < 404; seq++) tab.send({ t: 'mark', delivered: seq, read: seq });
  await screen.frame('marks', ({ marks }) => (marks as { visitor: { read: number } }).visitor.read === 403);
  const pace = 11 + 5 * Math.ceil((performance.now() - began) / 1_000);
  expect(shown(screen, 'marks').length - before).toBeLessThanOrEqual(pace);
});
