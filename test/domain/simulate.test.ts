/** Simulated days: properties of every day, and exact results for known ones. */
import { seeded } from '#domain/routing/chance';
import { recordedDay, syntheticAgents, syntheticDay } from '#domain/routing/days';
import { passLimit } from '#domain/routing/routing';
import {
  simulate,
  Simulation,
  type Arrival,
  type Handing,
  type Scenario,
  type SimulatedAgent,
} from '#domain/routing/simulate';
import { defaultRouting, methods, type ConversationState, type Routing } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const minute = 60_000;
const assigned: Handing = { how: 'assigned' };
const always = [{ from: 0, to: 1e9, status: 'online' as const }];
const agent = (index: number, live: number | null, more: Partial<SimulatedAgent> = {}): SimulatedAgent => ({
  ...{ id: `usr_${index}`, name: `Agent ${index}`, groups: [], limits: { live, nrt: live }, shifts: always },
  ...more,
});
const arrival = (at: number, more: Partial<Arrival> = {}): Arrival => ({
  ...{ at, type: 'live', handling: 5 * minute, patience: Infinity, firstReply: 1_000 },
  ...more,
});
const one = (method: Routing['levels'][0]['method'], users: string[]): Routing => ({
  ...defaultRouting,
  levels: [{ id: 'one', title: 'One', users, groups: [], method }],
});

const arrivals = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 60 * minute }),
    type: fc.constantFrom('live' as const, 'nrt' as const),
    handling: fc.integer({ min: 0, max: 20 * minute }),
    patience: fc.oneof(fc.integer({ min: 0, max: 10 * minute }), fc.constant(Infinity)),
    firstReply: fc.integer({ min: 0, max: minute }),
  }),
  { maxLength: 60 },
);
const shift = fc
  .record({
    from: fc.integer({ min: 0, max: 60 * minute }),
    length: fc.integer({ min: 1, max: 60 * minute }),
    status: fc.constantFrom('online' as const, 'invisible' as const, 'offline_processing' as const),
  })
  .map(({ from, length, status }) => ({ from, to: from + length, status }));
const limit = fc.option(fc.integer({ min: 1, max: 4 }));
const agents = fc
  .array(
    fc.record({
      limits: fc.record({ live: limit, nrt: limit }),
      shifts: fc.array(shift, { maxLength: 3 }),
    }),
    { maxLength: 6 },
  )
  .map((each) => each.map((more, index) => agent(index, null, more)));
const handing: fc.Arbitrary<Handing> = fc.oneof(
  fc.constant(assigned),
  fc.record({
    how: fc.constant('offered' as const),
    seconds: fc.integer({ min: 5, max: 60 }),
    accepts: fc.double({ min: 0, max: 1, noNaN: true }),
    delay: fc.integer({ min: 0, max: minute }),
  }),
);
const routing = fc.record({
  levels: fc
    .subarray(['usr_0', 'usr_1', 'usr_2', 'usr_3'])
    .chain((users) => fc.constantFrom(...methods).map((method) => one(method, users).levels)),
  forwarding: fc.constant(defaultRouting.forwarding),
  forwardAfter: fc.option(fc.integer({ min: 10, max: 60 })),
  leaveLevel: fc.boolean(),
});
const scenario: fc.Arbitrary<Scenario> = fc.record({ arrivals, agents, routing, handing });

test('F170 every arrival has exactly one end, and the counts by agent add up to the answered ones', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), (day, seed) => {
      const report = simulate(day, seeded(seed));
      expect(report.arrivals).toBe(day.arrivals.length);
      expect(report.answered + report.abandoned + report.left).toBe(report.arrivals);
      expect(report.agents.reduce((sum, { handled }) => sum + handled, 0)).toBe(report.answered);
      expect(report.wait.p50).toBeLessThanOrEqual(report.wait.p90);
      expect(report.wait.p90).toBeLessThanOrEqual(report.wait.max);
      // A visitor without an agent has no reply either, and no reply is earlier than the assignment.
      const peak = (series: typeof report.queue) => Math.max(0, ...series.map(({ most }) => most));
      expect(peak(report.unanswered)).toBeGreaterThanOrEqual(peak(report.queue));
      expect(report.firstReply.max).toBeGreaterThanOrEqual(report.wait.max);
      if (report.firstReply.max > 0) expect(peak(report.unanswered)).toBeGreaterThan(0);
      if (day.handing.how === 'assigned') expect(report.offers).toEqual({ missed: 0, declined: 0 });
      if (day.routing.forwardAfter === null) expect(report.forwarded).toBe(0);
      expect(report.forwarded).toBeLessThanOrEqual(passLimit * report.arrivals);
      expect(report.stalled).toBeLessThanOrEqual(report.arrivals - report.answered);
      const patient = day.arrivals.every(({ patience }) => patience === Infinity);
      if (patient) expect(report.abandoned).toBe(0);
    }),
  );
});

