/** Rows of the widget's log: quotes, revised messages, and the visitor's unanswered changes. */
import type { Pending } from '#client/outbox';
import { fold } from '#domain/conversation/conversation';
import { Revisions } from '#domain/conversation/revisions';
import { noMarks } from '#domain/conversation/marks';
import type { Entry } from '#protocol';
import { expect, test } from 'vitest';
import type { VisitorView } from '../../widget/client/visitor-view.ts';
import { revisedRows } from '../../widget/frame/revised.ts';
import { timeline } from '../../widget/frame/timeline.ts';
import { anna, play, visitor } from '../domain/tape.ts';

const log = play([
  [visitor, { t: 'message.send', id: 'a', text: 'boots?' }],
  [anna, { t: 'assign', agent: anna, generation: 1 }],
  [anna, { t: 'message.send', id: 'b', text: 'brown ones' }],
  [visitor, { t: 'message.send', id: 'c', text: 'good', quote: 4 }],
  [visitor, { t: 'message.send', id: 'd', text: '4111' }],
  [visitor, { t: 'message.edit', id: 'e', target: 5, text: 'very good' }],
  [visitor, { t: 'message.delete', id: 'f', target: 6 }],
]).entries;

function rowsOf(entries: readonly Entry[], pending: readonly Pending[] = []) {
  const revisions = Revisions.of(entries);
  const view: VisitorView = {
    ...{ connection: 'open', nextTryAt: null, crowded: false, state: fold('con_a', entries) },
    ...{ entries: entries.map((entry) => revisions.apply(entry)), earlier: [], more: false },
    ...{ marks: noMarks, pending, agentTyping: null, waiting: null, unread: 0, contact: {}, blocked: false },
  };
  const rows = timeline(view, { opening: '', details: false, fresh: false, now: 2_000 });
  return revisedRows(rows, view).flatMap((row) => (row.kind === 'message' ? [row] : []));
}
const command = (frame: Pending['frame'], refused = false): Pending => ({
  ...{ id: frame.id, frame, at: 2_000 },
  ...(refused && {
    refused: { t: 'refused' as const, id: frame.id, code: 'too_late' as const, message: '' },
  }),
});

test('ENT-17 CMD-25 rows have the present texts, the seq that actions need, and the quoted message', () => {
  expect(
    rowsOf(log).map(({ seq, text, edited, deleted, quoted }) => [seq, text, !!edited, !!deleted, quoted]),
  ).toEqual([
    [2, 'boots?', false, false, undefined],
    [4, 'brown ones', false, false, undefined],
    [
      5,
      'very good',
      true,
      false,
      { seq: 4, sender: 'agent', name: 'Anna', text: 'brown ones', deleted: false },
    ],
    [6, '', false, true, undefined],
  ]);
  // The quoted message is not loaded.
  expect(rowsOf(log.slice(4)).map(({ quoted }) => quoted)[0]).toEqual({
    ...{ seq: 4, sender: null, name: '', text: '', deleted: false },
  });
});

test('CMD-1 an unanswered change is visible at once, and a refused one leaves the message to its text', () => {
  const edit = { t: 'message.edit', id: 'g', target: 2, text: 'warm boots?' } as const;
  const deletion = { t: 'message.delete', id: 'h', target: 2 } as const;
  const first = (pending: Pending[]) => {
    const [row] = rowsOf(log, pending);
    return { text: row?.text, deleted: row?.deleted, revising: row?.revising };
  };
  const deleted = undefined;
  expect(first([command(edit)])).toEqual({
    text: 'warm boots?',
    deleted,
    revising: { id: 'g', refused: false },
  });
  expect(first([command(edit, true)])).toEqual({
    ...{ text: 'warm boots?', deleted, revising: { id: 'g', refused: true } },
  });
  expect(first([command(edit), command(deletion)])).toEqual({
    ...{ text: '', deleted: true, revising: { id: 'h', refused: false } },
  });
  expect(first([command(deletion, true)])).toEqual({
    ...{ text: 'boots?', deleted, revising: { id: 'h', refused: true } },
  });
  // A message that is deleted already has no change.
  expect(rowsOf(log, [command({ ...deletion, target: 6 })]).at(-1)).toMatchObject({
    deleted: true,
    text: '',
  });
});
