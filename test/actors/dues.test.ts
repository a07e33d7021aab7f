/**
 * Scheduled checks recompute only the keys that an event has touched: the cost of an event does not grow with the
 * floor.
 */
import type { PresentAgent } from '#domain/floor/availability';
import { defaultRouting } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Availabilities } from '../../worker/actors/dispatcher/availabilities.ts';
import { Dues } from '../../worker/actors/dispatcher/dues.ts';
import { Reconciliation } from '../../worker/actors/dispatcher/duties.ts';
import type { KnownAgent } from '../../worker/actors/dispatcher/floor.ts';
import { Ledger } from '../../worker/actors/dispatcher/ledger.ts';
import type { DispatcherRegisters, Hold } from '../../worker/actors/dispatcher/storage.ts';
import type { Host } from '../../worker/runtime/host.ts';
import type { Registers } from '../../worker/runtime/registers.ts';

test('the next due time is the least of all, in any order of touches', () => {
  const change = fc.record({
    key: fc.integer({ min: 0, max: 9 }),
    at: fc.option(fc.integer({ min: 0, max: 99 })),
  });
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 40 }), (events) => {
      const model = new Map<string, number>();
      const dues = new Dues((key) => model.get(key) ?? null);
      for (const [now, event] of events.entries()) {
        for (const { key, at } of event) {
          if (at === null) model.delete(String(key));
          else model.set(String(key), at);
          dues.touch(String(key));
        }
        expect(dues.next()).toBe(model.size === 0 ? null : Math.min(...model.values()));
        const due = [...model].filter(([, at]) => at <= now).map(([key]) => key);
        expect(dues.dueBy(now).sort()).toEqual(due.sort());
      }
    }),
  );
});

test('with 2,000 units of capacity an event recomputes only its own, or those of its agent', async () => {
  const agents = new Map<string, KnownAgent>();
  let judged = 0;
  const floor = {
    agent: (id: string) => {
      judged++;
      return agents.get(id);
    },
  };
  const touched: ((hold: Hold) => void)[] = [];
  const ledger = new Ledger({ exec: () => [] }, (hold) => touched.forEach((touch) => touch(hold)));
  const put = (number: number, connected: boolean, changedAt = 0) =>
    agents.set(`usr_${number}`, { status: 'online', connected, changedAt } as KnownAgent);
  const hold = (number: number, agent: number): Hold => ({
    ...{ conversation: `con_${number}`, agent: `usr_${agent}`, name: 'Anna', generation: 1 },
    ...{ type: 'live', state: 'active', at: number },
  });
  for (let number = 0; number < 500; number++) put(number, true);
  for (let number = 0; number < 2_000; number++) ledger.keep(hold(number, number % 500));
  const asked: string[] = [];
  const reconciliation = new Reconciliation({ floor, ledger }, 30_000, ({ conversation }) => {
    asked.push(conversation);
    return Promise.resolve();
  });
  touched.push((hold) => reconciliation.holdChanged(hold));
  expect(reconciliation.next()).toBeNull();
  const costOf = (event: () => void) => {
    judged = 0;
    event();
    reconciliation.next();
    reconciliation.next();
    return judged;
  };
  expect(costOf(() => undefined)).toBe(0);
  expect(costOf(() => ledger.keep(hold(2_000, 7)))).toBe(1);
  expect(costOf(() => ledger.settle({ ...rowOf(2_000), phase: 'closed' }, 0))).toBe(0);
  expect(
    costOf(() => {
      put(7, false, 1_000);
      reconciliation.agentChanged('usr_7');
    }),
  ).toBe(4);
  expect(reconciliation.next()).toBe(30_007);
  await reconciliation.run(30_507);
  expect(asked.sort()).toEqual(['con_507', 'con_7']);
});

test('with 500 agents a change without effect on visitors examines only that agent', async () => {
  const limits = { live: 2, nrt: null };
  const agents = Array.from({ length: 500 }, (_, number) => ({
    ...{ id: `usr_${number}`, status: 'online', connected: true, roles: ['agent'], groups: [] as string[] },
    ...{ limits, load: { live: 0, nrt: 0 } },
  })) as PresentAgent[];
  let looks = 0;
  const campaigns = { cam_1: defaultRouting };
  const registers = new Map<string, unknown>();
  const availabilities = new Availabilities(
    {
      get: (name: string) => registers.get(name),
      set: (name: string, value: unknown) => registers.set(name, value),
    } as unknown as Registers<DispatcherRegisters>,
    { now: () => 0 } as Host,
    {
      agents: () => {
        looks++;
        return agents;
      },
      agent: (id) => agents.find((agent) => agent.id === id),
      campaigns: () => campaigns,
      isFull: () => false,
      tell: () => Promise.resolve(),
      changed: () => undefined,
      arm: () => undefined,
    },
  );
  const costOf = async (change: Partial<PresentAgent>) => {
    looks = 0;
    const before = agents[7] as PresentAgent;
    agents[7] = { ...before, ...change };
    availabilities.agentChanged(before.id);
    await Promise.resolve();
    return looks;
  };
  expect(await costOf({})).toBe(1);
  expect(await costOf({ load: { live: 1, nrt: 0 } })).toBe(0);
  expect(await costOf({ load: { live: 1, nrt: 5 } })).toBe(0);
  expect(await costOf({ load: { live: 2, nrt: 5 } })).toBe(1);
  expect(await costOf({ groups: ['grp_1'] })).toBe(1);
  expect(await costOf({ status: 'dinner' })).toBe(1);
  expect(await costOf({ status: 'invisible' })).toBe(0);
});

const rowOf = (number: number) =>
  ({ id: `con_${number}`, phase: 'active', owner: null, generation: 1, type: 'live' }) as const;
