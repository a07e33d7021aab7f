import { decide, evolve, fold, idleAt, longestWait, unborn } from '#domain/conversation/conversation';
import { lastWordsLength } from '#domain/conversation/folds';
import type { ConversationState, Entry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anna, ben, play, script, started, system, Tape, visitor } from './tape.ts';

test('I9: generations strictly rise, and an assignment never lands on an owned conversation', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const { entries } = play(steps);
      let owner: string | null = null;
      let generation = 0;
      for (const entry of entries) {
        if (entry.kind === 'agent.assigned') {
          expect(owner).toBeNull();
          expect(entry.generation).toBeGreaterThan(generation);
          owner = entry.agent.id;
          generation = entry.generation;
        } else if (entry.kind === 'agent.unassigned') {
          expect([entry.agent.id, entry.generation]).toEqual([owner, generation]);
          owner = null;
        }
      }
    }),
  );
});

test('I18: only notes, codes and revisions follow the close; nothing is said after it', () => {
  const later = new Set<Entry['kind']>(['note.added', 'codes.changed', 'message.edited', 'message.deleted']);
  fc.assert(
    fc.property(script, (steps) => {
      const { entries } = play(steps);
      const closed = entries.findIndex((entry) => entry.kind === 'conversation.closed');
      const after = closed < 0 ? [] : entries.slice(closed + 1);
      expect(after.filter(({ kind }) => !later.has(kind))).toEqual([]);
    }),
  );
});

test('CMD-18: an agent writes only as the owner; the refusal names the owner', () => {
  const tape = new Tape();
  const message = { t: 'message.send', id: '0', text: 'hello' } as const;
  expect(tape.perform(anna, message)).toMatchObject({ refused: 'not_owner' });
  tape.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  expect(tape.perform(anna, message)).toHaveLength(1);
  expect(tape.perform(ben, message)).toMatchObject({
    refused: 'not_owner',
    by: { id: anna.id, name: 'Anna' },
  });
  expect(tape.perform(visitor, message)).toHaveLength(1);
});

test('I9: of two assignments one wins, and the other is refused with the winner’s name; repeating the winner changes nothing', () => {
  const tape = new Tape();
  expect(tape.perform(anna, { t: 'assign', agent: anna, generation: 1 })).toHaveLength(1);
  expect(tape.perform(ben, { t: 'assign', agent: ben, generation: 2 })).toMatchObject({
    refused: 'already_taken',
    by: { id: anna.id, name: 'Anna' },
  });
  expect(tape.perform(anna, { t: 'assign', agent: anna, generation: 1 })).toEqual([]);
  tape.perform(system, { t: 'unassign', generation: 1, reason: 'vanished' });
  expect(tape.perform(ben, { t: 'assign', agent: ben, generation: 1 })).toMatchObject({
    refused: 'stale_generation',
  });
});

test('F170 F171: an assignment with capacity of the other type is refused, one without a type is not', () => {
  const tape = new Tape();
  const assign = { t: 'assign', agent: anna, generation: 1 } as const;
  expect(tape.perform(anna, { ...assign, type: 'nrt' })).toMatchObject({
    refused: 'conflict',
    field: 'type',
  });
  tape.perform(visitor, { t: 'conversation.defer', id: '1' });
  expect(tape.perform(anna, { ...assign, type: 'live' })).toMatchObject({
    refused: 'conflict',
    field: 'type',
  });
  expect(tape.perform(anna, { ...assign, type: 'nrt' })).toHaveLength(1);
  expect(tape.perform(anna, { ...assign, type: 'nrt' })).toEqual([]);
  tape.perform(system, { t: 'unassign', generation: 1, reason: 'vanished' });
  expect(tape.perform(ben, { t: 'assign', agent: ben, generation: 2 })).toHaveLength(1);
});

test('LOG-5: a fold continued from any entry equals the fold from the start', () => {
  fc.assert(
    fc.property(script, fc.nat(), (steps, cut) => {
      const { entries, state } = play(steps);
      const at = cut % entries.length;
      const snapshot = structuredClone(fold('con_a', entries.slice(0, at)));
      expect(entries.slice(at).reduce(evolve, at === 0 ? unborn('con_a') : snapshot)).toEqual(state);
      expect(state.head).toBe(entries.length);
    }),
  );
});

