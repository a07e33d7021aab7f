/** The methods of routing, one by one and over long runs (F164 to F171). */
import { seeded } from '#domain/routing/chance';
import { choose, spaceOf, type RoutedAgent } from '#domain/routing/routing';
import { conversationTypes, methods, type Method } from '#protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { now, named, agent, fresh, oneLevel, half, decide, floor, eligible } from './floors.ts';

/**
 * Assigns many conversations one after the other, as a dispatcher would; through JSON each time, as if it restarted.
 */
function run(method: Method, agents: RoutedAgent[], count: number, random: () => number, ends = 0) {
  let held = agents;
  let turns: [string, string][] = [];
  const given: (string | null)[] = [];
  for (let at = 1; at <= count; at++) {
    const wanting = oneLevel(method);
    const choice = choose(wanting, held, new Map(turns), now + at, random);
    given.push(choice.agent);
    if (choice.agent && choice.level) turns = [[choice.level.id, choice.agent]];
    const ending = random() < ends;
    held = held.map((each) => {
      const more = each.id === choice.agent ? 1 : 0;
      const less = ending && each.load.live + more > 0 && random() < 0.5 ? 1 : 0;
      const live = each.load.live + more - less;
      return { ...each, load: { ...each.load, live }, givenAt: more ? now + at : each.givenAt };
    });
    ({ held, turns } = JSON.parse(JSON.stringify({ held, turns })) as {
      held: typeof held;
      turns: typeof turns;
    });
  }
  return { given, held };
}

describe('over many arrivals', () => {
  test('F164 random is even: chi-square over 10,000 assignments', () => {
    const count = 8;
    const agents = Array.from({ length: count }, (_, index) => agent(index));
    const random = seeded(164);
    const tally = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const { agent: id } = decide(oneLevel('random'), agents, random);
      tally.set(id ?? '', (tally.get(id ?? '') ?? 0) + 1);
    }
    const even = 10_000 / count;
    const square = [...tally.values()].reduce((sum, each) => sum + (each - even) ** 2 / even, 0);
    expect(tally.size).toBe(count);
    // Seven degrees of freedom: chance exceeds 24.32 once in a thousand times.
    expect(square).toBeLessThan(24.32);
  });

  test('F165 least chats chooses an agent with the least load; of these the longest idle', () => {
    fc.assert(
      fc.property(floor, fc.constantFrom(...conversationTypes), (agents, type) => {
        const wanting = { ...oneLevel('least_chats'), type };
        const { agent: id } = decide(wanting, agents);
        const free = agents.filter((each) => eligible(each, wanting));
        const chosen = free.find((each) => each.id === id);
        if (!chosen) return;
        for (const each of free) {
          expect(chosen.load[type]).toBeLessThanOrEqual(each.load[type]);
          if (each.load[type] === chosen.load[type]) expect(chosen.givenAt).toBeLessThanOrEqual(each.givenAt);
        }
      }),
    );
  });

  test('F166 most space chooses the most free capacity, then the larger maximum, then the longest idle', () => {
    const of = (max: number | null, live = 0, more: Partial<RoutedAgent> = {}) => ({
      ...{ limits: { live: max, nrt: null }, load: { live, nrt: 0 } },
      ...more,
    });
    const chosen = (...agents: Partial<RoutedAgent>[]) =>
      decide(
        oneLevel('most_space'),
        agents.map((each, index) => agent(index, each)),
      ).agent;
    expect(chosen(of(5), of(28))).toBe(named(1));
    expect(chosen(of(28, 3), of(5, 3))).toBe(named(0));
    expect(chosen(of(100), of(null, 500))).toBe(named(1));
    expect(chosen(of(5), of(28, 23))).toBe(named(1));
    expect(chosen(of(null, 0, { givenAt: 2 }), of(null, 9, { givenAt: 1 }))).toBe(named(1));
    fc.assert(
      fc.property(floor, (agents) => {
        const wanting = oneLevel('most_space');
        const { agent: id } = decide(wanting, agents);
        const free = agents.filter((each) => eligible(each, wanting));
        const first = free.find((each) => each.id === id);
        if (!first) return;
        const key = (each: RoutedAgent) => [
          spaceOf(each, 'live'),
          each.limits.live ?? Infinity,
          -each.givenAt,
        ];
        const less = (a: number[], b: number[]) => {
          const index = a.findIndex((value, at) => value !== b[at]);
          return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
        };
        expect(free.filter((each) => less(key(first), key(each)))).toEqual([]);
      }),
    );
  });

  test('F167 sequentially is strict rotation, over restarts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), (count, arrivals) => {
        const agents = Array.from({ length: count }, (_, index) => agent(index));
        const { given } = run('sequentially', agents, arrivals, half);
        expect(given).toEqual(Array.from({ length: arrivals }, (_, index) => named(index % count)));
      }),
      { numRuns: 40 },
    );
    // An agent without capacity is passed over, and loses only that turn.
    const busy = [agent(0), agent(1, { status: 'dinner' }), agent(2)];
    expect(run('sequentially', busy, 3, half).given).toEqual([named(0), named(2), named(0)]);
  });

  test('F168 most chats fills one agent to the limit, and then the next', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }), (limits) => {
        const agents = limits.map((live, index) => agent(index, { limits: { live, nrt: null } }));
        const capacity = limits.reduce((sum, each) => sum + each, 0);
        const { given } = run('most_chats', agents, capacity + 1, half);
        expect(given).toEqual([
          ...limits.flatMap((each, index) => Array.from({ length: each }, () => named(index))),
          null,
        ]);
      }),
      { numRuns: 40 },
    );
  });

  test('F171 live and NRT have separate limits: 28 live chats are the limit of live, and NRT goes on', () => {
    const full = agent(1, { limits: { live: 28, nrt: 15 }, load: { live: 28, nrt: 14 } });
    expect(decide(fresh([]), [full])).toMatchObject({ agent: null, passedOver: [{ why: 'full' }] });
    expect(decide(fresh([], { type: 'nrt' }), [full]).agent).toBe(full.id);
  });

  test.each(methods)(
    'I10 F170 %s: in a run of arrivals and ends no agent is ever over their limit',
    (method) => {
      const limits = fc.array(fc.option(fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(limits, fc.integer(), (some, seed) => {
          const agents = some.map((live, index) => agent(index, { limits: { live, nrt: null } }));
          const random = seeded(seed);
          let held = agents;
          for (let i = 0; i < 20; i++) {
            held = run(method, held, 5, random, 0.3).held;
            for (const each of held) expect(each.load.live).toBeLessThanOrEqual(each.limits.live ?? Infinity);
          }
        }),
        { numRuns: 20 },
      );
    },
  );
});
