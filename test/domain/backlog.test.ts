import { Backlog, lanes, type Busy, type Lane } from '#domain/people/backlog';
import fc from 'fast-check';
import { expect, test } from 'vitest';

interface Order {
  readonly lane: Lane;
  readonly number: number;
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('offer' as const), lane: fc.constantFrom(...lanes) }),
  fc.record({ kind: fc.constant('end' as const) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
);

test('S7 for any orders an admitted one gets one turn, in its lane’s order, and few wait', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 3 }),
    fc.array(step, { maxLength: 300 }),
    (slots, steps) => {
      const backlog = new Backlog<Order>(slots);
      const admitted: Record<Lane, number[]> = { known: [], unknown: [] };
      const taken: Record<Lane, number[]> = { known: [], unknown: [] };
      const running: Order[] = [];
      let now = 0;
      const fill = () => {
        for (let next = backlog.take(now); next; next = backlog.take(now)) {
          running.push(next);
          taken[next.lane].push(next.number);
        }
      };
      const end = () => {
        const first = running.shift();
        if (first) backlog.ended(first, now);
      };
      steps.forEach((one, number) => {
        if (one.kind === 'pass') now += Math.min(one.ms, 9_000);
        else if (one.kind === 'end') end();
        else {
          const waiting = { known: 0, unknown: 0 };
          for (const lane of lanes) waiting[lane] = admitted[lane].length - taken[lane].length;
          const busy = backlog.offer(one.lane, { lane: one.lane, number }, now);
          if (!busy) admitted[one.lane].push(number);
          // An order is never refused while no hash is running.
          else expect(running.length + waiting.known + waiting.unknown).toBeGreaterThan(0);
          expect(busy?.wait ?? 1).toBeGreaterThan(0);
        }
        fill();
        for (const [lane, most] of [
          ['known', 32],
          ['unknown', 8],
        ] as const)
          expect(admitted[lane].length - taken[lane].length).toBeLessThanOrEqual(most * slots);
        expect(running.length).toBeLessThanOrEqual(slots);
      });
      while (running.length > 0) {
        end();
        fill();
      }
      expect(taken).toEqual(admitted);
    },
  );
  fc.assert(property);
});

interface Arrival {
  readonly at: number;
  readonly lane: Lane;
}
interface Outcome extends Arrival {
  /** How long the order waited for its turn; absent if it was refused. */
  readonly waited?: number;
  readonly busy?: Busy;
}

/** Plays arrivals on a clock of its own, with hashes of the given durations. */
function play(slots: number, arrivals: readonly Arrival[], duration: () => number): Outcome[] {
  const backlog = new Backlog<Arrival>(slots);
  const outcomes: Outcome[] = [];
  const ends: { at: number; order: Arrival }[] = [];
  const fill = (now: number) => {
    for (let order = backlog.take(now); order; order = backlog.take(now)) {
      outcomes.push({ ...order, waited: now - order.at });
      ends.push({ at: now + duration(), order });
      ends.sort((one, other) => one.at - other.at);
    }
  };
  const endUntil = (until: number) => {
    for (let end = ends[0]; end && end.at <= until; end = ends[0]) {
      ends.shift();
      backlog.ended(end.order, end.at);
      fill(end.at);
    }
  };
  for (const arrival of [...arrivals].sort((one, other) => one.at - other.at)) {
    endUntil(arrival.at);
    const busy = backlog.offer(arrival.lane, arrival, arrival.at);
    if (busy) outcomes.push({ ...arrival, busy });
    fill(arrival.at);
  }
  endUntil(Infinity);
  return outcomes;
}

const every = (ms: number, lane: Lane, until = 60_000): Arrival[] =>
  Array.from({ length: Math.floor(until / ms) }, (_, i) => ({
    at: i * ms + 0.5 * Number(lane === 'known'),
    lane,
  }));

