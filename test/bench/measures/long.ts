/**
 * The tail: p99 of a message's delivery at a thousand a second, from long runs. Peer (a) has no goal here, and is not
 * run.
 */
import { Samples, type Figure } from '../figures.ts';
import type { PeerName } from '../peers/peer.ts';
import type { Plan, Sizes } from '../plan.ts';
import { withPeer } from './session.ts';

const sizes: Sizes<{ conversations: number; pace: number; seconds: number; warmUp: number }> = {
  full: { conversations: 100, pace: 1_000, seconds: 60, warmUp: 3 },
  quick: { conversations: 100, pace: 1_000, seconds: 10, warmUp: 3 },
  smoke: { conversations: 4, pace: 40, seconds: 1, warmUp: 0 },
};

export async function long(plan: Plan): Promise<Figure[]> {
  const samples = new Samples();
  const peers: PeerName[] = [...(plan.packages ? (['socket-io'] as const) : []), 'parley'];
  const { conversations, pace, seconds, warmUp } = sizes[plan.scale];
  for (let pair = 0; pair < plan.pairs; pair++) {
    for (const name of pair % 2 === 0 ? peers : peers.toReversed()) {
      await withPeer(name, { medium: 'ram', packages: plan.packages }, async (_, generator) => {
        await generator.run('open', conversations);
        const run = { seconds, warmUp, seed: plan.seed + pair, rate: pace };
        const { delivery, perSecond } = await generator.run('paced', run);
        samples.add('p99', name, delivery.p99);
        const times = [delivery.p50, delivery.p90, delivery.p99, delivery.max].map((time) => time.toFixed(1));
        plan.log(
          `${name}, ${perSecond.toFixed(0)}/s for ${seconds} s: p50, p90, p99, max ${times.join(', ')} ms`,
        );
      });
    }
  }
  return [
    {
      name: `end to end p99 at ${pace} a second for ${seconds} s, in RAM`,
      unit: 'ms',
      digits: 1,
      samples: samples.of('p99'),
      goals: [{ to: 'socket-io', atMost: 0.5 }],
    },
  ];
}
