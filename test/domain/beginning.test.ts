/** The beginning of a conversation and its stages. */
import { begun } from '#domain/conversation/beginning';
import { evolve, fold, inProgressAt, stageOf } from '#domain/conversation/conversation';
import type { Draft, Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anna, play, script, started, Tape, visitor } from './tape.ts';

const { seq: _seq, at: _at, ...birth } = started;
const first: Draft = { kind: 'message.sent', by: visitor, id: 'q', text: 'Do you have it in brown?' };
const opening: Draft = { kind: 'automatic.sent', by: { kind: 'system' }, moment: 'opening', text: 'Hello!' };

test('F89 ENT-7 the opening text precedes the first message; without one the first message is entry 2', () => {
  expect(begun(birth as Draft, { opening: 'Hello!' }, first)).toEqual([birth, opening, first]);
  expect(begun(birth as Draft, { opening: '' }, first)).toEqual([birth, first]);
  expect(begun(birth as Draft, {}, first)).toEqual([birth, first]);
});

test('F89 F91 automatic texts change nothing of a conversation but its head', () => {
  const without = fold('con_a', [started, { ...first, seq: 2, at: 2_000 }]);
  for (const moment of ['opening', 'closing'] as const) {
    const entry = { ...opening, moment, seq: 3, at: 3_000 } as Entry;
    expect(evolve(without, entry)).toEqual({ ...without, head: 3 });
  }
});

test('F61 a chat is in progress from the earlier of the first reply and the move by hand, and completed at its end', () => {
  const tape = new Tape();
  tape.perform(visitor, { t: 'message.send', id: 'q', text: 'Hello?' });
  tape.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  expect([stageOf(tape.state), inProgressAt(tape.state)]).toEqual(['new', null]);
  const move = { t: 'stage.set', id: 's', stage: 'in_progress' } as const;
  tape.perform(anna, move);
  const movedAt = tape.now;
  expect([stageOf(tape.state), inProgressAt(tape.state)]).toEqual(['in_progress', movedAt]);
  tape.perform(anna, { t: 'message.send', id: 'a', text: 'Yes' });
  expect([stageOf(tape.state), inProgressAt(tape.state)]).toEqual(['in_progress', movedAt]);
  // A second move changes nothing.
  expect(tape.perform(anna, { ...move, id: 's2' })).toEqual([]);
  tape.perform(visitor, { t: 'conversation.close', id: 'end' });
  expect([stageOf(tape.state), inProgressAt(tape.state)]).toEqual(['completed', movedAt]);

  const written = new Tape();
  written.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  written.perform(anna, { t: 'message.send', id: 'a', text: 'Yes' });
  expect(inProgressAt(written.state)).toBe(written.now);
  expect(written.perform(anna, move)).toEqual([]);
});

test('F91 the closing text is sent once, right before the end, whoever ends; a blocked visitor gets none', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const { entries } = play(steps);
      const texts = entries.filter(({ kind }) => kind === 'automatic.sent');
      const end = entries.find((entry) => entry.kind === 'conversation.closed');
      const wanted = end && end.reason !== 'blocked' ? [end.seq - 1] : [];
      expect(texts.map(({ seq }) => seq)).toEqual(wanted);
    }),
  );
});
