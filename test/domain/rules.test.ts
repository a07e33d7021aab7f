import { reconnectDelay, retryDelay } from '#domain/base/backoff';
import * as bucket from '#domain/base/bucket';
import {
  firstWindow,
  laterWindow,
  firstPage,
  pageEntries,
  pageLength,
  paginate,
  windowOf,
} from '#domain/conversation/archive';
import { advance, arrive, changeOwner, noMarks } from '#domain/conversation/marks';
import { needsOnline, can, rights } from '#domain/people/rights';
import { originAllowed } from '#domain/sites/origins';
import { type Action, type Principal, roles, type Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('I5: pages contain every entry once, in order, and none is over its size', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 50, max: 60_000 }), { maxLength: 600 }), (lengths) => {
      let page = firstPage;
      const pages = [];
      for (const length of lengths) {
        const next = paginate(page, length);
        if (next.first !== page.first) pages.push(page);
        page = next;
      }
      pages.push(page);
      expect(pages.reduce((sum, { count }) => sum + count, 0)).toBe(lengths.length);
      let first = 1;
      for (const each of pages) {
        expect(each.first).toBe(first);
        expect(each.count).toBeLessThanOrEqual(pageEntries);
        expect(each.length).toBeLessThan(pageLength + 60_001);
        first += each.count;
      }
    }),
  );
});

test('a conversation reaches the archive soon; later entries wait to be batched, but never for long', () => {
  const windows = (missing: number[], begun: boolean, spread: number) =>
    missing.map((each) => windowOf(each, begun, spread));
  expect(windows([1, 2 * pageEntries - 1], false, 0)).toEqual([firstWindow, firstWindow]);
  expect(windows([1, 2 * pageEntries - 1], true, 0)).toEqual([laterWindow, laterWindow]);
  expect(windows([5, 4 * pageEntries - 1], true, 0.8)).toEqual([laterWindow * 0.8, 0]);
  expect([false, true].map((begun) => windowOf(1, begun, 0, 1_500))).toEqual([1_500, 1_500]);
  expect(windows([2 * pageEntries, 5_000], true, 0)).toEqual([0, 0]);
  expect(windows([4 * pageEntries], false, 1)).toEqual([0]);
});

const message = (seq: number, by: 'visitor' | 'agent'): Entry => ({
  seq,
  at: seq,
  kind: 'message.sent',
  id: '0',
  text: '',
  by: by === 'agent' ? { kind: 'agent', id: 'usr_a', name: 'A' } : { kind: 'visitor', id: 'vis_a' },
});

test('F37: a message marks all earlier ones as read for its sender; a message of the system moves no mark and is unread for nobody', () => {
  const bySystem = { ...message(3, 'visitor'), by: { kind: 'system' } } as Entry;
  const log = [message(1, 'visitor'), message(2, 'visitor'), bySystem];
  const before = log.reduce(arrive, noMarks);
  expect(before).toEqual({
    visitor: { delivered: 2, read: 2, unread: 0 },
    agent: { delivered: 0, read: 0, unread: 2 },
  });
  expect(arrive(before, message(4, 'agent'))).toEqual({
    visitor: { delivered: 2, read: 2, unread: 1 },
    agent: { delivered: 4, read: 4, unread: 0 },
  });
});

test('F37 F35: unread are the other side’s messages after the mark, in whatever order reports arrive', () => {
  const event = fc.oneof(
    fc.constantFrom({ write: 'visitor' as const }, { write: 'agent' as const }, { owner: true as const }),
    fc.record({
      side: fc.constantFrom('visitor' as const, 'agent' as const),
      read: fc.nat(60),
      delivered: fc.nat(60),
    }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const log: Entry[] = [];
      const count = (side: 'visitor' | 'agent') => (after: number) =>
        log.filter((entry) => entry.seq > after && entry.by.kind !== side).length;
      let marks = noMarks;
      for (const each of events) {
        if ('write' in each) {
          log.push(message(log.length + 1, each.write));
          marks = arrive(marks, log.at(-1) as Entry);
        } else if ('owner' in each) marks = changeOwner(marks, count('agent'));
        else {
          const next = advance(marks, each.side, each, log.length, count(each.side));
          expect(next[each.side].read).toBeGreaterThanOrEqual(marks[each.side].read);
          marks = next;
        }
        for (const side of ['visitor', 'agent'] as const) {
          expect(marks[side].unread).toBe(count(side)(marks[side].read));
          expect(marks[side].delivered).toBeGreaterThanOrEqual(marks[side].read);
          expect(marks[side].delivered).toBeLessThanOrEqual(log.length);
        }
      }
    }),
  );
});

test('CMD-15: a bucket lets through its burst and its rate, and not one more', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -500, max: 2_000 }), { maxLength: 200 }), (waits) => {
      let now = 0;
      let latest = 0;
      let held = bucket.fill(20, now);
      let through = 0;
      for (const wait of waits) {
        now += wait;
        latest = Math.max(latest, now);
        const taken = bucket.take(held, 10, 20, now);
        held = taken.bucket;
        if (taken.wait === 0) through++;
        expect(taken.wait).toBeLessThanOrEqual(100);
      }
      const back = waits.filter((wait) => wait < 0).reduce((sum, wait) => sum - wait, 0);
      expect(through).toBeLessThanOrEqual(20 + ((latest + back) / 1_000) * 10 + 1);
    }),
  );
});

