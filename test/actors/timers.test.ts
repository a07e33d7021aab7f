/**
 * Owners who do not reply lose the chat at the deadline: once, never early, never after a reply (R9, R13).
 */
import { isRefusal, type Entry } from '#protocol';
import {
  abortAllDurableObjects,
  evictAllDurableObjects,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { randomOf } from '../simulation/world.ts';
import { rule, waiting } from './floor-scene.ts';
import { holdClock, logOf, maybeEvict, newScene, taken, uuid, type Scene, type SceneAgent } from './scene.ts';

const seed = Number(bindings.RACE_SEED || Math.floor(Math.random() * 1e6));
const hour = 3_600_000;

interface Owned {
  readonly scene: Scene;
  readonly agent: SceneAgent;
  readonly conversation: string;
  readonly assignedAt: number;
  readonly after: number;
}

/** Conversations that an agent has taken, all with the same time to reply, in milliseconds. */
async function owned(after: number, count: number): Promise<Owned[]> {
  const scene = newScene({ forwardAfter: after / 1_000, idleMinutes: 10_000 });
  await rule(scene, { assignment: 'manual' });
  const agent = await scene.agent('Anna');
  const all: Owned[] = [];
  for (let number = 0; number < count; number++) {
    const { conversation } = await waiting(scene);
    await taken(agent, conversation);
    const assignedAt = (await scene.conversation(conversation).state())?.assignedAt ?? 0;
    all.push({ scene, agent, conversation, assignedAt, after });
  }
  return all;
}

const ring = ({ scene, conversation }: Owned) =>
  runDurableObjectAlarm(scene.conversation(conversation)).catch(() => false);
const reply = async ({ scene, agent, conversation }: Owned) =>
  !isRefusal(
    await scene
      .conversation(conversation)
      .send(agent.party, { t: 'message.send', id: uuid(), text: 'here I am' }),
  );
const entriesOf = async ({ scene, conversation }: Owned) =>
  (await logOf(scene, conversation)) as unknown as Entry[];
const firings = (entries: readonly Entry[]) =>
  entries.filter((entry) => entry.kind === 'agent.unassigned' && entry.reason === 'no_reply');
const answers = (entries: readonly Entry[]) =>
  entries.filter((entry) => entry.kind === 'message.sent' && entry.by.kind === 'agent');

test('R13 F147 the time to reply ends once, not early and not after a reply, whatever crashes on the way', async () => {
  const clock = holdClock();
  const random = randomOf(seed);
  const counts = { timers: 0, due: 0, once: 0, early: 0, doubled: 0, afterReply: 0, races: 0 };
  for (let round = 0; round < 4; round++) {
    const after = 10_000 + Math.floor(random() * 50_000);
    const epsilon = 1 + Math.floor(random() * 50);
    const all = await owned(after, 6);
    const lose = async () => {
      if (random() < 0.5) await abortAllDurableObjects();
      else
        await Promise.all(all.map((one) => maybeEvict('evicted', one.scene.conversation(one.conversation))));
    };
    clock.to((all[0]?.assignedAt ?? 0) + after - epsilon);
    await lose();
    // A third is answered just in time, a third too late, a third never.
    const inTime = all.slice(0, 2);
    const late = all.slice(2, 4);
    await Promise.all(all.map(ring));
    for (const one of all) counts.early += firings(await entriesOf(one)).length;
    for (const one of inTime) expect(await reply(one)).toBe(true);
    if (random() < 0.7) await lose();
    clock.by(2 * epsilon);
    const answered = await Promise.all(
      late.map(async (one) => {
        // Together with the alarm, or before it has fired.
        return random() < 0.5 ? reply(one) : (await Promise.all([ring(one), reply(one)]))[1];
      }),
    );
    for (let again = 0; again < 3; again++) {
      await Promise.all(all.map(ring));
      if (again === 0) await lose();
      clock.by(after);
    }
    for (const [index, one] of all.entries()) {
      const entries = await entriesOf(one);
      const fired = firings(entries);
      const kept = inTime.includes(one) || (late.includes(one) && answered[index - 2] === true);
      counts.timers++;
      if (!kept) counts.due++;
      if (!kept && fired.length === 1) counts.once++;
      if (fired.length > 1) counts.doubled++;
      if (kept && fired.length > 0) counts.afterReply++;
      if (late.includes(one) && kept) counts.races++;
      expect(answers(entries)).toHaveLength(kept ? 1 : 0);
      for (const { at } of fired) if (at < one.assignedAt + after) counts.early++;
    }
  }
  const { timers, due, once, early, doubled, afterReply, races } = counts;
  console.log(
    `R13 seed ${seed}: timers ${timers}, fired once ${once}/${due}, early ${early}, twice ${doubled}, after a reply ${afterReply}; ` +
      `sometimes: a late reply that came before the alarm ${races}`,
  );
  expect({ once, early, doubled, afterReply }).toEqual({ once: due, early: 0, doubled: 0, afterReply: 0 });
  expect(due).toBeGreaterThan(0);
});

test('R13 the runtime’s own alarm ends it, even for conversations that were evicted', async () => {
  const all = await owned(1_500, 12);
  await evictAllDurableObjects();
  const lateness: number[] = [];
  for (const one of all) {
    await eventually(async () => expect(firings(await entriesOf(one))).toHaveLength(1));
    const [fired] = firings(await entriesOf(one));
    lateness.push((fired?.at ?? 0) - one.assignedAt - one.after);
  }
  lateness.sort((a, b) => a - b);
  const [p50, p99] = [lateness[6], lateness.at(-1)];
  console.log(`R13 fired ${lateness.length}/${all.length}; lateness p50 ${p50} ms, p99 ${p99} ms`);
  expect(lateness[0]).toBeGreaterThanOrEqual(0);
});

test('R9 a clock that is set back or forward ends no time to reply early, and none twice', async () => {
  const clock = holdClock();
  const all = await owned(30_000, 4);
  const [first] = all;
  const assignedAt = first?.assignedAt ?? 0;
  const fired = async () => (await Promise.all(all.map(entriesOf))).map((entries) => firings(entries).length);
  clock.by(-hour);
  await evictAllDurableObjects();
  await Promise.all(all.map(ring));
  expect(await fired()).toEqual([0, 0, 0, 0]);
  // A chat assigned while the clock is behind counts from then.
  const [behind] = await owned(30_000, 1);
  if (!behind || !first) throw new Error('nothing is owned');
  clock.by(29_999);
  await ring(behind);
  expect(firings(await entriesOf(behind))).toEqual([]);
  clock.by(1);
  await ring(behind);
  expect(firings(await entriesOf(behind))).toHaveLength(1);
  clock.to(assignedAt + 29_999);
  await Promise.all(all.map(ring));
  expect(await fired()).toEqual([0, 0, 0, 0]);
  expect(await reply(first)).toBe(true);
  clock.by(24 * hour);
  await abortAllDurableObjects();
  await Promise.all(all.map(ring));
  expect(await fired()).toEqual([0, 1, 1, 1]);
  // Back again, before the deadline: a past event does not happen again.
  for (const step of [-25 * hour, 30_000, 26 * hour]) {
    clock.by(step);
    await Promise.all([...all, behind].map(ring));
  }
  expect(await fired()).toEqual([0, 1, 1, 1]);
  expect(firings(await entriesOf(behind))).toHaveLength(1);
  const order = await runInDurableObject(first.scene.conversation(first.conversation), (_, { storage }) => [
    ...storage.sql.exec<{ seq: number }>('SELECT seq FROM entries ORDER BY seq'),
  ]);
  expect(order.map(({ seq }) => seq)).toEqual(order.map((_, index) => index + 1));
});
