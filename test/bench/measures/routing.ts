/**
 * The cost of routing as an account grows: a decision alone, the time from freed capacity or a new chat to the offer
 * on an agent's screen with a thousand chats waiting, and the traffic of every change to all open floors.
 */
import { choose, everybody, type RoutedAgent } from '#domain/routing/routing';
import { defaultRouting, methods, type Method } from '#protocol';
import type { Figure } from '../figures.ts';
import { BusyFloor } from '../load/floor.ts';
import { postJson } from '../load/http.ts';
import { seeded } from '../load/random.ts';
import { startPeer } from '../peers/peer.ts';
import type { Plan, Sizes } from '../plan.ts';
import type { Staff } from '../staff.ts';
import { percentiles } from '../statistics.ts';
import { pause } from './session.ts';

interface Size {
  /** Numbers of agents: for the decision alone, and in running accounts. */
  readonly chosenFrom: readonly number[];
  readonly accounts: readonly number[];
  readonly waiting: number;
  readonly turns: number;
  /** Milliseconds for each method; until a busy floor is calm; until a change has been sent to all. */
  readonly loop: number;
  readonly calm: number;
  readonly change: number;
}

const sizes: Sizes<Size> = {
  full: {
    ...{ chosenFrom: [10, 100, 500], accounts: [10, 100, 500], waiting: 1_000, turns: 40 },
    ...{ loop: 500, calm: 2_000, change: 300 },
  },
  quick: {
    ...{ chosenFrom: [10, 100, 500], accounts: [10, 50], waiting: 100, turns: 10 },
    ...{ loop: 100, calm: 2_000, change: 300 },
  },
  smoke: {
    ...{ chosenFrom: [10], accounts: [3], waiting: 4, turns: 2 },
    ...{ loop: 5, calm: 100, change: 300 },
  },
};

export const staffEntry = 'test/bench/agents-server.ts';

export async function routing(plan: Plan): Promise<Figure[]> {
  const { chosenFrom, accounts } = sizes[plan.scale];
  const figures = chosenFrom.flatMap((agents) => decisions(plan, agents));
  for (const agents of accounts) figures.push(...(await endToEnd(plan, agents)));
  return figures;
}

const figure = (name: string, unit: string, value: number, digits = 0): Figure => ({
  ...{ name, unit, digits, samples: { parley: [value] }, goals: [] },
});

/** The decision alone, beside a loop that only reads each agent once. */
function decisions(plan: Plan, size: number): Figure[] {
  const random = seeded(plan.seed);
  const agents = Array.from({ length: size }, (_, number): RoutedAgent => {
    const limits = { live: 3 + Math.floor(random() * 6), nrt: null };
    const load = { live: Math.floor(random() * limits.live), nrt: 0 };
    const state = { status: 'online', connected: random() < 0.9, offered: random() < 0.2 } as const;
    const id = `usr_${String(number).padStart(26, '0')}`;
    return { id, ...state, roles: ['agent'], groups: [], limits, load, givenAt: Math.floor(random() * 1e6) };
  });
  const milliseconds = sizes[plan.scale].loop;
  let sum = 0;
  const loop = perSecond(milliseconds, () => {
    for (const agent of agents) if (agent.connected && !agent.offered) sum += agent.load.live;
  });
  const speeds = methods.map((method: Method) => {
    const levels = [{ ...everybody, id: 'all', users: agents.map(({ id }) => id), method }];
    const wanting = {
      type: 'live',
      routing: { ...defaultRouting, levels },
      transferred: null,
      chances: [],
    } as const;
    const turns = new Map<string, string>();
    return perSecond(
      milliseconds,
      () => void (sum += choose(wanting, agents, turns, 0, random).passedOver.length),
    );
  });
  if (sum < 0) throw new Error('the loop was not run');
  const each = methods.map((method, index) => `${method} ${speeds[index]?.toFixed(0)}`);
  plan.log(`choose, ${size} agents, decisions a second: ${each.join(', ')}; a bare loop ${loop.toFixed(0)}`);
  const slowest = Math.min(...speeds);
  return [
    figure(`decisions per second, ${size} agents on a level, the slowest method`, '/s', slowest),
    figure(`… in runs of a loop that looks at each of the ${size}`, '', loop / slowest, 1),
  ];
}

