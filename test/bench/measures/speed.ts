/**
 * Messages a second, processor time per message, and a message's delivery time. The peers take turns, each with fresh
 * data.
 */
import { laterWindow } from '#domain/conversation/archive';
import { Samples, type Figure } from '../figures.ts';
import type { Medium, PeerName } from '../peers/peer.ts';
import type { Plan, Sizes } from '../plan.ts';
import { cpuOf } from '../processes.ts';
import { pause, withPeer } from './session.ts';

/** Seconds of full speed and of the steady pace, each after its warm-up. */
const sizes: Sizes<{
  conversations: number;
  full: { seconds: number; warmUp: number };
  paced: { seconds: number; warmUp: number };
}> = {
  full: { conversations: 100, full: { seconds: 5, warmUp: 6 }, paced: { seconds: 6, warmUp: 1 } },
  quick: { conversations: 100, full: { seconds: 2, warmUp: 2 }, paced: { seconds: 3, warmUp: 1 } },
  smoke: { conversations: 4, full: { seconds: 0.3, warmUp: 0 }, paced: { seconds: 0.5, warmUp: 0 } },
};
/**
 * Two messages for each conversation: with one, the server sometimes waits for the generator; more only build a
 * queue.
 */
const inFlight = 2;
const pace = 200;
/**
 * After full speed Parley still writes its summaries and, within a minute, the rest of its history: that work belongs
 * to the messages.
 */
const afterwards: Record<PeerName, number> = { bare: 1_000, 'socket-io': 1_000, parley: laterWindow + 2_000 };

export async function speed(plan: Plan): Promise<Figure[]> {
  const samples = new Samples();
  const { conversations } = sizes[plan.scale];
  const peers: PeerName[] = ['bare', ...(plan.packages ? (['socket-io'] as const) : []), 'parley'];
  const wanted = { throughput: plan.parts.has('throughput'), latency: plan.parts.has('latency') };
  for (let pair = 0; pair < plan.pairs; pair++) {
    // Forwards and backwards in turn, so that drift affects all peers alike.
    const order = pair % 2 === 0 ? peers : peers.toReversed();
    for (const peer of order) await turn(plan, samples, peer, 'ram', pair, wanted);
    if (!wanted.throughput) continue;
    for (const peer of order)
      await turn(plan, samples, peer, 'disk', pair, { throughput: true, latency: false });
  }
  const figures: Figure[] = [];
  if (wanted.throughput) {
    figures.push(
      {
        name: `messages per second, ${conversations} conversations, in RAM`,
        unit: '/s',
        samples: samples.of('throughput ram'),
        goals: [
          { to: 'bare', atLeast: 0.8 },
          { to: 'socket-io', atLeast: 1.8 },
        ],
      },
      {
        name: `messages per second, ${conversations} conversations, on disk`,
        unit: '/s',
        samples: samples.of('throughput disk'),
        goals: [{ to: 'bare' }, { to: 'socket-io' }],
      },
      {
        name: 'processor time per message at full speed, all work after it counted, in RAM',
        unit: 'µs',
        samples: samples.of('cpu ram'),
        goals: [{ to: 'bare', atMost: 1.35 }],
      },
    );
  }
  if (wanted.latency) {
    figures.push({
      name: `end to end p50 at ${pace} a second, in RAM`,
      unit: 'ms',
      digits: 2,
      samples: samples.of('p50'),
      goals: [
        { to: 'bare', atMost: 1.3 },
        { to: 'socket-io', atMost: 0.9 },
      ],
    });
  }
  return figures;
}

async function turn(
  plan: Plan,
  samples: Samples,
  name: PeerName,
  medium: Medium,
  pair: number,
  wanted: { throughput: boolean; latency: boolean },
): Promise<void> {
  const seed = plan.seed + pair;
  const { conversations, full, paced } = sizes[plan.scale];
  await withPeer(name, { medium, packages: plan.packages }, async ({ servers }, generator) => {
    await generator.run('open', conversations);
    const cpu = cpuOf(servers);
    // If full speed is not measured, it still warms the code, like that of a server that runs for days.
    const seconds = wanted.throughput ? full.seconds : 1;
    const {
      sent,
      perSecond,
      generator: busy,
    } = await generator.run('fullSpeed', { seconds, warmUp: full.warmUp, seed, inFlight });
    // On disk no measurement follows.
    if (wanted.throughput && medium === 'ram' && plan.scale !== 'smoke') await pause(afterwards[name]);
    const perMessage = ((cpuOf(servers) - cpu) * 1_000) / sent;
    if (wanted.throughput) {
      samples.add(`throughput ${medium}`, name, perSecond);
      samples.add(`cpu ${medium}`, name, perMessage);
      const figures = `${perSecond.toFixed(0)}/s, ${perMessage.toFixed(0)} µs each`;
      plan.log(`${name}, full speed, ${medium}: ${figures}; generator ${(busy * 100).toFixed(0)} % busy`);
    }
    if (!wanted.latency) return;
    const run = { ...paced, seed, rate: pace };
    const { delivery, acknowledgement } = await generator.run('paced', run);
    samples.add('p50', name, delivery.p50);
    const times = [delivery.p50, delivery.p99, acknowledgement.p50].map((time) => time.toFixed(2));
    plan.log(
      `${name}, ${pace}/s: p50 and p99 to the agent, p50 to the acknowledgement ${times.join(', ')} ms`,
    );
  });
}
