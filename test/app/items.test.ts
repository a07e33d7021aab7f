import { noMarks } from '#domain/conversation/marks';
import type { Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsOf } from '../../app/src/lib/chat/items.ts';
import { ada, assigned, ben, logs, message, start, visitor } from './makers.ts';

const minute = 60_000;
const zone = 'Europe/Lisbon';

test('every message of the log is shown once, in order', () => {
  fc.assert(
    fc.property(logs, (log) => {
      const shown = itemsOf(log, { zone }).flatMap((item) => (item.kind === 'message' ? [item.seq] : []));
      expect(shown).toEqual(log.filter((entry) => entry.kind === 'message.sent').map((entry) => entry.seq));
    }),
  );
});

test('keys are unique, and unchanged when items are added above', () => {
  fc.assert(
    fc.property(logs, fc.nat(), (log, cut) => {
      const keys = (entries: Entry[]) =>
        itemsOf(entries, { zone }).flatMap((item) => (item.kind === 'day' ? [] : [item.key]));
      const all = keys(log);
      expect(new Set(all).size).toBe(all.length);
      const tail = keys(log.slice(log.length === 0 ? 0 : cut % log.length));
      expect(all.slice(all.length - tail.length)).toEqual(tail);
    }),
  );
});

test('each group has one first message, one last message and one sender', () => {
  fc.assert(
    fc.property(logs, (log) => {
      let open: string | null = null;
      for (const item of itemsOf(log, { zone })) {
        if (item.kind !== 'message') {
          expect(open).toBeNull();
          continue;
        }
        const sender = item.by.kind === 'system' ? '' : item.by.id;
        expect(item.first).toBe(open === null);
        if (open !== null) expect(sender).toBe(open);
        open = item.last ? null : sender;
      }
      expect(open).toBeNull();
    }),
  );
});

test('an id that another sender has used already does not confuse the list', () => {
  const items = itemsOf([message(1, ben, start, 'same'), message(2, visitor, start, 'same')], { zone });
  expect(new Set(items.map((item) => item.key)).size).toBe(items.length);
});

test('a day begins with a divider', () => {
  const log = [message(1, visitor, start), message(2, visitor, start + 24 * 60 * minute)];
  expect(itemsOf(log, { zone }).map((item) => item.kind)).toEqual(['day', 'message', 'day', 'message']);
});

test('an unsent message joins the sender’s group, and keeps its key when it is sent', () => {
  const pending = { id: 'id-2', frame: { t: 'message.send', id: 'id-2', text: 'more' }, at: start } as const;
  const before = itemsOf([message(1, ben, start)], { zone, pending: [pending], me: ben.id });
  expect(before.slice(1)).toMatchObject([
    { kind: 'message', last: false },
    { kind: 'pending', first: false, last: true },
  ]);
  const after = itemsOf([message(1, ben, start), message(2, ben, start, 'id-2')], { zone });
  expect(after.at(-1)?.key).toBe(before.at(-1)?.key);
});

test('the unread divider is above the first unseen message, and never among the reader’s own messages', () => {
  const log = [
    message(1, visitor, start),
    message(2, ben, start),
    assigned(3, start),
    message(4, visitor, start),
  ];
  const kinds = itemsOf(log, { zone, unreadAfter: 1 }).map((item) => item.kind);
  expect(kinds).toEqual(['day', 'message', 'message', 'event', 'unread', 'message']);
  expect(itemsOf(log, { zone, unreadAfter: 4 }).some((item) => item.kind === 'unread')).toBe(false);
});

test('a message of the system is nobody’s: no line of the unread stands before it, and it tells no progress', () => {
  const marks = { ...noMarks, visitor: { delivered: 9, read: 9, unread: 0 } };
  const log = [message(1, visitor, start), message(2, { kind: 'system' }, start), message(3, visitor, start)];
  const items = itemsOf(log, { zone, marks, unreadAfter: 1 });
  expect(items.map((item) => item.kind)).toEqual(['day', 'message', 'message', 'unread', 'message']);
  expect(items.map((item) => (item.kind === 'message' ? item.progress : undefined))).toEqual(
    Array.from({ length: 5 }, () => undefined),
  );
});

test('a message shows its delivery state', () => {
  const marks = { ...noMarks, visitor: { delivered: 3, read: 2, unread: 0 } };
  const log = [
    message(2, ben, start),
    message(3, ada, start),
    message(4, ben, start),
    message(5, visitor, start),
  ];
  const progress = itemsOf(log, { zone, marks }).map((item) =>
    item.kind === 'message' ? item.progress : item.kind,
  );
  expect(progress).toEqual(['day', 'seen', 'delivered', 'sent', undefined]);
});

test('a handover is one line with its note, also if its transfer is not loaded', () => {
  const transferred = (seq: number, to: typeof ada | { kind: 'group'; id: string; name: string }) =>
    ({ seq, at: start, by: ben, kind: 'conversation.transferred', to, note: 'knows tents' }) as Entry;
  const given: Entry = {
    ...assigned(3, start),
    kind: 'agent.assigned',
    agent: ada,
    by: ben,
    generation: 2,
    how: 'transferred',
  };
  const lines = (log: Entry[]) =>
    itemsOf(log, { zone }).flatMap((item) => (item.kind === 'event' ? [[item.entry.kind, item.note]] : []));
  expect(lines([assigned(1, start), transferred(2, ada), given])).toEqual([
    ['agent.assigned', undefined],
    ['agent.assigned', 'knows tents'],
  ]);
  expect(lines([given])).toEqual([['agent.assigned', undefined]]);
  const sales = { kind: 'group', id: 'grp_1', name: 'Sales' } as const;
  const left: Entry = {
    seq: 3,
    at: start,
    by: ben,
    kind: 'agent.unassigned',
    agent: ben,
    generation: 1,
    reason: 'transferred',
  };
  expect(lines([assigned(1, start), transferred(2, sales), left])).toEqual([
    ['agent.assigned', undefined],
    ['conversation.transferred', 'knows tents'],
  ]);
  // A transfer without a change of owner is a line of its own.
  expect(lines([transferred(2, ada), { ...given, seq: 9 }])).toEqual([
    ['conversation.transferred', 'knows tents'],
    ['agent.assigned', undefined],
  ]);
});

test('an entry of an unknown kind is skipped', () => {
  const unknown = { seq: 1, at: start, by: visitor, kind: 'goal.reached' } as unknown as Entry;
  expect(itemsOf([unknown, message(2, visitor, start)], { zone }).map((item) => item.kind)).toEqual([
    'day',
    'message',
  ]);
});