test('I10 no agent has more at once than their limits, whatever is offered, missed and passed on', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), (day, seed) => {
      const { agents: told } = simulate(day, seeded(seed));
      for (const { id, peak } of told) {
        const { limits } = day.agents.find((each) => each.id === id) ?? agent(0, null);
        expect(peak).toBeLessThanOrEqual((limits.live ?? Infinity) + (limits.nrt ?? Infinity));
      }
      const liveOnly = day.arrivals.filter(({ type }) => type === 'live');
      for (const { id, peak } of simulate({ ...day, arrivals: liveOnly }, seeded(seed)).agents)
        expect(peak).toBeLessThanOrEqual(day.agents.find((each) => each.id === id)?.limits.live ?? Infinity);
    }),
  );
});

test('the same seed gives the same day, whether it is played at once or step by step', () => {
  fc.assert(
    fc.property(scenario, fc.integer(), fc.integer({ min: 1, max: 7 }), (day, seed, count) => {
      const report = simulate(day, seeded(seed));
      expect(simulate(day, seeded(seed))).toEqual(report);
      const simulation = new Simulation(day, seeded(seed));
      while (simulation.step(count));
      expect(simulation.report()).toEqual(report);
    }),
  );
});

test('F170 of one type the oldest is assigned first', () => {
  fc.assert(
    fc.property(
      arrivals,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      (some, count, live) => {
        // Each is known by its handling time; of the same type and patience, they are served in order of arrival.
        const patient = some
          .map((each) => ({ ...each, type: 'live' as const, patience: Infinity }))
          .sort((a, b) => a.at - b.at);
        const staff = Array.from({ length: count }, (_, index) => agent(index, live));
        const day = { arrivals: patient, agents: staff, routing: defaultRouting, handing: assigned };
        // In a first-come queue each wait is that of the plain recursion over free capacity.
        const free = Array.from({ length: count * live }, () => 0);
        const waits = patient.map(({ at, handling, firstReply }) => {
          free.sort((a, b) => a - b);
          const given = Math.max(at, free[0] ?? 0);
          free[0] = given + Math.max(handling, firstReply);
          return given - at;
        });
        const sorted = waits.sort((a, b) => a - b);
        const { wait } = simulate(day, seeded(1));
        expect(wait.max).toBe(sorted.at(-1) ?? 0);
        expect(wait.p50).toBe(sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? 0);
      },
    ),
  );
});

test('with enough capacity nobody waits', () => {
  fc.assert(
    fc.property(arrivals, fc.constantFrom(...methods), (some, method) => {
      const day = {
        arrivals: some,
        agents: [agent(0, null)],
        routing: one(method, ['usr_0']),
        handing: assigned,
      };
      expect(simulate(day, seeded(3))).toMatchObject({
        ...{ answered: some.length, abandoned: 0, left: 0 },
        wait: { p50: 0, p90: 0, max: 0 },
      });
    }),
  );
});

