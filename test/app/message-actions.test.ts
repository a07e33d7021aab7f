import { decide } from '#domain/conversation/conversation';
import { begin } from '#domain/conversation/folds';
import { isRefusal, type ConversationState, type Entry, type EntryOf } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canDo } from '../../app/src/lib/chat/message-actions.ts';
import { ada, ben, message, start, started, visitor } from './makers.ts';

const minute = 60_000;
const state: ConversationState = { ...begin('con_one', started(1, start)), phase: 'active', owner: ben };
const note: Entry = { seq: 2, at: start, by: ben, kind: 'note.added', id: 'note', text: 'words' };

test('CMD-25 CMD-27 CMD-28: the offered actions are those that the conversation accepts', () => {
  const cases = fc.record({
    by: fc.constantFrom(ben, ada, visitor),
    isNote: fc.boolean(),
    deleted: fc.boolean(),
    supervises: fc.boolean(),
    editMinutes: fc.constantFrom(undefined, 0, 15),
    age: fc.integer({ min: 0, max: 30 * minute }),
  });
  fc.assert(
    fc.property(cases, ({ by, isNote, deleted, supervises, editMinutes, age }) => {
      const plain = isNote ? { ...note, by } : message(2, by, start);
      const entry = { ...plain, ...(deleted && { text: '', deleted: true }) } as EntryOf<'message.sent'>;
      const now = start + age;
      const around = {
        now,
        supervises,
        settings: { ...(editMinutes !== undefined && { editMinutes }) },
        entry: () => entry,
      } as const;
      const accepts = (command: Parameters<typeof decide>[1]) =>
        !isRefusal(decide(state, command, ben, around));
      expect(canDo(entry, { by: ben, now, editMinutes, supervises }, true)).toEqual({
        reply: accepts({ t: 'message.send', id: 'a', text: 'words', quote: 2 }),
        edit: accepts({ t: 'message.edit', id: 'b', target: 2, text: 'others' }),
        remove: accepts({ t: 'message.delete', id: 'c', target: 2 }),
      });
    }),
  );
});

test('an agent who may not write to the visitor cannot reply', () => {
  const reviser = { by: ada, now: start, editMinutes: 15, supervises: false };
  const sent = message(2, visitor, start) as EntryOf<'message.sent'>;
  expect(canDo(sent, reviser, false)).toEqual({ reply: false, edit: false, remove: false });
});
