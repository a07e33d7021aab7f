/** The memory of an idle socket in workerd: the growth with each lot of sockets, once their objects hibernate. */
import { Samples, type Figure } from '../figures.ts';
import type { Plan, Sizes } from '../plan.ts';
import { memoryOf } from '../processes.ts';
import { withBoth } from './session.ts';
import { untilAsleep } from './sleep.ts';

/**
 * Two sockets each. Six lots are 960 conversations; the four agents have at most 1,024 open. They are 1,920 sockets,
 * with 2 file descriptors each and 3 for every awake object: below 20,000.
 */
const lots: Sizes<number> = { full: 160, quick: 160, smoke: 4 };

export async function memory(plan: Plan): Promise<Figure[]> {
  const samples = new Samples();
  const lot = lots[plan.scale];
  await withBoth(async (pair) => {
    // The first lot also warms the code and grows the heap, and is not counted.
    for (let turn = -1; turn < plan.pairs; turn++) {
      const before = pair.map(({ peer }) => memoryOf(peer.servers, 'workerd'));
      for (const { generator } of pair) await generator.run('open', lot);
      for (const { peer, actors } of pair) await untilAsleep(plan, peer.servers, actors);
      for (const [index, { name, peer }] of pair.entries()) {
        const grown = (memoryOf(peer.servers, 'workerd') - (before[index] ?? 0)) / (2 * lot) / 1_024;
        if (turn >= 0) samples.add('memory', name, grown);
        plan.log(
          `${name}, ${2 * lot} sockets more: ${grown.toFixed(1)} KiB each${turn < 0 ? ' (not counted)' : ''}`,
        );
      }
    }
  });
  return [
    {
      name: 'memory per idle hibernated socket',
      unit: 'KiB',
      digits: 1,
      samples: samples.of('memory'),
      goals: [{ to: 'bare', atMost: 1.1 }],
    },
  ];
}
