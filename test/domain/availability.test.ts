/** Availability, compared with what routing would do with a visitor's question. */
import { availabilityOf } from '#domain/floor/availability';
import { choose, type RoutedAgent } from '#domain/routing/routing';
import { defaultRouting, statuses } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawn, floor, now, wanted } from './floors.ts';

const nobody: RoutedAgent = {
  ...{ id: 'usr_a', status: 'online', connected: true, roles: ['agent'], groups: [] },
  ...{ limits: { live: 1, nrt: null }, load: { live: 0, nrt: 0 }, offered: false, givenAt: 0 },
};
const queue = { routing: defaultRouting, transferred: null };
const of = (more: Partial<RoutedAgent>) => availabilityOf(queue, [{ ...nobody, ...more }]);

test('F13 F20 of all statuses only Online serves visitors', () => {
  expect(statuses.filter((status) => of({ status }) !== 'away')).toEqual(['online']);
});

test('F150 without agents it is away, with full ones busy, with capacity available', () => {
  expect(availabilityOf(queue, [])).toBe('away');
  expect(of({ load: { live: 1, nrt: 0 } })).toBe('busy');
  expect(of({})).toBe('available');
  expect(of({ load: { live: 0, nrt: 9 } })).toBe('available');
  expect(of({ limits: { live: null, nrt: null }, load: { live: 99, nrt: 0 } })).toBe('available');
  expect(of({ connected: false })).toBe('away');
  expect(of({ roles: ['supervisor'] })).toBe('away');
});

test('F96 only agents whom the campaign’s levels ask count', () => {
  const level = { id: 'l', title: '', users: [], groups: ['grp_a'], method: 'random' as const };
  const sales = { routing: { ...defaultRouting, levels: [level] }, transferred: null };
  expect(availabilityOf(sales, [nobody])).toBe('away');
  expect(availabilityOf(sales, [{ ...nobody, groups: ['grp_a'] }])).toBe('available');
});

test('F150 an availability is `available` exactly if routing would find an agent without a pending offer', () => {
  fc.assert(
    fc.property(floor, wanted, drawn, (agents, wanting, random) => {
      const calm = agents.map((each) => ({ ...each, offered: false }));
      const question = { ...wanting, type: 'live' as const, chances: [] };
      const { agent, passedOver } = choose(question, calm, new Map(), now, () => random);
      const full = passedOver.some(({ why }) => why === 'full');
      const expected = agent ? 'available' : full ? 'busy' : 'away';
      expect(availabilityOf(question, calm)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
});
