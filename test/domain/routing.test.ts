/** Routing's choice of an agent, over any floor (F163 to F171). */
import { seeded } from '#domain/routing/chance';
import { askAgainAfter, choose, levelsFor, type Chance, type RoutedAgent } from '#domain/routing/routing';
import { defaultRouting, statuses, type Level } from '#protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  now,
  named,
  agent,
  level,
  fresh,
  all,
  noTurns,
  half,
  decide,
  floor,
  levels,
  wanted,
  drawn,
  eligible,
  asks,
  seated,
} from './floors.ts';

/** More runs, for faults that need several conditions at once. */
const often = { numRuns: 1_500 };

describe('over any floor', () => {
  test('F163 F170 each considered agent is chosen or has a reason; no eligible agent is skipped without one', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, (agents, wanting, random) => {
        const choice = decide(wanting, agents, () => random);
        const told = [
          ...choice.passedOver.map(({ agent: id }) => id),
          ...(choice.agent ? [choice.agent] : []),
        ];
        const considered = agents.filter((each) => seated(wanting, each)).map(({ id }) => id);
        expect(told.sort()).toEqual(considered.sort());
        const free = agents.filter((each) => seated(wanting, each) && eligible(each, wanting));
        expect(choice.agent === null).toBe(free.length === 0);
        if (choice.agent) expect(free.map(({ id }) => id)).toContain(choice.agent);
        for (const { agent: id, why } of choice.passedOver)
          expect([id, why === 'later' || why === 'method']).toEqual([
            id,
            free.some((each) => each.id === id),
          ]);
      }),
      often,
    );
  });

  test('I10 no agent gets more than their limit', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, (agents, wanting, random) => {
        const { agent: id } = decide(wanting, agents, () => random);
        const chosen = agents.find((each) => each.id === id);
        if (!chosen) return;
        expect(chosen.load[wanting.type]).toBeLessThan(chosen.limits[wanting.type] ?? Infinity);
      }),
    );
  });

  test('the order of the agents changes nothing', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, fc.integer(), (agents, wanting, random, seed) => {
        const draw = seeded(seed);
        const shuffled = agents
          .map((each) => ({ each, key: draw() }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const tell = (of: readonly RoutedAgent[]) => {
          const { passedOver, ...rest } = decide(wanting, of, () => random);
          return { ...rest, passedOver: [...passedOver].sort((a, b) => (a.agent < b.agent ? -1 : 1)) };
        };
        expect(tell(shuffled)).toEqual(tell(agents));
      }),
    );
  });

  test('F14 Invisible, Dinner, Private and Short Break route alike, to the last reason', () => {
    const alike = ['invisible', 'dinner', 'private_break', 'short_break'] as const;
    fc.assert(
      fc.property(floor, wanted, drawn, fc.array(fc.boolean()), (agents, wanting, random, away) => {
        const [first, ...others] = alike.map((status) =>
          decide(
            wanting,
            agents.map((each, index) => (away[index] ? { ...each, status } : each)),
            () => random,
          ),
        );
        for (const other of others) expect(other).toEqual(first);
      }),
    );
  });

  test('F17 F18 F19 before dinner an agent gets nothing new, not even by transfer; Offline Processing receives only what can wait', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, fc.constantFrom(...statuses), (agents, wanting, random, status) => {
        const { agent: id } = decide(
          wanting,
          agents.map((each) => ({ ...each, status })),
          () => random,
        );
        if (status === 'online') return;
        if (status !== 'offline_processing' || wanting.type !== 'nrt') expect(id).toBeNull();
      }),
    );
    const processing = agent(1, { status: 'offline_processing' });
    expect(decide(fresh([], { type: 'nrt' }), [processing]).agent).toBe(processing.id);
    expect(decide(fresh([], { type: 'live' }), [processing]).agent).toBeNull();
  });

  test('F163 a later level is asked only if no earlier one has an agent', () => {
    fc.assert(
      fc.property(floor, levels, drawn, (agents, some, random) => {
        const wanting = fresh(some);
        const choice = decide(wanting, agents, () => random);
        if (some.length === 0 || !choice.agent) return;
        const index = some.findIndex(({ id }) => id === choice.level?.id);
        const chosen = agents.find(({ id }) => id === choice.agent);
        expect(chosen && asks(some[index] as Level, chosen)).toBe(true);
        for (const earlier of some.slice(0, index))
          expect(agents.filter((each) => asks(earlier, each) && eligible(each, wanting))).toEqual([]);
      }),
    );
  });

  test('F163 a level asks the agents whom it names, whatever its id', () => {
    const ids = fc.stringMatching(/^[a-z0-9]{1,26}$/);
    const some = fc.oneof(ids, fc.constantFrom('all', 'group', 'forwarding'));
    fc.assert(
      fc.property(some, (id) => {
        expect(decide(fresh([level(id, [named(2)])]), [agent(1)]).agent).toBeNull();
      }),
    );
  });

  test('F169 a forwarding level gets transferred conversations first, and nothing else', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, (agents, wanting, random) => {
        const only = { ...wanting.routing.forwarding, groups: [], users: [named(0)], enabled: true };
        const others = [level('own', all(12).slice(1))];
        const routing = { ...wanting.routing, levels: others, forwarding: only };
        const choice = decide({ ...wanting, routing, transferred: null }, agents, () => random);
        expect(choice.agent).not.toBe(named(0));
        const given = decide({ ...wanting, routing, transferred: {}, chances: [] }, agents, () => random);
        const [receiver] = agents;
        if (receiver && eligible(receiver, { ...wanting, chances: [] })) expect(given.agent).toBe(named(0));
        const off = { ...routing, forwarding: { ...only, enabled: false } };
        expect(decide({ ...wanting, routing: off, transferred: {} }, agents).agent).not.toBe(named(0));
      }),
    );
  });

  test('F148 with the option on, the next level is chosen even if peers have capacity', () => {
    const two = [level('one', [named(1), named(2)]), level('two', [named(3)])];
    const chances: Chance[] = [{ agent: named(1), why: 'no_reply', at: now - 1, level: 'one' }];
    const agents = [agent(1), agent(2), agent(3)];
    const choice = (leaveLevel: boolean, of = agents) =>
      decide(fresh(two, { chances, routing: { ...defaultRouting, levels: two, leaveLevel } }), of).agent;
    expect(choice(false)).toBe(named(2));
    expect(choice(true)).toBe(named(3));
    // No other agent is left: better a peer than none.
    expect(choice(true, agents.slice(0, 2))).toBe(named(2));
    fc.assert(
      fc.property(floor, wanted, drawn, (some, wanting, random) => {
        const routing = { ...wanting.routing, leaveLevel: true };
        const { level: through, agent: id } = decide({ ...wanting, routing }, some, () => random);
        const left = wanting.chances.filter(({ why }) => why === 'no_reply').map((had) => had.level);
        if (!id || !through || !left.includes(through.id)) return;
        const had = new Set(wanting.chances.map((each) => each.agent));
        if (had.has(id)) return;
        const elsewhere = some.filter(
          (each) =>
            !had.has(each.id) &&
            eligible(each, wanting) &&
            levelsFor(wanting).some(
              (one) => !left.includes(one.id) && (one.id === '~all' || asks(one, each)),
            ),
        );
        expect(elsewhere).toEqual([]);
      }),
    );
  });

  test('F59 an agent who had their chance comes after all who had none, and is asked again after the pause', () => {
    fc.assert(
      fc.property(floor, wanted, drawn, (agents, wanting, random) => {
        const choice = decide(wanting, agents, () => random);
        const had = new Set(wanting.chances.map((each) => each.agent));
        if (choice.agent && had.has(choice.agent)) {
          const others = agents.filter((each) => !had.has(each.id) && seated(wanting, each));
          expect(others.filter((each) => eligible(each, wanting))).toEqual([]);
        }
        if (choice.retryAt === null) return;
        expect(choice.agent).toBeNull();
        expect(choice.retryAt).toBeGreaterThan(now);
        expect(choose(wanting, agents, noTurns, choice.retryAt - 1, half).agent).toBeNull();
        expect(choose(wanting, agents, noTurns, choice.retryAt, half).agent).not.toBeNull();
      }),
      often,
    );
    const chances: Chance[] = [{ agent: named(1), why: 'declined', at: now, level: '~all' }];
    const alone = fresh([], { chances });
    expect(decide(alone, [agent(1), agent(2)]).agent).toBe(named(2));
    expect(decide(alone, [agent(1)])).toEqual({
      ...{ agent: null, level: null, retryAt: now + askAgainAfter },
      passedOver: [{ agent: named(1), level: '~all', why: 'had_chance' }],
    });
    expect(choose(alone, [agent(1)], noTurns, now + askAgainAfter, half).agent).toBe(named(1));
  });
});