test('F59 F147 F163 a day with a known result: unanswered offers, a reply that never comes, a backup level', () => {
  const staff = [agent(0, 1), agent(1, 1)];
  const levels = [
    { id: 'one', title: 'One', users: ['usr_0'], groups: [], method: 'random' as const },
    { id: 'two', title: 'Two', users: ['usr_1'], groups: [], method: 'random' as const },
  ];
  const play = (some: Arrival[], more: Partial<Routing> = {}, how: Handing = assigned) =>
    simulate(
      { arrivals: some, agents: staff, routing: { ...defaultRouting, levels, ...more }, handing: how },
      // The other agent replies after 6.3 seconds.
      () => 0.1,
    );
  const two = play([arrival(0), arrival(1_000), arrival(2_000)]);
  expect(two.agents.map(({ handled, peak }) => [handled, peak])).toEqual([
    [2, 1],
    [1, 1],
  ]);
  expect(two.wait.max).toBe(5 * minute - 2_000);

  const silent = play([arrival(0, { firstReply: minute })], { forwardAfter: 20 });
  expect([silent.forwarded, silent.answered, silent.wait.max]).toEqual([1, 1, 20_000]);
  expect(silent.agents.map(({ handled }) => handled)).toEqual([0, 1]);
  // A chat that is passed on always had an agent: it was in no queue, but without a reply.
  const peaks = [silent.queue, silent.unanswered].map((of) => Math.max(...of.map(({ most }) => most)));
  expect([silent.firstReply.max > 20_000, ...peaks]).toEqual([true, 0, 1]);

  // The other agent also replies too late: after `passLimit` agents the chat stays in the queue.
  const slow = arrival(0, { firstReply: 1e9, patience: 10 * minute });
  const stalled = play([slow], { forwardAfter: 20 });
  expect(stalled).toMatchObject({ forwarded: passLimit, stalled: 1, answered: 0, abandoned: 1, left: 0 });
  expect(Math.max(...stalled.queue.map(({ most }) => most))).toBe(1);
  const patient = play([{ ...slow, patience: Infinity }], { forwardAfter: 20 });
  expect(patient).toMatchObject({ forwarded: passLimit, stalled: 1, answered: 0, abandoned: 0, left: 1 });

  const never: Handing = { how: 'offered', seconds: 10, accepts: 1, delay: 1e9 };
  const missed = play([arrival(0, { patience: 95_000 })], {}, never);
  expect(missed).toMatchObject({ answered: 0, abandoned: 1 });
  // Each for ten seconds, then a pause until the first may be asked again: at 0, 10, 40, 50, 80 and 90, which is cut
  // short.
  expect(missed.offers).toEqual({ missed: 5, declined: 0 });
});

test('a synthetic day has as many arrivals as requested, in its hours, with the requested mean', () => {
  const day = syntheticDay({ arrivals: 5_000, handlingMinutes: 8, nrt: 0.2 }, seeded(5));
  expect(day).toHaveLength(5_000);
  const hours = day.map(({ at }) => Math.floor(at / (60 * minute)));
  expect([Math.min(...hours), Math.max(...hours)]).toEqual([8, 19]);
  const mean = day.reduce((sum, { handling }) => sum + handling, 0) / day.length / minute;
  expect(mean).toBeGreaterThan(7.5);
  expect(mean).toBeLessThan(8.5);
  expect(day.filter(({ type }) => type === 'nrt').length / day.length).toBeCloseTo(0.2, 1);
  expect(syntheticDay({ arrivals: 50, handlingMinutes: 8 }, seeded(5))).toEqual(
    syntheticDay({ arrivals: 50, handlingMinutes: 8 }, seeded(5)),
  );
});

test('a day of 5,000 arrivals is simulated to its end', () => {
  const day = syntheticDay({ arrivals: 5_000, handlingMinutes: 8 }, seeded(5));
  const staff = syntheticAgents(40, 3);
  const began = performance.now();
  const report = simulate(
    { arrivals: day, agents: staff, routing: defaultRouting, handing: assigned },
    seeded(6),
  );
  console.log(`5,000 arrivals and 40 agents took ${Math.round(performance.now() - began)} ms.`);
  expect(report.answered + report.abandoned).toBe(5_000);
});

test('a recorded day keeps the real times, and estimates the unknown ones', () => {
  const state = (more: Partial<ConversationState>) =>
    ({
      ...{ type: 'live', campaign: { id: 'cam_1', name: 'Help' }, startedAt: 10_000 },
      ...{ firstAssignedAt: 20_000, firstReplyAt: 26_000 },
      closed: { at: 120_000, by: { kind: 'system' }, reason: 'agent' },
      ...more,
    }) as ConversationState;
  const base = { type: 'live', campaign: 'cam_1' };
  expect(
    recordedDay(
      [
        state({ startedAt: 15_000, firstAssignedAt: null, firstReplyAt: null }),
        state({}),
        state({ closed: null }),
        state({ firstReplyAt: null }),
        state({ startedAt: 99_000 }),
      ],
      10_000,
      99_000,
    ),
  ).toEqual([
    { ...base, at: 10_000, handling: 100_000, patience: 5 * minute, firstReply: 6_000 },
    { ...base, at: 15_000, handling: 100_000, patience: 105_000, firstReply: 6_000 },
  ]);
});
