/** Edits and deletions: who may revise what, and what a reader without the right to originals receives. */
import { evolve, fold, stageOf } from '#domain/conversation/conversation';
import { whyNot } from '#domain/conversation/revising';
import { isRevisable, Revisions } from '#domain/conversation/revisions';
import type { Entry, Party } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anna, ben, play, script, started, Tape, visitor } from './tape.ts';

/** A log with a question of the visitor, which Anna owns. */
function taken(): Tape {
  const tape = new Tape();
  tape.perform(visitor, { t: 'message.send', id: 'q', text: 'My card is 4111' });
  tape.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  return tape;
}
const revised = ({ entries }: Tape) => entries.map((entry) => Revisions.of(entries).apply(entry));
const textsOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => ('text' in entry ? [entry.text] : []));

test('CMD-27 authors edit and delete their own within the limit, and nobody edits the words of another', () => {
  const tape = taken();
  const edit = { t: 'message.edit', id: 'e1', target: 2, text: 'My card is lost' } as const;
  expect(tape.perform(anna, edit)).toMatchObject({ refused: 'forbidden' });
  expect(tape.perform(anna, edit, true)).toMatchObject({ refused: 'forbidden' });
  expect(tape.perform(visitor, edit)).toEqual([
    { kind: 'message.edited', by: visitor, id: 'e1', target: 2, of: 'message', text: 'My card is lost' },
  ]);
  tape.now += 15 * 60_000;
  expect(tape.perform(visitor, { ...edit, id: 'e2' })).toMatchObject({ refused: 'too_late' });
  expect(tape.perform(visitor, { t: 'message.delete', id: 'd', target: 2 })).toMatchObject({
    refused: 'too_late',
  });
});

test('CMD-28 a supervisor deletes any message without a limit, also after the end; the visitor then changes nothing', () => {
  const tape = taken();
  tape.now += 3_600_000;
  tape.perform(visitor, { t: 'conversation.close', id: 'end' });
  const deletion = { t: 'message.delete', id: 'd1', target: 2 } as const;
  expect(tape.perform(visitor, deletion)).toMatchObject({ refused: 'conversation_closed' });
  expect(tape.perform(ben, deletion)).toMatchObject({ refused: 'forbidden' });
  expect(tape.perform(ben, deletion, true)).toMatchObject([{ kind: 'message.deleted', target: 2 }]);
  expect(tape.perform(ben, { ...deletion, id: 'd2' }, true)).toMatchObject({ refused: 'not_found' });
});

test('CMD-25 CMD-26 notes cannot be quoted, and do not exist for a visitor', () => {
  const tape = taken();
  tape.perform(ben, { t: 'note.add', id: 'n', text: 'a reseller' });
  const note = tape.entries.length;
  const quote = { t: 'message.send', id: 'm', text: 'this one', quote: note } as const;
  expect([visitor, anna].map((by) => tape.perform(by, quote))).toMatchObject([
    { refused: 'not_found' },
    { refused: 'not_found' },
  ]);
  expect(tape.perform(visitor, { t: 'message.delete', id: 'd', target: note })).toMatchObject({
    refused: 'not_found',
  });
  expect(tape.perform(anna, { ...quote, quote: 2 })).toMatchObject([{ kind: 'message.sent', quote: 2 }]);
});

test('ENT-18 a revised log contains no text that was replaced or deleted, and has every entry at its seq', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const tape = play(steps.map(([by, command], index) => [by, told(command, index)] as const));
      const present = new Map<number, string | null>();
      const gone = new Set<string>();
      for (const entry of tape.entries) {
        if (entry.kind === 'message.edited' || entry.kind === 'message.deleted') {
          const before = present.get(entry.target);
          if (before) gone.add(before);
          present.set(entry.target, entry.kind === 'message.edited' ? entry.text : null);
        } else if (isRevisable(entry)) present.set(entry.seq, entry.text);
      }
      const shown = revised(tape);
      expect(shown.map(({ seq, kind }) => [seq, kind])).toEqual(
        tape.entries.map(({ seq, kind }) => [seq, kind]),
      );
      expect(textsOf(shown).filter((text) => gone.has(text))).toEqual([]);
      for (const entry of shown)
        if (isRevisable(entry)) expect(entry.text).toBe(present.get(entry.seq) ?? '');
      expect(shown.map((entry) => Revisions.of(shown).apply(entry))).toEqual(shown);
    }),
  );

  /** Texts are unique, so that a replaced one can be found. */
  function told<C extends object>(command: C, index: number): C {
    return 'text' in command ? { ...command, text: `text ${index}` } : command;
  }
});

