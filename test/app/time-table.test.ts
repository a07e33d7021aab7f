/** The figures of a day on the screen add up. */
import { sum } from '#domain/people/activity';
import { statuses, type TimeTableRow } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clockLength,
  shortestAbsence,
  shownRow,
  statusesIn,
  together,
} from '../../app/src/routes/(signed-in)/console/time-table/days.ts';

type Interval = TimeTableRow['intervals'][number];

const rowOf = (intervals: Interval[]): TimeTableRow => ({
  ...{ id: 'usr_1', name: 'Ivan', photo: null, deleted: false, overdue: { count: 0, length: 0 } },
  ...sum(intervals),
  intervals,
});
const tiling = fc
  .array(
    fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 4_000_000 })),
      gap: fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, fc.integer({ min: 1, max: 100_000 })),
      status: fc.constantFrom(...statuses),
      connected: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((parts) => {
    let at = 1_795_000_000_123;
    return rowOf(
      parts.map(({ length, gap, ...rest }) => {
        const from = at + gap;
        at = from + length;
        return { ...rest, from, to: at };
      }),
    );
  });

/** The seconds shown on the screen. */
function read(length: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = length.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
}
const add = (lengths: string[]) => lengths.reduce((total, length) => total + read(length), 0);

test('F21 the figures of a row, and those of the last row, add up as they are read', () => {
  fc.assert(
    fc.property(fc.array(tiling, { maxLength: 5 }), (table) => {
      const rows = table.map(shownRow);
      const held = statusesIn(rows);
      for (const { statuses: had, away, total, intervals } of rows) {
        const figures = [...held.map((status) => clockLength(had[status] ?? 0)), clockLength(away)];
        expect(add(figures)).toBe(read(clockLength(total)));
        expect(add(intervals.map(({ from, to }) => clockLength(to - from)))).toBe(read(clockLength(total)));
      }
      const totals = rows.map(({ total }) => clockLength(total));
      expect(add(totals)).toBe(read(clockLength(together(rows, ({ total }) => total))));
    }),
  );
});

test('F21 the intervals shown cover the real ones, without overlaps and without short absences', () => {
  fc.assert(
    fc.property(tiling, (row) => {
      const { intervals, total } = shownRow(row);
      // Each stretch without a gap may lose part of a second at either end.
      expect(Math.abs(total - row.total)).toBeLessThan(1_000 * (row.intervals.length + 1));
      for (const [at, { from, to, status, connected }] of intervals.entries()) {
        expect(from).toBeLessThan(to);
        const next = intervals[at + 1];
        if (!next) continue;
        expect(to).toBeLessThanOrEqual(next.from);
        if (to !== next.from) continue;
        expect([status, connected]).not.toEqual([next.status, next.connected]);
        for (const each of [intervals[at], next])
          expect(each?.connected === false && each.to - each.from < shortestAbsence).toBe(false);
      }
    }),
  );
});

test('F21 a reload of the page adds no row', () => {
  const at = 1_795_000_000_000;
  const interval = (from: number, to: number, connected: boolean): Interval => ({
    ...{ from: at + from, to: at + to, status: 'online', connected },
  });
  const day = [interval(0, 60_000, true), interval(60_000, 61_500, false), interval(61_500, 90_000, true)];
  const long = interval(90_000, 90_000 + shortestAbsence, false);
  expect(shownRow(rowOf([...day, long]))).toMatchObject({
    intervals: [interval(0, 90_000, true), long],
    ...{ total: 120_000, away: 30_000, statuses: { online: 90_000 } },
  });
  expect(clockLength(7 * 3_600_000 + 5 * 60_000 + 9_999)).toBe('7:05:09');
});