test.each([
  [1, 100],
  [1, 200],
  [1, 300],
  [1, 600],
  [3, 300],
])(
  'S7 with %i at once of %i ms each, a hundred strangers a second keep no known device waiting for two hashes',
  (slots, ms) => {
    const known = every(2_000, 'known');
    const outcomes = play(slots, [...every(10, 'unknown'), ...known], () => ms);
    const theirs = outcomes.filter(({ lane }) => lane === 'known');
    expect(theirs.filter(({ busy }) => busy)).toEqual([]);
    expect(theirs).toHaveLength(known.length);
    expect(Math.max(...theirs.map(({ waited = 0 }) => waited))).toBeLessThanOrEqual(2 * ms);
    // Most strangers are refused; some always get in.
    const strangers = outcomes.filter(({ lane }) => lane === 'unknown');
    expect(strangers.filter(({ busy }) => busy).length).toBeGreaterThan(strangers.length / 2);
    expect(strangers.filter(({ busy }) => !busy).length).toBeGreaterThan(60_000 / ms / 4);
  },
);

test('S7 an admitted stranger waits about a second at most, and a refused one is told how long the work takes', () => {
  const outcomes = play(1, every(10, 'unknown'), () => 300).filter(({ at }) => at > 10_000);
  const waits = outcomes.flatMap(({ waited }) => waited ?? []);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_300);
  for (const { busy } of outcomes) {
    if (!busy) continue;
    // Four orders, of 300 ms each.
    expect(busy).toEqual({ wait: 1_200, pace: 300 });
  }
});

test('S7 a slow hash shortens the backlog, and a fast one lengthens it only up to its limit', () => {
  const admitted = (ms: number) => {
    const warm = every(5_000, 'unknown');
    const burst = Array.from({ length: 50 }, () => ({ at: 60_000, lane: 'unknown' as const }));
    return play(1, [...warm, ...burst], () => ms).filter(({ at, busy }) => at === 60_000 && !busy).length;
  };
  expect([admitted(1), admitted(200), admitted(500), admitted(1_500)]).toEqual([9, 6, 3, 1]);
});

test('S7 with a constant flow of known orders strangers get every fourth turn', () => {
  const backlog = new Backlog<Order>(1);
  const order = (lane: Lane, number: number) => ({ lane, number });
  for (let i = 0; i < 3; i++) backlog.offer('unknown', order('unknown', i), 0);
  for (let i = 0; i < 12; i++) backlog.offer('known', order('known', i), 0);
  const turns = [];
  for (let next = backlog.take(0); next; next = backlog.take(0)) {
    turns.push(next.lane);
    backlog.ended(next, 0);
  }
  const four = ['known', 'known', 'known', 'unknown'];
  expect(turns).toEqual([...four, ...four, ...four, 'known', 'known', 'known']);
});

test('S7 with several hashes in parallel one is never a stranger’s', () => {
  const backlog = new Backlog<Order>(3);
  for (let i = 0; i < 6; i++) backlog.offer('unknown', { lane: 'unknown', number: i }, 0);
  expect([backlog.take(0)?.lane, backlog.take(0)?.lane, backlog.take(0)]).toEqual([
    'unknown',
    'unknown',
    undefined,
  ]);
  expect(backlog.offer('known', { lane: 'known', number: 0 }, 0)).toBeUndefined();
  expect(backlog.take(0)?.lane).toBe('known');
});

test('S7 a hash that the runtime has lost no longer counts', () => {
  const backlog = new Backlog<Order>(1);
  backlog.offer('known', { lane: 'known', number: 0 }, 0);
  expect(backlog.take(0)?.number).toBe(0);
  backlog.offer('known', { lane: 'known', number: 1 }, 5_000);
  expect(backlog.take(5_000)).toBeUndefined();
  backlog.offer('known', { lane: 'known', number: 2 }, 10_001);
  expect(backlog.take(10_001)?.number).toBe(1);
});