test('ENT-14 folding a revised log gives the same state as the log itself', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const tape = play(steps);
      expect(fold('con_a', revised(tape))).toEqual(tape.state);
    }),
  );
});

test('F61 the stage is new, then in progress by an agent’s first message or by hand, then completed', () => {
  fc.assert(
    fc.property(script, (steps) => {
      const tape = play(steps);
      let state = fold('con_a', [started]);
      const order = { new: 0, in_progress: 1, completed: 2 } as const;
      for (const entry of tape.entries.slice(1)) {
        const [before, after] = [stageOf(state), stageOf((state = evolve(state, entry)))];
        expect(order[after]).toBeGreaterThanOrEqual(order[before]);
        if (before === after) continue;
        const causes = after === 'completed' ? ['conversation.closed'] : [`message.sent`, 'stage.changed'];
        expect(causes).toContain(entry.kind);
        if (entry.kind === 'message.sent') expect(entry.by.kind).toBe('agent');
      }
    }),
  );
});

test('CMD-31 CMD-32 CMD-33 codes: a known one, required of the agent alone, and set after the end by owner or supervisor', () => {
  const tape = taken();
  const end = { t: 'conversation.close', id: 'end' } as const;
  expect(tape.perform(anna, end)).toMatchObject({ refused: 'code_required' });
  expect(tape.perform(anna, { ...end, codes: ['cod_other'] })).toMatchObject({ refused: 'not_found' });
  expect(tape.perform(visitor, end)).toMatchObject([
    { kind: 'automatic.sent', moment: 'closing', text: 'Goodbye' },
    { kind: 'conversation.closed', awaitingCode: true },
  ]);
  const set = { t: 'codes.set', id: 'c', codes: ['cod_support', 'cod_sale'] } as const;
  expect(tape.perform(ben, set)).toMatchObject({ refused: 'not_owner' });
  expect(tape.state.awaitingCode).toBe(true);
  expect(tape.perform(anna, set)).toMatchObject([
    { kind: 'codes.changed', codes: [{ id: 'cod_sale' }, { id: 'cod_support' }] },
  ]);
  expect(tape.state.awaitingCode).toBeUndefined();
  expect(tape.perform(anna, { ...set, id: 'c2', codes: [] })).toMatchObject({ refused: 'code_required' });
  expect(tape.perform(ben, { ...set, id: 'c3', codes: ['cod_sale'] }, true)).toMatchObject([
    { kind: 'codes.changed' },
  ]);
});

test('F65 an agent ends with codes and a closing note in one command', () => {
  const tape = taken();
  const end = { t: 'conversation.close', id: 'end', codes: ['cod_sale'], note: 'Paid by card' } as const;
  expect(tape.perform(anna, end)).toEqual([
    { kind: 'codes.changed', by: anna, codes: [{ id: 'cod_sale', title: 'Sale' }] },
    { kind: 'note.added', by: anna, text: 'Paid by card', closing: true },
    { kind: 'automatic.sent', by: { kind: 'system' }, moment: 'closing', text: 'Goodbye' },
    { kind: 'conversation.closed', by: anna, id: 'end', reason: 'agent' },
  ]);
});

test('the same rule shows the actions in a browser: own and young enough, or a supervisor’s deletion', () => {
  const entry: Entry = { seq: 2, at: 0, by: anna, kind: 'message.sent', id: '1', text: 'hello' };
  const judge = (by: Party, now: number, supervises: boolean) =>
    (['edit', 'delete'] as const).map((act) => whyNot(act, entry, { by, now, editMinutes: 1, supervises }));
  expect([
    judge(anna, 59_999, false),
    judge(anna, 60_000, false),
    judge(ben, 0, false),
    judge(ben, 60_000, true),
  ]).toEqual([
    [null, null],
    ['too_late', 'too_late'],
    ['forbidden', 'forbidden'],
    ['forbidden', null],
  ]);
});
