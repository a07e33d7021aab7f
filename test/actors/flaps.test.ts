/**
 * Sockets that die without a close event, and ones that reconnect again and again: which agents are asked, and whose
 * offers stay (R14).
 */
import { closeCodes, lease } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { decisions, holds, rule, waiting } from './floor-scene.ts';
import { holdClock, newScene, type Scene, type SceneAgent } from './scene.ts';

const grace = 30_000;
/** The part of the grace period that remains after a tab was closed for silence. */
const comesBackWithin = 10_000;

const presenceOf = async ({ dispatcher }: Scene, { party }: SceneAgent) =>
  runInDurableObject(dispatcher, (_, { storage: { sql } }) => {
    const [found] = [...sql.exec<{ row: string }>('SELECT row FROM agents WHERE id = ?', party.id)];
    return (JSON.parse(found?.row ?? '{}') as { connected?: boolean }).connected;
  });
const absences = ({ stub }: SceneAgent) =>
  runInDurableObject(
    stub,
    (_, { storage: { sql } }) =>
      [...sql.exec<{ entry: string }>('SELECT entry FROM entries')].filter(
        ({ entry }) => entry.includes('presence.changed') && entry.includes('"connected":false'),
      ).length,
  );

test('R14 I12 an agent with a dead socket becomes unroutable in time, loses the offer, and gets no further one', async () => {
  const scene = newScene();
  const clock = holdClock();
  await rule(scene, { assignment: 'offered', offerSeconds: 300 });
  const anna = await scene.agent('Anna');
  await (await anna.desk()).frame('agent.welcome');
  await eventually(async () => expect(await presenceOf(scene, anna)).toBe(true));
  const first = await waiting(scene);
  await eventually(async () => expect(await holds(scene)).toMatchObject([{ state: 'offered' }]));
  // No ping from here on, and no close event either.
  let seconds = 0;
  while ((await presenceOf(scene, anna)) === true && seconds < 600) {
    clock.by(1_000);
    seconds++;
    // The runtime fires the alarm when it is due, and not before.
    const at = await runInDurableObject(anna.stub, (_, { storage }) => storage.getAlarm());
    if (at !== null && at <= clock.now) await runDurableObjectAlarm(anna.stub);
  }
  expect(seconds * 1_000).toBeLessThanOrEqual(lease + comesBackWithin + 1_000);
  expect(await holds(scene)).toEqual([]);
  expect(await decisions(scene, first.conversation)).toMatchObject([
    { kind: 'offered' },
    { kind: 'outcome', outcome: 'withdrawn' },
    { kind: 'nobody' },
  ]);
  const second = await waiting(scene);
  await eventually(async () => expect(await scene.dispatcher.conversations(null, 10)).toHaveLength(2));
  await runDurableObjectAlarm(scene.dispatcher);
  const offered = [first, second].map(async ({ conversation }) =>
    (await decisions(scene, conversation)).filter(({ kind }) => kind === 'offered'),
  );
  const [before, after] = await Promise.all(offered);
  console.log(`R14 half-open: unroutable after ${seconds} s, offers to the dead after that ${after?.length}`);
  expect([before?.length, after?.length]).toEqual([1, 0]);
});

test('R14 I12 a dead tab beside a live one is closed when its lease ends, and the next check is at the end of the other’s lease', async () => {
  const scene = newScene();
  const clock = holdClock();
  const anna = await scene.agent('Anna');
  const dead = await anna.desk();
  await dead.frame('agent.welcome');
  const began = clock.now;
  clock.by(60_000);
  const live = await anna.desk();
  await live.frame('agent.welcome');
  const alarmAt = () => runInDurableObject(anna.stub, (_, { storage }) => storage.getAlarm());
  // After its other duties.
  await eventually(async () => {
    const at = await alarmAt();
    if (at !== began + lease) {
      clock.to(Math.max(clock.now, at ?? 0));
      await runDurableObjectAlarm(anna.stub);
    }
    expect(at).toBe(began + lease);
  });
  clock.to(began + lease);
  await runDurableObjectAlarm(anna.stub);
  expect((await dead.until(() => dead.closed)).code).toBe(closeCodes.leaseLost);
  await eventually(async () => expect(await alarmAt()).toBe(began + 60_000 + lease));
  expect([live.closed, await absences(anna)]).toEqual([undefined, 0]);
});

test('R14 I12 ten flaps within the grace period make no absence and withdraw no offer', async () => {
  const scene = newScene();
  const clock = holdClock();
  await rule(scene, { assignment: 'offered', offerSeconds: 300 });
  const anna = await scene.agent('Anna');
  let desk = await anna.desk();
  await desk.frame('agent.welcome');
  await eventually(async () => expect(await presenceOf(scene, anna)).toBe(true));
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await holds(scene)).toMatchObject([{ state: 'offered' }]));
  const goneAt = () =>
    runInDurableObject(
      anna.stub,
      (_, { storage: { sql } }) => [...sql.exec("SELECT value FROM registers WHERE name = 'goneAt'")].length,
    );
  for (let flap = 0; flap < 10; flap++) {
    desk.close();
    await eventually(async () => expect(await goneAt()).toBe(1));
    clock.by(grace - 5_000);
    await runDurableObjectAlarm(anna.stub);
    desk = await anna.desk();
    await desk.frame('agent.welcome');
    await runDurableObjectAlarm(anna.stub);
  }
  console.log(`R14 flaps 10, false absences ${await absences(anna)}`);
  expect(await absences(anna)).toBe(0);
  expect(await presenceOf(scene, anna)).toBe(true);
  expect(await decisions(scene, conversation)).toMatchObject([{ kind: 'offered' }]);
  expect(await scene.dispatcher.accept(anna.party, conversation, 1)).toEqual({ conversation, generation: 1 });
});