test('evolve does not mutate the given state', () => {
  fc.assert(
    fc.property(script, (steps) => {
      let state = unborn('con_a');
      for (const entry of play(steps).entries) {
        const before = structuredClone(state);
        const next = evolve(state, entry);
        expect(state).toEqual(before);
        state = next;
      }
    }),
  );
});

test('an entry of an unknown kind counts and changes nothing else', () => {
  const { state } = new Tape();
  const unknown = { seq: 2, at: 2, by: visitor, kind: 'weather.changed' } as unknown as Entry;
  expect(evolve(state, unknown)).toEqual({ ...state, head: 2 });
});

test('F68: leaving and returning alternate, and neither happens after the end', () => {
  const tape = new Tape();
  expect(tape.perform(system, { t: 'visitor.returned' })).toEqual([]);
  expect(tape.perform(system, { t: 'visitor.left' })).toHaveLength(1);
  expect(tape.perform(system, { t: 'visitor.left' })).toEqual([]);
  expect(tape.perform(system, { t: 'visitor.returned' })).toHaveLength(1);
  tape.perform(visitor, { t: 'conversation.close', id: '1' });
  expect(tape.perform(system, { t: 'visitor.left' })).toEqual([]);
});

test('blocking closes, and the refusal of later messages tells the visitor that they are blocked', () => {
  const tape = new Tape();
  tape.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  tape.perform(anna, { t: 'visitor.block', id: '1' });
  expect(tape.entries.map((entry) => entry.kind).slice(-2)).toEqual([
    'visitor.blocked',
    'conversation.closed',
  ]);
  expect(tape.perform(visitor, { t: 'message.send', id: '2', text: 'please' })).toMatchObject({
    refused: 'blocked',
  });
});

test('the last message is cut without breaking a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const tape = new Tape();
      tape.perform(visitor, { t: 'message.send', id: '1', text });
      const words = tape.state.lastMessage?.text ?? '';
      expect(words.isWellFormed()).toBe(true);
      expect([...words].length).toBeLessThanOrEqual(lastWordsLength);
    }),
  );
});

test('a conversation with an agent closes after the campaign’s idle time, a waiting one is kept for days', () => {
  const tape = new Tape();
  expect(idleAt(tape.state, 30)).toBe(1_000 + longestWait);
  tape.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  expect(idleAt(tape.state, 30)).toBe(tape.now + 30 * 60_000);
  tape.perform(system, { t: 'idle' });
  expect(idleAt(tape.state, 30)).toBeNull();
});

test('F40 CMD-22 CMD-34 a waiting visitor may choose a later answer, and change their mind; with an owner, the owner decides', () => {
  const waiting = fold('con_a', [started]);
  const defer = { t: 'conversation.defer', id: 'c1' } as const;
  expect(decide(waiting, defer, visitor)).toEqual([{ kind: 'conversation.deferred', by: visitor, id: 'c1' }]);
  const deferred = evolve(waiting, {
    seq: 2,
    at: 2_000,
    kind: 'conversation.deferred',
    by: visitor,
    id: 'c1',
  });
  expect(deferred).toMatchObject({ type: 'nrt', phase: 'waiting' });
  expect(decide(deferred, { ...defer, id: 'c2' }, visitor)).toEqual([]);
  const resume = { t: 'conversation.resume', id: 'c3' } as const;
  expect(decide(waiting, resume, visitor)).toEqual([]);
  expect(decide(deferred, resume, visitor)).toEqual([
    { kind: 'conversation.resumed', by: visitor, id: 'c3' },
  ]);
  const resumed = { seq: 3, at: 3_000, kind: 'conversation.resumed', by: visitor, id: 'c3' } as const;
  expect(evolve(deferred, resumed)).toEqual({ ...waiting, head: 3 });
  expect(decide({ ...deferred, owner: anna }, resume, visitor)).toMatchObject({ refused: 'already_taken' });
  expect(decide({ ...deferred, phase: 'closed' }, resume, visitor)).toMatchObject({
    refused: 'conversation_closed',
  });
  const taken = { ...waiting, phase: 'active', owner: anna } as ConversationState;
  expect(decide(taken, defer, visitor)).toMatchObject({ refused: 'already_taken' });
  expect(decide({ ...waiting, phase: 'closed' }, defer, visitor)).toMatchObject({
    refused: 'conversation_closed',
  });
});