function perSecond(milliseconds: number, work: () => void): number {
  // Warm-up.
  for (let run = 0; run < 200; run++) work();
  const began = performance.now();
  let runs = 0;
  let took = 0;
  while (took < milliseconds) {
    for (let run = 0; run < 20; run++) work();
    runs += 20;
    took = performance.now() - began;
  }
  return (runs * 1_000) / took;
}

async function endToEnd(plan: Plan, size: number): Promise<Figure[]> {
  const peer = await startPeer('parley', { medium: 'ram', entry: staffEntry });
  try {
    const { url } = peer.address;
    const staff = await postJson<Staff>(`${url}/bench/staff`, { agents: size, limit: 1 }, {});
    const floor = new BusyFloor(url, staff);
    try {
      await floor.open();
      await pause(sizes[plan.scale].calm);
      return await measure(plan, floor, size);
    } finally {
      floor.close();
    }
  } finally {
    await peer.stop();
  }
}

async function measure(plan: Plan, floor: BusyFloor, size: number): Promise<Figure[]> {
  const { waiting, turns, calm, change } = sizes[plan.scale];
  // One chat after the other while an agent is free: each chat finds its agent at once.
  const coming: number[] = [];
  const owned: string[] = [];
  for (let turn = 0; turn < Math.min(size, turns); turn++) {
    const { conversation, sentAt } = await floor.arrive();
    const { offer, at } = await floor.offerOf(conversation);
    coming.push(at - sentAt);
    await floor.accept(offer);
    owned.push(conversation);
  }
  // Then every agent gets a chat, and the other chats wait.
  for (let left = size - owned.length; left > 0; left -= 50) {
    await floor.arrivals(Math.min(left, 50));
    for (let each = 0; each < Math.min(left, 50); each++) {
      const { offer } = await floor.nextOffer();
      await floor.accept(offer);
      owned.push(offer.conversation);
    }
  }
  const began = performance.now();
  await floor.arrivals(waiting);
  const arrived = performance.now() - began;
  await pause(calm);
  const freeing: number[] = [];
  const traffic = { frames: 0, bytes: 0 };
  for (let turn = 0; turn < turns; turn++) {
    floor.traffic = { frames: 0, bytes: 0 };
    const freed = floor.leave(owned.shift() ?? '');
    const { offer, at } = await floor.nextOffer();
    freeing.push(at - freed);
    // The traffic of this one change, and nothing of the next.
    await pause(change);
    traffic.frames += floor.traffic.frames / turns;
    traffic.bytes += floor.traffic.bytes / turns;
    await floor.accept(offer);
    owned.push(offer.conversation);
    await pause(200);
  }
  if (floor.failure) throw new Error(floor.failure);
  const [came, free] = [percentiles(coming), percentiles(freeing)];
  const about = `${size} agents`;
  plan.log(
    `${about}: ${waiting} came in ${(arrived / 1_000).toFixed(1)} s; offer after a new chat p50 and p99 ${came.p50.toFixed(1)}, ` +
      `${came.p99.toFixed(1)} ms; after freed capacity, ${waiting} waiting, ${free.p50.toFixed(1)}, ${free.p99.toFixed(1)} ms`,
  );
  return [
    figure(`a new chat to its offer on a screen, p50, ${about} free, nobody waiting`, 'ms', came.p50, 1),
    figure(`a new chat to its offer on a screen, p99, of ${coming.length}`, 'ms', came.p99, 1),
    figure(`a free place to the next offer, p50, ${about}, ${waiting} waiting`, 'ms', free.p50, 1),
    figure(`a free place to the next offer, p99, of ${freeing.length}`, 'ms', free.p99, 1),
    figure(
      `frames to floors when one chat ends and the next is offered, ${about} watching`,
      '',
      traffic.frames,
      1,
    ),
    figure(
      `bytes to floors when one chat ends and the next is offered, ${about} watching`,
      'B',
      traffic.bytes,
    ),
  ];
}
