/** Following a log: where ranges start, which entries are caught up, and when a tab must discard its view. */
import { maxReplay, tailLength } from '#protocol';
import { expect, test } from 'vitest';
import { maybeEvict, newScene, uuid, ways, type Frame, type SceneVisitor, type Tab } from './scene.ts';

/** A conversation with `count` messages after its first entry. */
async function withMessages(count: number) {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('message 0');
  const by = { kind: 'visitor', id: visitor.id } as const;
  for (let number = 1; number < count; number++) {
    await scene
      .conversation(conversation)
      .send(by, { t: 'message.send', id: uuid(), text: `message ${number}` });
  }
  return { scene, visitor, conversation, head: count + 1 };
}

async function hello(visitor: SceneVisitor, conversation: string, rest: object = {}): Promise<Tab> {
  const tab = await visitor.open(conversation);
  tab.send({ t: 'hello', v: 1, ...rest });
  await tab.frame('welcome');
  return tab;
}

const bounds = (frames: Frame[]) =>
  frames.filter((frame) => frame.t === 'range').map((frame) => [frame['after'], frame['upTo']]);

const epochOf = async (visitor: SceneVisitor, conversation: string) => {
  const tab = await hello(visitor, conversation);
  return (await tab.frame('welcome'))['epoch'];
};

test.each(ways)('CON-9 a tab with a cursor of this epoch is caught up entry by entry (%s)', async (way) => {
  const { scene, visitor, conversation, head } = await withMessages(5);
  const epoch = await epochOf(visitor, conversation);
  await maybeEvict(way, scene.conversation(conversation));
  const tab = await hello(visitor, conversation, { epoch, cursor: 3 });
  await tab.frame('range', (frame) => frame['upTo'] === head);
  expect(bounds(tab.frames)).toEqual([[3, head]]);
  expect(tab.frames.map((frame) => frame.t)).not.toContain('reset');
  const welcome = await tab.frame('welcome');
  expect(welcome).toMatchObject({ head, epoch, conversation, state: { head } });
});

test.each(ways)(
  'I8 CON-10 a cursor past the head or of another epoch discards the view (%s)',
  async (way) => {
    const { scene, visitor, conversation, head } = await withMessages(3);
    const epoch = await epochOf(visitor, conversation);
    await maybeEvict(way, scene.conversation(conversation));
    for (const wrong of [{ epoch, cursor: head + 1 }, { epoch: 'another', cursor: 2 }, { cursor: 2 }]) {
      const tab = await hello(visitor, conversation, wrong);
      expect(await tab.frame('reset')).toEqual({ t: 'reset', epoch, head });
      await tab.frame('range');
      expect(bounds(tab.frames)).toEqual([[0, head]]);
    }
  },
);

test('CON-11 LOG-15 a tab that is too far behind starts at the tail, and can scroll back', async () => {
  const { visitor, conversation, head } = await withMessages(maxReplay + 20);
  const epoch = await epochOf(visitor, conversation);
  const behind = await hello(visitor, conversation, { epoch, cursor: 1 });
  await behind.frame('reset');
  await behind.frame('range');
  expect(bounds(behind.frames)).toEqual([[head - tailLength, head]]);
  const near = await hello(visitor, conversation, { epoch, cursor: head - 120 });
  await near.frame('range', (frame) => frame['upTo'] === head);
  expect(bounds(near.frames)).toEqual([
    [head - 120, head - 20],
    [head - 20, head],
  ]);
  behind.send({ t: 'pull', before: 11, limit: 4 });
  await behind.frame('range', (frame) => frame['upTo'] === 10);
  expect(bounds(behind.frames).at(-1)).toEqual([6, 10]);
});

test('LOG-4 entries for agents only leave no gap in a visitor’s ranges', async () => {
  const { scene, visitor, conversation } = await withMessages(1);
  const stub = scene.conversation(conversation);
  const anna = await scene.agent();
  await stub.assign({ agent: anna.party, generation: 1 });
  const screen = await anna.attach(conversation);
  const tab = await visitor.attach(conversation);
  screen.send({ t: 'visitor.block', id: uuid() });
  const seen = await tab.frame('range', (frame) => frame['upTo'] === 5);
  expect(seen).toMatchObject({ after: 3, upTo: 5, entries: [{ kind: 'conversation.closed' }] });
  const shown = await screen.frame('range', (frame) => frame['upTo'] === 5);
  expect(shown).toMatchObject({
    entries: [{ kind: 'visitor.blocked' }, { kind: 'conversation.closed' }],
  });
});

test('CON-5 nothing is sent before hello, and hello may be sent again', async () => {
  const { visitor, conversation, head } = await withMessages(1);
  const tab = await visitor.open(conversation);
  tab.send({ t: 'message.send', id: uuid(), text: 'too early' });
  expect(await tab.frame('refused')).toMatchObject({ code: 'bad_frame' });
  await visitor.say('from elsewhere');
  expect(tab.frames.filter((frame) => frame.t === 'range')).toEqual([]);
  tab.send({ t: 'hello', v: 1 });
  await tab.frame('range');
  tab.send({ t: 'hello', v: 1 });
  await tab.until(() => bounds(tab.frames).length === 2);
  expect(bounds(tab.frames)).toEqual([
    [0, head + 1],
    [0, head + 1],
  ]);
});

test('CON-5 a client with an unsupported version is refused, and does not reconnect', async () => {
  const { visitor, conversation } = await withMessages(1);
  const tab = await visitor.open(conversation);
  tab.send({ t: 'hello', v: 2 });
  expect(await tab.frame('refused')).toMatchObject({ code: 'unsupported' });
  expect((await tab.until(() => tab.closed)).code).toBe(4400);
});

test('MRK-4 marks rise, reach the other side, and never go back', async () => {
  const { scene, visitor, conversation, head } = await withMessages(3);
  const anna = await scene.agent();
  await scene.conversation(conversation).assign({ agent: anna.party, generation: 1 });
  const screen = await anna.attach(conversation);
  const tab = await visitor.attach(conversation);
  screen.send({ t: 'mark', delivered: head + 1, read: head + 1 });
  const seen = (frame: Frame) => (frame['marks'] as { agent: { read: number; unread: number } }).agent;
  await tab.frame('marks', (frame) => seen(frame).read === head + 1);
  screen.send({ t: 'mark', delivered: 1, read: 1 });
  screen.send({ t: 'mark', delivered: 1_000_000, read: 1_000_000 });
  await screen.settled();
  const marks = tab.frames.filter((frame) => frame.t === 'marks').map(seen);
  expect(marks.at(-1)).toMatchObject({ read: head + 1, unread: 0 });
  expect(marks.every((mark, index) => index === 0 || mark.read >= (marks[index - 1]?.read ?? 0))).toBe(true);
});

test('MRK-10 a tab that never confirms its entries is closed, and its neighbours are not', async () => {
  const { visitor, conversation } = await withMessages(1);
  const silent = await visitor.open(conversation);
  silent.reporting = false;
  silent.send({ t: 'hello', v: 1 });
  const neighbour = await visitor.attach(conversation);
  expect((await silent.until(() => silent.closed)).code).toBe(4508);
  expect(neighbour.closed).toBeUndefined();
});
