/** Random floors and conversations for the tests of routing, and an independent definition of an eligible agent. */
import { receives } from '#domain/people/status';
import {
  askAgainAfter,
  choose,
  forwardingId,
  levelsFor,
  spaceOf,
  type Chance,
  type RoutedAgent,
  type Wanting,
} from '#domain/routing/routing';
import {
  conversationTypes,
  defaultRouting,
  methods,
  roles,
  statuses,
  type Level,
  type Method,
} from '#protocol';
import fc from 'fast-check';

export const now = 1_000_000;
export const groups = ['grp_a', 'grp_b', 'grp_c'];
export const named = (index: number) => `usr_${String(index).padStart(2, '0')}`;
export const agent = (index: number, more: Partial<RoutedAgent> = {}): RoutedAgent => ({
  id: named(index),
  status: 'online',
  connected: true,
  roles: ['agent'],
  groups: [],
  limits: { live: null, nrt: null },
  load: { live: 0, nrt: 0 },
  offered: false,
  givenAt: 0,
  ...more,
});
export const level = (id: string, users: readonly string[], more: Partial<Level> = {}): Level => ({
  ...{ id, title: id, users: [...users], groups: [], method: 'least_chats' },
  ...more,
});
export const fresh = (levels: Level[], more: Partial<Wanting> = {}): Wanting => ({
  ...{ type: 'live', transferred: null, chances: [] },
  routing: { ...defaultRouting, levels },
  ...more,
});
export const all = (count: number) => Array.from({ length: count }, (_, index) => named(index));
export const oneLevel = (method: Method, count = 99) => fresh([level('one', all(count), { method })]);
export const noTurns: ReadonlyMap<string, string> = new Map();
export const half = () => 0.5;
export const decide = (wanting: Wanting, agents: readonly RoutedAgent[], random = half) =>
  choose(wanting, agents, noTurns, now, random);

const limit = fc.option(fc.integer({ min: 1, max: 6 }));
const load = fc.integer({ min: 0, max: 6 });
export const floor = fc
  .array(
    fc.record({
      status: fc.oneof(
        { weight: 3, arbitrary: fc.constant('online' as const) },
        fc.constantFrom(...statuses),
      ),
      connected: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
      roles: fc.oneof({ weight: 4, arbitrary: fc.constant(['agent' as const]) }, fc.subarray([...roles])),
      groups: fc.subarray(groups),
      limits: fc.record({ live: limit, nrt: limit }),
      load: fc.record({ live: load, nrt: load }),
      offered: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
      givenAt: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((agents) => agents.map((each, index) => agent(index, each)));
const asked = {
  users: fc.subarray(all(12)),
  groups: fc.subarray(groups),
  method: fc.constantFrom(...methods),
};
export const levels = fc
  .array(fc.record(asked), { maxLength: 4 })
  .map((each) => each.map((one, index) => ({ ...one, id: `l${index}`, title: `Level ${index}` })));
const chance: fc.Arbitrary<Chance> = fc.record({
  agent: fc.constantFrom(...all(12)),
  why: fc.constantFrom('declined', 'expired', 'no_reply', 'returned'),
  at: fc.integer({ min: now - 2 * askAgainAfter, max: now }),
  level: fc.constantFrom('l0', 'l1', 'l2', 'l3', forwardingId),
});
export const wanted: fc.Arbitrary<Wanting> = fc.record({
  type: fc.constantFrom(...conversationTypes),
  routing: fc.record({
    levels,
    forwarding: fc.record({ enabled: fc.boolean(), ...asked }),
    forwardAfter: fc.constant(null),
    leaveLevel: fc.boolean(),
  }),
  transferred: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    fc.constant({}),
    fc.constantFrom(...groups).map((group) => ({ group })),
  ),
  chances: fc.array(chance, { maxLength: 4 }).map((each) => each.toSorted((a, b) => a.at - b.at)),
});
export const drawn = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** An independent definition: the agents who could get the conversation at all. */
export function eligible(each: RoutedAgent, { type, chances }: Wanting): boolean {
  const last = chances.findLast((had) => had.agent === each.id);
  return (
    each.roles.includes('agent') &&
    each.connected &&
    receives(each.status, type) &&
    spaceOf(each, type) > 0 &&
    !each.offered &&
    !(last && now < last.at + askAgainAfter)
  );
}
export const asks = (one: Level, each: RoutedAgent) =>
  one.users.includes(each.id) || one.groups.some((id) => each.groups.includes(id));
export const seated = (wanting: Wanting, each: RoutedAgent) =>
  levelsFor(wanting).some((one) => one.id === '~all' || asks(one, each));
