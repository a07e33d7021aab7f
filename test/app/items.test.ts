import { noMarks } from '#domain/conversation/marks';
import type { Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsOf } from '../../app/src/lib/chat/items.ts';
import { ada, assigned, ben, logs, message, start, started, visitor } from './makers.ts';

const minute = 60_000;
const zone = 'Europe/Lisbon';

test('every message of the log is shown once, in order', () => {
  fc.assert(
    fc.property(logs, (log) => {
      const shown = itemsOf(log, { zone }).flatMap((item) =>
        item.kind === 'message' ? [item.entry.seq] : [],
      );
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
        const { by } = item.entry;
        const sender = by.kind === 'system' ? '' : by.id;
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
  expect(items.map((item) => item.kind)).toEqual(['day', 'message', 'system', 'unread', 'message']);
  expect(items.map((item) => (item.kind === 'message' ? item.progress : undefined))).toEqual(
    Array.from({ length: 5 }, () => undefined),
  );
});

test('F48 the beginning of a log is a card above the first day, and has no line of its own', () => {
  const began = started(1, start);
  const items = itemsOf([began, message(2, visitor, start)], { zone });
  expect(items.map((item) => item.kind)).toEqual(['start', 'day', 'message']);
  expect(items[0]).toEqual({ kind: 'start', key: 'start', entry: began });
  expect(itemsOf([message(2, visitor, start)], { zone }).map((item) => item.kind)).toEqual([
    'day',
    'message',
  ]);
});

test('F62 an automatic text is nobody’s message; the one at the beginning is on the card', () => {
  const automatic = (seq: number, moment: 'opening' | 'closing'): Entry => ({
    ...{ seq, at: start, by: { kind: 'system' }, kind: 'automatic.sent', moment, text: `words ${seq}` },
  });
  const log = [
    started(1, start),
    automatic(2, 'opening'),
    message(3, visitor, start),
    automatic(4, 'closing'),
  ];
  const items = itemsOf(log, { zone });
  expect(items.map((item) => item.kind)).toEqual(['start', 'day', 'message', 'system']);
  expect([items[0], items[3]]).toMatchObject([{ opening: 'words 2' }, { text: 'words 4' }]);
  // The beginning is not loaded.
  expect(itemsOf(log.slice(1), { zone }).map((item) => item.kind)).toEqual([
    'day',
    'system',
    'message',
    'system',
  ]);
});

test('a revision has no line, and parts no group', () => {
  const edited: Entry = {
    ...{ seq: 2, at: start, by: ben, kind: 'message.edited', id: 'edit', target: 1, of: 'message' },
    text: 'better words',
  };
  const items = itemsOf([message(1, ben, start), edited, message(3, ben, start)], { zone });
  expect(items.slice(1)).toMatchObject([
    { kind: 'message', entry: { seq: 1, text: 'better words', edited: start }, first: true, last: false },
    { kind: 'message', entry: { seq: 3 }, first: false, last: true },
  ]);
});

test('a chat that is wholly new to its reader has no unread divider', () => {
  const log = [started(1, start), message(2, visitor, start), message(3, visitor, start)];
  const drawn = (entries: Entry[], unreadAfter: number) =>
    itemsOf(entries, { zone, unreadAfter }).some((item) => item.kind === 'unread');
  expect(drawn(log, 0)).toBe(false);
  expect(drawn(log, 2)).toBe(true);
  // The messages before it are not loaded.
  expect(drawn(log.slice(1), 1)).toBe(true);
});

test('F62 messages of the system stand alone, between the groups of people', () => {
  const log = [
    message(1, visitor, start),
    message(2, { kind: 'system' }, start),
    message(3, visitor, start),
    message(4, visitor, start),
  ];
  const groups = itemsOf(log, { zone }).map((item) =>
    item.kind === 'message' ? [item.first, item.last] : item.kind,
  );
  expect(groups).toEqual(['day', [true, true], 'system', [true, false], [false, true]]);
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
    itemsOf(log, { zone }).flatMap((item) =>
      item.kind === 'event' ? [[item.entry.kind, item.note?.text]] : [],
    );
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

test('a chat that loses its owner and gets another at once tells both in one line', () => {
  const left = {
    ...{ seq: 2, at: start, by: { kind: 'system' }, kind: 'agent.unassigned', agent: ben, generation: 1 },
    reason: 'no_reply',
  } as Entry;
  const given = (at: number) =>
    ({ ...assigned(3, at), agent: ada, by: { kind: 'system' }, generation: 2, how: 'routed' }) as Entry;
  const lines = (log: Entry[]) =>
    itemsOf(log, { zone }).flatMap((item) =>
      item.kind === 'event' ? [[item.cause?.kind, item.entry.kind, item.key]] : [],
    );
  expect(lines([assigned(1, start), left, given(start + 200)])).toEqual([
    [undefined, 'agent.assigned', 'event:1'],
    ['agent.unassigned', 'agent.assigned', 'event:3'],
  ]);
  // It waited in the queue.
  expect(lines([left, given(start + minute)])).toEqual([
    [undefined, 'agent.unassigned', 'event:2'],
    [undefined, 'agent.assigned', 'event:3'],
  ]);
  // The message between them keeps them apart.
  expect(lines([left, message(3, visitor, start), { ...given(start), seq: 4 }])).toHaveLength(2);
  const sales = { kind: 'group', id: 'grp_1', name: 'Sales' };
  const transfer = { seq: 1, at: start, by: ben, kind: 'conversation.transferred', to: sales, note: 'knows' };
  const gone = { ...left, reason: 'transferred' } as Entry;
  const items = itemsOf([transfer as Entry, gone, given(start)], { zone });
  expect(items.slice(1)).toMatchObject([
    {
      cause: { kind: 'conversation.transferred' },
      entry: { kind: 'agent.assigned' },
      note: { text: 'knows', by: ben },
    },
  ]);
});

test('an entry of an unknown kind is skipped', () => {
  const unknown = { seq: 1, at: start, by: visitor, kind: 'goal.reached' } as unknown as Entry;
  expect(itemsOf([unknown, message(2, visitor, start)], { zone }).map((item) => item.kind)).toEqual([
    'day',
    'message',
  ]);
});

test('CMD-29 a note is a line of its own between groups, in its revised form, and keeps its key once it is sent', () => {
  const noted: Entry = { seq: 2, at: start, by: ben, kind: 'note.added', id: 'n', text: 'old' };
  const edited: Entry = {
    seq: 4,
    at: start,
    by: ben,
    kind: 'message.edited',
    id: 'e',
    target: 2,
    of: 'note',
    text: 'new',
  };
  const log = [message(1, ben, start), noted, message(3, ben, start), edited];
  expect(itemsOf(log, { zone })).toMatchObject([
    { kind: 'day' },
    { kind: 'message', first: true, last: true },
    { kind: 'note', entry: { text: 'new', edited: start } },
    { kind: 'message', first: true, last: true },
  ]);
  const frame = { t: 'note.add', id: 'n', text: 'old', mentions: [{ id: 'usr_ada', name: 'Ada' }] } as const;
  const pending = [{ id: 'n', frame: { ...frame, mentions: [...frame.mentions] }, at: start }];
  const [line] = itemsOf([], { zone, pending, me: ben.id });
  expect(line).toEqual({
    ...{ kind: 'pending note', key: 'note:agent:usr_ben:n', pending: pending[0], text: 'old' },
    mentions: frame.mentions,
  });
  expect(itemsOf([noted], { zone }).at(-1)?.key).toBe('note:agent:usr_ben:n');
});
