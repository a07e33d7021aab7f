/** Caps on a conversation: which values a deployment may set, and how they are counted. */
import * as bucket from '#domain/base/bucket';
import { caps, capsOf } from '#domain/base/caps';
import { bytesOf } from '#domain/base/text';
import { decide, fold } from '#domain/conversation/conversation';
import { entryForVisitor } from '#domain/conversation/redaction';
import type { Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const visitor = { kind: 'visitor', id: 'vis_a' } as const;
const system = { kind: 'system' } as const;

test('design 22: a deployment sets caps by name; unknown names and values that are no number are ignored', () => {
  expect(capsOf({})).toEqual(caps);
  expect(capsOf({ CAPS: '{"visitorSockets": 4}' })).toEqual({ ...caps, visitorSockets: 4 });
  for (const CAPS of [
    '',
    'nonsense',
    'null',
    '[]',
    '{"visitorSockets": 0}',
    '{"visitorSockets": "9"}',
    '{"others": 1}',
  ])
    expect(capsOf({ CAPS })).toEqual(caps);
});

test('CON-22 the bytes of a text are those of its UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      expect(bytesOf(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});

test('CON-20 a bucket in debt makes the next action wait until the debt is paid', () => {
  const { bucket: taken } = bucket.take(bucket.fill(20, 0), 5, 20, 0);
  const owing = bucket.charge(taken, 25);
  expect(bucket.take(owing, 5, 20, 0).wait).toBe(1_400);
  expect(bucket.take(owing, 5, 20, 1_399).wait).toBeGreaterThan(0);
  expect(bucket.take(owing, 5, 20, 1_400).wait).toBe(0);
});

test('RED-8 CON-22 a full log ends once, with a reason that earlier widgets know', () => {
  const started: Entry = {
    ...{ seq: 1, at: 1, by: visitor, kind: 'conversation.started', campaign: { id: 'cam', name: 'Help' } },
    ...{ site: 'sit', contact: {}, ordinal: 1 },
  };
  const state = fold('con_a', [started]);
  expect(decide(state, { t: 'full' }, system)).toEqual([
    { kind: 'conversation.closed', by: system, reason: 'full' },
  ]);
  const end: Entry = { seq: 2, at: 2, kind: 'conversation.closed', by: system, reason: 'full' };
  expect(decide(fold('con_a', [started, end]), { t: 'full' }, system)).toEqual([]);
  expect(entryForVisitor(end, (id) => id)).toEqual({ ...end, reason: 'agent', full: true });
});
