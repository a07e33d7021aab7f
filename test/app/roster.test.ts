import type { ConversationState } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byHand, foldFloor, group, groupOf, mergeRows, recentKept } from '../../app/src/lib/floor/roster.ts';
import { ada, ben, floorRow, row, start, visitor } from './makers.ts';

const state: ConversationState = {
  id: 'con_one',
  head: 5,
  phase: 'active',
  type: 'live',
  target: null,
  released: null,
  owner: ben,
  generation: 1,
  campaign: { id: 'cam_one', name: 'Shop' },
  site: 'sit_one',
  visitor: { id: 'vis_one', name: 'Marta', blocked: false, here: true },
  ordinal: 1,
  startedAt: start,
  assignedAt: start + 10,
  firstAssignedAt: start + 10,
  firstReplyAt: null,
  activeAt: start + 10,
  messages: { visitor: 1, agent: 0 },
  lastMessage: null,
  closed: null,
};

test('F38 a waiting conversation whose visitor is present is shown as waiting for an answer', () => {
  expect(groupOf(row(), ben.id)).toBe('waiting');
});

test('F39 a taken chat is yours before the first message', () => {
  expect(groupOf(row({ phase: 'active', owner: ben, generation: 1 }), ben.id)).toBe('yours');
});

test('F42 a colleague’s chat is in the group of others', () => {
  expect(groupOf(row({ phase: 'active', owner: ada }), ben.id)).toBe('others');
});

test('a visitor who left before an answer stays unanswered, with any messages in between and under any assignment mode', () => {
  const gone = { visitor: { id: 'vis_one', here: false } };
  const said = (by: typeof visitor | typeof ben) => ({ last: { seq: 3, at: start, by, text: 'hi' } });
  const routed = { ...byHand, routed: true };
  for (const handing of [byHand, routed]) {
    expect(groupOf(row(gone), ben.id, handing)).toBe('unanswered');
    expect(groupOf(row({ ...gone, ...said(visitor), generation: 2 }), ben.id, handing)).toBe('unanswered');
    // An agent wrote the last message: the visitor has a reply.
    expect(groupOf(row({ ...gone, ...said(ben), generation: 2 }), ben.id, handing)).toBe('recent');
    expect(groupOf(row({ ...gone, type: 'nrt' }), ben.id, handing)).toBe('requests');
    expect(groupOf(row({ phase: 'closed', owner: ben }), ben.id, handing)).toBe('recent');
  }
});

test('ENT-19 of the same last message the source that is further has the present text', () => {
  const said = { seq: 3, at: start, by: ada };
  const [written, gone] = [
    { ...said, text: 'my card' },
    { ...said, text: '', deleted: true as const },
  ];
  const merged = (seq: number, head: number, inRow: typeof written | typeof gone, inState: typeof inRow) => {
    const floor = new Map([['con_one', floorRow({ seq, last: inRow })]]);
    const summary = { state: { ...state, head, lastMessage: inState }, unread: 0 };
    const open = { ...state, head, lastMessage: inState };
    return [mergeRows(floor, new Map([['con_one', summary]]), null), mergeRows(floor, new Map(), open)].map(
      (rows) => rows.get('con_one')?.last,
    );
  };
  expect(merged(5, 4, gone, written)).toEqual([gone, gone]);
  expect(merged(4, 5, written, gone)).toEqual([gone, gone]);
  const floor = foldFloor(new Map(), [floorRow({ seq: 4, last: written })]);
  expect(foldFloor(floor, [floorRow({ seq: 5, last: gone })]).get('con_one')?.last).toEqual(gone);
  expect(foldFloor(floor, [], [{ id: 'con_one', last: written }]).get('con_one')?.last).toEqual(written);
});

test('the latest of all known last messages is shown, from any source', () => {
  const last = (seq: number) => ({ seq, at: start, by: ada, text: `words ${seq}` });
  const floor = foldFloor(
    new Map(),
    [floorRow({ last: last(2) })],
    [
      { id: 'con_one', last: last(4) },
      { id: 'con_gone', last: last(9) },
    ],
  );
  expect([...floor.keys()]).toEqual(['con_one']);
  // A late row, or one of an earlier server, does not restore an older message.
  for (const row of [floorRow({ seq: 3, last: last(3) }), floorRow({ seq: 3 })])
    expect(foldFloor(floor, [row]).get('con_one')?.last?.seq).toBe(4);
  const shown = (change: Partial<ConversationState>) => {
    const summary = { state: { ...state, ...change }, unread: 0 };
    const known = new Map([['con_one', { state: { ...state, ...change }, unread: 0 }]]);
    return [
      mergeRows(floor, known, null).get('con_one')?.last?.seq,
      mergeRows(floor, new Map(), summary.state).get('con_one')?.last?.seq,
      mergeRows(floor, new Map(), null).get('con_one')?.last?.seq,
    ];
  };
  expect(shown({ lastMessage: last(5) })).toEqual([5, 5, 4]);
  expect(shown({ lastMessage: last(3) })).toEqual([4, 4, 4]);
});

