import type { Pending } from '#client/outbox';
import { Revisions } from '#domain/conversation/revisions';
import { deletedFilesKeptFor, type Entry, type EntryOf, type FileInfo } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RevisedForms } from '../../app/src/lib/chat/revised-form.ts';
import { ben, message, start, visitor } from './makers.ts';

const base = { by: ben, of: 'message' } as const;
const edited = (seq: number, target: number, text: string): Entry => ({
  ...{ ...base, seq, at: start + seq, kind: 'message.edited', id: `edit-${seq}`, target, text },
});
const deleted = (seq: number, target: number): Entry => ({
  ...{ ...base, seq, at: start + seq, kind: 'message.deleted', id: `delete-${seq}`, target },
});
const sent = (seq: number) => message(seq, ben, start, `id-${seq}`, 'first') as EntryOf<'message.sent'>;

test('an edited message has its last text, and a reader of originals has those before', () => {
  const log = [sent(1), message(2, visitor, start), edited(3, 1, 'second'), edited(4, 1, 'third')];
  expect(new RevisedForms(log, []).of(sent(1))).toEqual({
    entry: { ...sent(1), text: 'third', edited: start + 4 },
    originals: [
      { at: start, text: 'first' },
      { at: start + 3, text: 'second' },
    ],
  });
});

test('of a deleted message all texts are originals', () => {
  const log = [sent(1), edited(2, 1, 'second'), deleted(3, 1)];
  expect(new RevisedForms(log, []).of(sent(1))).toEqual({
    entry: { ...sent(1), text: '', deleted: true },
    originals: [
      { at: start, text: 'first' },
      { at: start + 2, text: 'second' },
    ],
  });
});

test('FIL-15: of a deleted message with files, a reader of originals has the files for 30 days', () => {
  const files: FileInfo[] = [
    { id: 'fil_one', name: 'Receipt.pdf', type: 'pdf', size: 9, sha256: '0'.repeat(64) },
  ];
  const log = [{ ...sent(1), text: '', files }, deleted(3, 1)];
  const [first] = log as [EntryOf<'message.sent'>];
  expect(new RevisedForms(log, []).of(first)).toEqual({
    entry: { ...sent(1), text: '', files, deleted: true },
    originals: [{ at: start, text: '' }],
    filesUntil: start + 3 + deletedFilesKeptFor,
  });
  const revisions = Revisions.of(log);
  const [revised] = log.map((entry) => revisions.apply(entry)) as [EntryOf<'message.sent'>];
  expect(new RevisedForms([revised, deleted(3, 1)], []).of(revised)).toEqual({
    entry: { ...sent(1), text: '', deleted: true },
  });
});

test('ENT-18: a reader who receives the revised form has no originals', () => {
  const raw = [sent(1), edited(2, 1, 'second'), edited(3, 1, 'third')];
  const revisions = Revisions.of(raw);
  const log = raw.map((entry) => revisions.apply(entry));
  const [first] = log as [EntryOf<'message.sent'>];
  expect(new RevisedForms(log, []).of(first)).toEqual({
    entry: { ...sent(1), text: 'third', edited: start + 3 },
  });
});

test('an unanswered revision is shown at once, and its refusal stays with the message', () => {
  const edit: Pending = {
    id: 'e',
    at: start,
    frame: { t: 'message.edit', id: 'e', target: 1, text: 'soon' },
  };
  expect(new RevisedForms([sent(1)], [edit]).of(sent(1))).toEqual({
    entry: { ...sent(1), text: 'soon' },
    revising: edit,
  });
  const refused = { ...edit, refused: { t: 'refused', code: 'too_late', message: '' } } as const;
  expect(new RevisedForms([sent(1)], [refused]).of(sent(1)).revising).toEqual(refused);
  const removal: Pending = { id: 'd', at: start, frame: { t: 'message.delete', id: 'd', target: 1 } };
  expect(new RevisedForms([sent(1)], [removal]).of(sent(1)).entry).toEqual({
    ...sent(1),
    text: '',
    deleted: true,
  });
  // The message is gone already.
  expect(new RevisedForms([sent(1), deleted(2, 1)], [edit]).of(sent(1)).revising).toBeUndefined();
});

test('over any revisions the shown text is that of the rules, and the originals are the texts before', () => {
  const steps = fc.array(fc.record({ removes: fc.boolean(), target: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const log = [sent(1), sent(2), sent(3)] as Entry[];
      for (const { removes, target } of list) {
        const seq = log.length + 1;
        log.push(removes ? deleted(seq, target) : edited(seq, target, `text ${seq}`));
      }
      const forms = new RevisedForms(log, []);
      const revisions = Revisions.of(log);
      for (const seq of [1, 2, 3]) {
        const { entry, originals = [] } = forms.of(sent(seq));
        expect(entry).toEqual(revisions.apply(sent(seq)));
        expect(originals.map(({ text }) => text)).not.toContain(entry.deleted ? '' : entry.text);
        expect(originals.length > 0).toBe(entry.deleted === true || entry.edited !== undefined);
      }
    }),
  );
});
