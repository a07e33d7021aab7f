/** Every agent who may see a chat receives its last message in their lists, at the cost of a fraction of a row. */
import type { FloorRow, Words } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { FloorNews } from '../../worker/actors/conversation/floor-news.ts';
import type { Journal } from '../../worker/actors/conversation/journal.ts';
import type { Host } from '../../worker/runtime/host.ts';
import { eventually } from '../helpers/eventually.ts';
import { rule, screen, waiting } from './floor-scene.ts';
import {
  env,
  maybeEvict,
  moveClock,
  newScene,
  uuid,
  type Scene,
  type SceneAgent,
  type Tab,
} from './scene.ts';

/** The last messages that a tab shows, as it folds its frames. */
function lastOn(tab: Tab, conversation: string) {
  let last: FloorRow['last'];
  for (const frame of tab.frames) {
    const rows = (frame['rows'] ?? []) as FloorRow[];
    const row = rows.find(({ id }) => id === conversation);
    if (row?.last && row.last.seq >= (last?.seq ?? 0)) last = row.last;
    const words = ((frame['words'] ?? []) as Words[]).find(({ id }) => id === conversation);
    if (words && words.last.seq >= (last?.seq ?? 0)) last = words.last;
  }
  return last;
}

const stored = (scene: Scene, conversation: string) =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => {
    const { row } = storage.sql
      .exec<{ row: string }>('SELECT row FROM floor WHERE id = ?', conversation)
      .one();
    return (JSON.parse(row) as FloorRow).last?.text;
  });

async function say(scene: Scene, agent: SceneAgent, conversation: string, text: string): Promise<void> {
  await scene.conversation(conversation).send(agent.party, { t: 'message.send', id: uuid(), text });
}

test.each(['straight', 'evicted', 'silent'] as const)(
  'a colleague’s list shows the last message and its author, even after the floor was evicted (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    await rule(scene, { assignment: 'manual' });
    const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
    const { visitor, conversation } = await waiting(scene, 'first words');
    await ben.tab.until(() => lastOn(ben.tab, conversation)?.text === 'first words');
    // Also for an unassigned chat.
    await visitor.say('second words');
    await ben.tab.until(() => lastOn(ben.tab, conversation)?.text === 'second words');
    await eventually(async () =>
      expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }),
    );
    await say(scene, anna.agent, conversation, 'an answer');
    await ben.tab.until(() => lastOn(ben.tab, conversation)?.text === 'an answer');
    expect(lastOn(ben.tab, conversation)).toMatchObject({ by: { kind: 'agent', name: 'Anna' } });
    // Nothing was stored for it.
    expect(await stored(scene, conversation)).toBe('second words');
    if (way === 'evicted') {
      await maybeEvict('evicted', scene.dispatcher);
      await maybeEvict('evicted', scene.conversation(conversation));
    }
    if (way !== 'straight') clock.by(61_000);
    if (way === 'silent') await maybeEvict('evicted', scene.dispatcher);
    if (way !== 'straight')
      await eventually(async () => {
        await runDurableObjectAlarm(scene.conversation(conversation));
        expect(await stored(scene, conversation)).toBe('an answer');
      });
    const later = await ben.agent.floor();
    await later.until(() => lastOn(later, conversation)?.text === 'an answer');
    expect(lastOn(later, conversation)).toEqual(lastOn(ben.tab, conversation));
  },
);

test('the last message of a closed chat stays in the list', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  const tab = await anna.agent.attach(conversation);
  tab.send({ t: 'message.send', id: uuid(), text: 'goodbye' });
  tab.send({ t: 'conversation.close', id: uuid() });
  await eventually(async () => expect(await stored(scene, conversation)).toBe('goodbye'));
});

test('F42 last messages are sent to no tab that may not see the chat', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 }));
  await env.DB.prepare("UPDATE accounts SET sees = 'own' WHERE id = ?").bind(scene.account).run();
  await scene.dispatcher.reread();
  await say(scene, anna.agent, conversation, 'between us');
  await anna.tab.until(() => lastOn(anna.tab, conversation)?.text === 'between us');
  // A later message on the same socket proves that the earlier one was not sent.
  const other = await waiting(scene, 'for all');
  await ben.tab.until(() => lastOn(ben.tab, other.conversation)?.text === 'for all');
  expect(ben.tab.texts.filter((text) => text.includes('between us'))).toEqual([]);
});

test('thirty messages in five seconds are sent about once a second, the first at once, and the last one is included', () => {
  const start = 1_000_000;
  let now = start;
  let timers: { at: number; task: () => void }[] = [];
  const host = {
    now: () => now,
    random: () => 0,
    timer: (delay: number, task: () => void) => {
      timers.push({ at: now + delay, task });
      return () => undefined;
    },
    background: () => undefined,
  } as unknown as Host;
  const state = {
    id: 'con_1',
    lastMessage: { seq: 2, at: 0, by: { kind: 'visitor', id: 'vis_1' }, text: '' },
  };
  const told: { at: number; seq: number }[] = [];
  const tell = ({ last }: Words) => {
    told.push({ at: now - start, seq: last.seq });
    return Promise.resolve();
  };
  const news = new FloorNews(host, { state } as unknown as Journal, tell, () => 2);
  for (; now < start + 10_000; now += 10) {
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { task } of due) task();
    if (now >= start + 5_000 || (now - start) % 170 !== 0) continue;
    state.lastMessage = { ...state.lastMessage, seq: state.lastMessage.seq + 1 };
    news.touch();
  }
  expect(told[0]).toEqual({ at: 50, seq: 3 });
  expect(told).toHaveLength(6);
  expect(told.at(-1)?.seq).toBe(state.lastMessage.seq);
});
