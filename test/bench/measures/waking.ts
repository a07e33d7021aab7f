/**
 * A visitor's wait when nothing is warm: the first message of a new conversation, and one to a hibernating
 * conversation.
 */
import { Samples, type Figure } from '../figures.ts';
import type { Plan, Sizes } from '../plan.ts';
import { percentiles } from '../statistics.ts';
import { withBoth } from './session.ts';
import { untilAsleep } from './sleep.ts';

const sizes: Sizes<{ beginnings: number; sleepers: number }> = {
  full: { beginnings: 40, sleepers: 40 },
  quick: { beginnings: 40, sleepers: 40 },
  smoke: { beginnings: 3, sleepers: 3 },
};

export async function waking(plan: Plan): Promise<Figure[]> {
  const samples = new Samples();
  const { beginnings, sleepers } = sizes[plan.scale];
  await withBoth(async (pair) => {
    // The code is warm wherever it is used all day.
    for (const { generator } of pair) await generator.run('begin', beginnings);
    for (let turn = 0; turn < plan.pairs; turn++) {
      const order = turn % 2 === 0 ? pair : pair.toReversed();
      for (const { name, generator } of order) {
        const { p50 } = percentiles(await generator.run('begin', beginnings));
        samples.add('new', name, p50);
        await generator.run('open', sleepers);
        plan.log(`${name}, first message of a new conversation: ${p50.toFixed(2)} ms`);
      }
      for (const { peer, actors } of order) await untilAsleep(plan, peer.servers, actors);
      for (const { name, generator } of order) {
        const { p50 } = percentiles(await generator.run('wake', sleepers));
        samples.add('hibernated', name, p50);
        plan.log(`${name}, message to a hibernated conversation: ${p50.toFixed(2)} ms`);
      }
    }
  });
  const figure = (name: string, key: string): Figure => ({
    name,
    unit: 'ms',
    digits: 2,
    samples: samples.of(key),
    goals: [{ to: 'bare', atMost: 1.5 }],
  });
  return [
    figure('first acknowledged message of a new conversation, in RAM', 'new'),
    figure('first acknowledged message of a hibernated conversation, in RAM', 'hibernated'),
  ];
}