test('the most advanced state of a conversation is shown, from any source', () => {
  const summary = { state, unread: 2 };
  const behind = mergeRows(new Map([['con_one', floorRow()]]), new Map([['con_one', summary]]), null);
  expect(behind.get('con_one')).toMatchObject({ seq: 5, phase: 'active', unread: 2, opening: 'Hello' });

  const closed = floorRow({ seq: 9, phase: 'closed', owner: ben });
  const ahead = mergeRows(new Map([['con_one', closed]]), new Map([['con_one', summary]]), null);
  expect(ahead.get('con_one')).toMatchObject({ seq: 9, phase: 'closed' });

  const open = mergeRows(new Map([['con_one', floorRow()]]), new Map(), { ...state, phase: 'closed' });
  expect(open.get('con_one')?.phase).toBe('closed');
});

test('messages that this tab has shown are read, whether or not the server knows yet', () => {
  const lastMessage = { seq: 4, by: { kind: 'visitor', id: 'vis_one' }, text: 'Hi', at: start } as const;
  const summaries = new Map([['con_one', { state: { ...state, lastMessage }, unread: 2 }]]);
  const unread = (seen: number) =>
    mergeRows(new Map(), summaries, null, new Map([['con_one', seen]])).get('con_one')?.unread;
  expect([unread(3), unread(4), unread(9)]).toEqual([2, 0, 0]);
});

test('waiting chats are sorted by waiting time, in whatever order they arrive', () => {
  const waits = fc.uniqueArray(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(waits, (times) => {
      const rows = times.map((startedAt) => row({ id: `con_${startedAt}`, startedAt }));
      const shown = group(rows, ben.id).waiting.map((each) => each.startedAt);
      expect(shown).toEqual([...times].sort((a, b) => a - b));
    }),
  );
});

test('a repeated or late change changes nothing', () => {
  const changes = fc.array(
    fc.record({
      id: fc.constantFrom('con_a', 'con_b', 'con_c'),
      seq: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(changes, (list) => {
      const rows = list.map(({ id, seq }) => floorRow({ id, seq }));
      const once = foldFloor(new Map(), rows);
      expect(foldFloor(once, rows)).toEqual(once);
      for (const { id, seq } of list) expect(once.get(id)?.seq).toBeGreaterThanOrEqual(seq);
    }),
  );
});

test('the oldest closed rows are dropped, and no open row is', () => {
  const closed = Array.from({ length: recentKept + 5 }, (_, index) =>
    floorRow({ id: `con_${index}`, phase: 'closed', changedAt: start + index }),
  );
  const kept = foldFloor(new Map(), [floorRow({ id: 'con_open', changedAt: 0 }), ...closed]);
  expect(kept.size).toBe(recentKept + 1);
  expect(kept.has('con_open')).toBe(true);
  expect(kept.has('con_4')).toBe(false);
  expect(kept.has('con_5')).toBe(true);
});

test('F179 a closed chat that awaits a code is in a list of its own, for its last owner and for supervisors', () => {
  const closed = row({ phase: 'closed', owner: ben, awaitingCode: true });
  expect(groupOf(closed, ben.id)).toBe('awaiting');
  expect(groupOf(closed, ada.id)).toBe('recent');
  expect(groupOf(closed, ada.id, { ...byHand, supervises: true })).toBe('awaiting');
  expect(groupOf({ ...closed, awaitingCode: undefined }, ben.id)).toBe('recent');
  const later = row({ id: 'con_two', phase: 'closed', owner: ben, awaitingCode: true, changedAt: start + 9 });
  const groups = group([later, closed], ben.id);
  expect([groups.awaiting, groups.yours, groups.recent]).toEqual([[closed, later], [], []]);
});

test('F179 a chat that awaits a code is not pushed out by newer closed ones, and leaves the list with its code', () => {
  const awaits = floorRow({ id: 'con_old', phase: 'closed', owner: ben, awaitingCode: true, changedAt: 0 });
  const newer = Array.from({ length: recentKept + 5 }, (_, index) =>
    floorRow({ id: `con_${index}`, phase: 'closed', changedAt: start + index }),
  );
  const rows = foldFloor(new Map(), [awaits, ...newer]);
  expect([rows.size, rows.has('con_old')]).toEqual([recentKept + 1, true]);
  const { awaitingCode: _, ...coded } = { ...awaits, seq: awaits.seq + 1 };
  expect(foldFloor(rows, [coded]).has('con_old')).toBe(false);
  // The open chat knows its code before the floor does.
  const open = { ...state, id: 'con_old', head: awaits.seq + 1, phase: 'closed' as const };
  expect(mergeRows(rows, new Map(), open).get('con_old')?.awaitingCode).toBeUndefined();
});
