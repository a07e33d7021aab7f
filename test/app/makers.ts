/** Logs and rows for the tests of the app. */
import type { Entry, EntryOf, FloorRow } from '#protocol';
import fc from 'fast-check';
import type { Row } from '../../app/src/lib/floor/roster.ts';

export const visitor = { kind: 'visitor', id: 'vis_one' } as const;
export const ben = { kind: 'agent', id: 'usr_ben', name: 'Ben Okafor' } as const;
export const ada = { kind: 'agent', id: 'usr_ada', name: 'Ada Lindqvist' } as const;
export const start = Date.UTC(2026, 10, 4, 9, 0);

export function started(seq: number, at: number, ordinal = 1): EntryOf<'conversation.started'> {
  return {
    ...{ seq, at, by: visitor, kind: 'conversation.started', ordinal, contact: {} },
    ...{ campaign: { id: 'cam_one', name: 'Shop' }, site: 'sit_one' },
    page: { url: 'https://shop.example/tents', title: 'Tents' },
  };
}

export function message(
  seq: number,
  by: Entry['by'],
  at: number,
  id = `id-${seq}`,
  text = `words ${seq}`,
): Entry {
  return { seq, at, by, kind: 'message.sent', id, text };
}

export function assigned(seq: number, at: number): Entry {
  return { seq, at, by: ben, kind: 'agent.assigned', agent: ben, generation: 1, how: 'taken' };
}

export function row(change: Partial<Row> = {}): Row {
  return {
    id: 'con_one',
    seq: 1,
    phase: 'waiting',
    type: 'live',
    target: null,
    owner: null,
    generation: 0,
    campaign: { id: 'cam_one', name: 'Shop' },
    visitor: { id: 'vis_one', here: true },
    opening: 'Hello',
    last: null,
    startedAt: start,
    changedAt: start,
    assignedAt: null,
    unread: 0,
    ...change,
  };
}

export function floorRow(change: Partial<FloorRow> = {}): FloorRow {
  return {
    id: 'con_one',
    seq: 1,
    phase: 'waiting',
    type: 'live',
    owner: null,
    target: null,
    released: null,
    generation: 0,
    campaign: { id: 'cam_one', name: 'Shop' },
    visitor: { id: 'vis_one', here: true },
    opening: 'Hello',
    startedAt: start,
    changedAt: start,
    ...change,
  };
}

/** Logs of messages and events, in order, over hours or days. */
export const logs: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.record({
      by: fc.constantFrom(visitor, ben, ada),
      event: fc.boolean(),
      pause: fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 0, max: 100_000_000 })),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let at = start;
    return steps.map(({ by, event, pause }, index) => {
      at += pause;
      return event && by !== visitor ? assigned(index + 1, at) : message(index + 1, by, at);
    });
  });