test('SOC-13: attempts come after nought to a second, doubling to half a minute', () => {
  const attempts = fc.integer({ min: 1, max: 10_000 });
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(attempts, random, (n, r) => {
      expect(reconnectDelay(n, r)).toBeLessThanOrEqual(Math.min(30_000, 1_000 * 2 ** Math.min(n - 1, 10)));
      expect(retryDelay(n, r)).toBeGreaterThanOrEqual(800);
      expect(retryDelay(n, r)).toBeLessThanOrEqual(72_000);
    }),
  );
  expect(reconnectDelay(1, 1)).toBe(1_000);
  expect(reconnectDelay(50, 1)).toBe(30_000);
});

test.each([
  ['https://shop.example', ['https://shop.example'], true],
  ['https://SHOP.example', ['https://shop.example'], true],
  ['https://shop.example:443', ['https://shop.example'], true],
  ['http://shop.example', ['https://shop.example'], false],
  ['https://shop.example:8443', ['https://shop.example'], false],
  ['https://shop.example.evil.test', ['https://shop.example'], false],
  ['https://evilshop.example', ['https://shop.example'], false],
  ['https://a.shop.example', ['https://shop.example'], false],
  ['https://a.shop.example', ['https://*.shop.example'], true],
  ['https://a.b.shop.example', ['https://*.shop.example'], true],
  ['https://shop.example', ['https://*.shop.example'], false],
  ['https://notshop.example', ['https://*.shop.example'], false],
  ['null', ['null'], false],
  ['', ['https://shop.example'], false],
  [null, ['https://shop.example'], false],
  ['https://user@shop.example', ['https://shop.example'], false],
] as const)('S11: origin %s against %s is %s', (origin, allowed, expected) => {
  expect(originAllowed(origin, allowed)).toBe(expected);
});

const somebody = {
  kind: 'user',
  account: 'acc_a',
  id: 'usr_a',
  name: 'A',
  manages: true,
  session: 's',
} as const;
const floorRights = [
  ...['conversation.follow', 'conversation.write', 'conversation.take', 'floor.watch'],
  'canned.use',
];
const rightsOf = (user: Principal) =>
  (Object.keys(rights) as Action[]).filter((action) => can(user, action, { account: 'acc_a' }));

test('F6 I13: no right reaches beyond the account’s border, and a visitor’s ends at their own conversation', () => {
  const actions = [...Object.keys(rights), 'deployment.operate'] as Action[];
  for (const action of actions) {
    const user = { ...somebody, roles };
    const visitor = { kind: 'visitor', account: 'acc_a', id: 'vis_a', site: 'sit_a' } as const;
    expect(can(user, action, { account: 'acc_b' })).toBe(false);
    expect(can({ ...user, roles: [] }, action, { account: 'acc_a' })).toBe(false);
    expect(can(visitor, action, { account: 'acc_a', visitor: 'vis_b' })).toBe(false);
    expect(can(visitor, action, { account: 'acc_b', visitor: 'vis_a' })).toBe(false);
    expect(can(visitor, action, { account: 'acc_a' })).toBe(false);
    expect(can({ kind: 'operator' }, action)).toBe(action === 'deployment.operate');
  }
});

test('F6: an agent has no right of the console', () => {
  expect(rightsOf({ ...somebody, roles: ['agent'] })).toEqual(floorRights);
});

test('F7: a manager whose access to the console is taken away has an agent’s rights', () => {
  for (const role of ['supervisor', 'administrator'] as const) {
    expect(rightsOf({ ...somebody, roles: [role] }).length).toBeGreaterThan(floorRights.length);
    expect(rightsOf({ ...somebody, roles: [role], manages: false })).toEqual(floorRights);
  }
});

test('F19: an offline agent has no access to conversations, and keeps all other rights', () => {
  const closed = ['conversation.follow', 'conversation.write', 'conversation.take'];
  for (const role of roles) {
    const user = { ...somebody, roles: [role] };
    const offline = { ...user, offline: true };
    expect(rightsOf(offline)).toEqual(rightsOf(user).filter((action) => !closed.includes(action)));
    for (const action of Object.keys(rights) as Action[]) {
      expect(needsOnline(offline, action, { account: 'acc_a' })).toBe(closed.includes(action));
      expect(needsOnline(user, action, { account: 'acc_a' })).toBe(false);
      expect(needsOnline(offline, action, { account: 'acc_b' })).toBe(false);
    }
  }
});

test('F6: each role may do all that the role below it may', () => {
  const each = roles.map((role) => rightsOf({ ...somebody, roles: [role] }));
  for (const [index, below] of each.slice(0, -1).entries())
    expect(each[index + 1]).toEqual(expect.arrayContaining(below));
  // A user with two roles may do what either may.
  expect(rightsOf({ ...somebody, roles: ['agent', 'supervisor'] })).toEqual(each[1]);
});
