/** The routing log is stored for 30 days and no longer, over evictions of the dispatcher. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { Records } from '../../worker/actors/dispatcher/records.ts';
import { rule, screen, waiting } from './floor-scene.ts';
import { eventually } from '../helpers/eventually.ts';
import { holdClock, maybeEvict, newScene, ways, type Scene } from './scene.ts';

const day = 86_400_000;
const stored = (scene: Scene) =>
  runInDurableObject(scene.dispatcher, (_, { storage }) => [
    ...storage.sql.exec<{ conversation: string }>('SELECT DISTINCT conversation FROM decisions ORDER BY seq'),
  ]).then((rows) => rows.map(({ conversation }) => conversation));

test.each(ways)(
  'DEC-3 decisions are deleted after 30 days, even without further events (%s)',
  async (way) => {
    const scene = newScene();
    const clock = holdClock();
    await rule(scene, { assignment: 'manual' });
    const anna = await screen(scene, 'Anna');
    const take = async () => {
      const { conversation } = await waiting(scene);
      await eventually(async () =>
        expect(await anna.agent.take(conversation)).toMatchObject({ conversation }),
      );
      return conversation;
    };
    const first = await take();
    clock.by(20 * day);
    await maybeEvict(way, scene.dispatcher);
    const second = await take();
    const ring = async () => {
      await maybeEvict(way, scene.dispatcher);
      await runDurableObjectAlarm(scene.dispatcher);
    };
    clock.by(10 * day - 1);
    await ring();
    expect(await stored(scene)).toEqual([first, second]);
    clock.by(day + 1);
    await eventually(async () => {
      await ring();
      expect(await stored(scene)).toEqual([second]);
    });
    clock.by(20 * day);
    await eventually(async () => {
      await ring();
      expect(await stored(scene)).toEqual([]);
    });
  },
);

test('DEC-3 a backlog of old decisions is deleted by key, a thousand rows at a time', async () => {
  const scene = newScene();
  await runInDurableObject(scene.dispatcher, (_, { storage }) => {
    storage.sql.exec(
      'CREATE TABLE decisions (seq INTEGER PRIMARY KEY, conversation TEXT, at INTEGER, decision TEXT);' +
        ['waits', 'standings', 'turns']
          .map((table) => `CREATE TABLE ${table} (conversation, wait, agent, given_at, missed, level)`)
          .join(';'),
    );
    const records = new Records(storage.sql, () => undefined);
    for (let number = 0; number < 2_500; number++)
      records.decided('con_1', { kind: 'sent', by: 'usr_1' }, number);
    records.decided('con_2', { kind: 'sent', by: 'usr_1' }, 40 * day);
    const count = () => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM decisions').one().n;
    const turns: number[] = [];
    while ((records.next() ?? Infinity) <= 40 * day) {
      const before = count();
      records.run(40 * day);
      turns.push(before - count());
    }
    expect(turns).toEqual([1_000, 1_000, 500]);
    expect(records.next()).toBe(40 * day + 31 * day);
    expect(records.decisionsOf('con_2')).toEqual([{ kind: 'sent', by: 'usr_1', at: 40 * day }]);
  });
});
