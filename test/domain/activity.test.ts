import { clip, type Span } from '#domain/base/span';
import {
  intervalsOf,
  openEnd,
  overdueBreaks,
  sum,
  type ActivityEntry,
  type Interval,
} from '#domain/people/activity';
import { shortBreak } from '#domain/people/status';
import { dayBounds } from '#domain/reports/day';
import { statuses } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const hour = 3_600_000;
const minute = 60_000;

const change = fc.oneof(
  fc.boolean().map((signedIn) => ({ kind: 'session.changed' as const, signedIn })),
  fc.constantFrom(...statuses).map((status) => ({ kind: 'status.changed' as const, status })),
  fc.boolean().map((connected) => ({ kind: 'presence.changed' as const, connected })),
);
/** A clock that mostly advances, sometimes stops, and sometimes goes back. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 5 * hour }) },
  fc.constant(0),
  fc.integer({ min: -2 * hour, max: -1 }),
);

const logFrom = (start: number) =>
  fc.array(fc.tuple(change, step), { maxLength: 60 }).map((drafts) => {
    let at = start;
    return drafts.map(([draft, passed], index): ActivityEntry => ({
      seq: index + 1,
      at: (at += passed),
      ...draft,
    }));
  });

/** An independent computation: the state at an instant, from all entries that had happened by then. */
function signedInTime(entries: readonly ActivityEntry[], { from, to }: Span): number {
  let [total, since, latest, signedIn] = [0, 0, 0, false];
  for (const entry of [...entries, { at: openEnd, kind: 'end' as const }]) {
    latest = Math.max(latest, entry.at);
    if (signedIn) total += Math.max(0, Math.min(latest, to) - Math.max(since, from));
    since = latest;
    if (entry.kind === 'session.changed') ({ signedIn } = entry);
  }
  return total;
}

const days = [
  ['Europe/Sofia', '2026-03-29', 23],
  ['Europe/Sofia', '2026-10-25', 25],
  ['Europe/Sofia', '2026-11-04', 24],
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['Asia/Kathmandu', '2026-02-28', 24],
  ['Africa/Cairo', '2026-04-24', 23],
  ['UTC', '2028-02-29', 24],
  ['Pacific/Apia', '2011-12-30', 0],
] as const;

test.each(days)(
  'F21 in %s the %s has %i hours, and the next day begins where it ends',
  (zone, day, length) => {
    const { from, to } = dayBounds(zone, day);
    expect((to - from) / hour).toBe(length);
    const next = new Date(Date.parse(day) + 24 * hour).toISOString().slice(0, 10);
    expect(dayBounds(zone, next).from).toBe(to);
    const date = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
    if (length > 0) expect([from, to - 1].map((at) => date.format(at))).toEqual([day, day]);
    expect(date.format(from - 1)).not.toBe(day);
  },
);

test.each(days)(
  'F21 in %s on the %s the statuses of any log add up to the time signed in, without gap or overlap',
  (zone, day) => {
    const span = dayBounds(zone, day);
    fc.assert(
      fc.property(logFrom(span.from - 8 * hour), (entries) => {
        const { intervals } = intervalsOf(entries);
        const seqs = intervals.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
        for (const [index, { from, to }] of intervals.entries()) {
          expect(from).toBeLessThanOrEqual(to);
          expect(intervals[index - 1]?.to ?? 0).toBeLessThanOrEqual(from);
        }
        const { total, away, statuses } = sum(clip(intervals, span));
        expect(total).toBe(signedInTime(entries, span));
        expect(Object.values(statuses).reduce((one, other) => one + other, away)).toBe(total);
      }),
    );
  },
);

test('F21 the days of a week add up to the week', () => {
  fc.assert(
    fc.property(logFrom(Date.UTC(2026, 9, 21)), (entries) => {
      const { intervals } = intervalsOf(entries);
      const week = Array.from({ length: 7 }, (_, index) =>
        dayBounds('Europe/Sofia', `2026-10-${22 + index}`),
      );
      const whole = { from: week[0]?.from ?? 0, to: week.at(-1)?.to ?? 0 };
      const each = week.reduce((total, day) => total + sum(clip(intervals, day)).total, 0);
      expect(each).toBe(sum(clip(intervals, whole)).total);
      const over = week.map((day) => overdueBreaks(clip(intervals, { from: 0, to: whole.to }), day).length);
      expect(over.reduce((one, other) => one + other, 0)).toBe(
        overdueBreaks(clip(intervals, { from: 0, to: whole.to }), whole).length,
      );
    }),
  );
});

test('F21 cut into pieces anywhere, and with pieces repeated, the result is the same', () => {
  fc.assert(
    fc.property(logFrom(0), fc.array(fc.nat(60)), (entries, cuts) => {
      const rows = new Map<number, Interval>();
      const write = (intervals: readonly Interval[]) => {
        for (const interval of intervals) {
          const known = rows.get(interval.seq);
          if (!known || interval.to < known.to) rows.set(interval.seq, interval);
        }
      };
      for (const cut of [...cuts, entries.length]) {
        const { activity } = intervalsOf(entries.slice(0, cut));
        write(intervalsOf(entries.slice(cut, cut + 20), activity).intervals);
        write(intervalsOf(entries.slice(0, cut)).intervals);
      }
      const sorted = [...rows.values()].sort((a, b) => a.seq - b.seq);
      expect(sorted).toEqual(intervalsOf(entries).intervals);
    }),
  );
});

const interval = (from: number, to: number, more: Partial<Interval> = {}): Interval => ({
  ...{ seq: 1, from: from * minute, to: to * minute, status: 'short_break', connected: true },
  ...more,
});

test('F15 F21 of a short break over 15 minutes the excess counts, even across a closed tab or midnight', () => {
  const all = { from: 0, to: 1_000 * minute };
  expect(shortBreak).toBe(15 * minute);
  expect(overdueBreaks([interval(0, 15)], all)).toEqual({ count: 0, length: 0 });
  expect(overdueBreaks([interval(0, 16), interval(20, 40)], all)).toEqual({ count: 2, length: 6 * minute });
  const torn = [interval(0, 10), interval(10, 12, { connected: false }), interval(12, 17)];
  expect(overdueBreaks(torn, all)).toEqual({ count: 1, length: 2 * minute });
  expect(overdueBreaks([interval(0, 90, { status: 'dinner' })], all)).toEqual({ count: 0, length: 0 });
  const [before, after] = [
    { from: 0, to: 100 * minute },
    { from: 100 * minute, to: 200 * minute },
  ];
  expect(overdueBreaks([interval(90, 110)], before)).toEqual({ count: 0, length: 0 });
  expect(overdueBreaks([interval(90, 110)], after)).toEqual({ count: 1, length: 5 * minute });
  expect(overdueBreaks([interval(80, 110)], before)).toEqual({ count: 1, length: 5 * minute });
});
