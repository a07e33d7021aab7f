/** Adds to the rows of the log what no opening needs: quoted messages, and the visitor's unanswered edits. */
import { cut } from '#domain/base/text';
import { plainText } from '#domain/conversation/format';
import { sideOf } from '#domain/conversation/parties';
import type { Entry } from '#protocol';
import * as m from '#words/widget';
import type { Held } from '../client/attaching.ts';
import type { VisitorView } from '../client/visitor.ts';
import type { MessageRow, Quoted, Row } from './timeline.ts';

/** The length of a quote, in code points: it shows two lines. */
const quoteLength = 160;

export function revisedRows(rows: readonly Row[], view: VisitorView, held: readonly Held[] = []): Row[] {
  const current = view.state?.id;
  const logs = new Map(view.earlier.map(({ conversation, entries }) => [conversation, entries]));
  if (current !== undefined) logs.set(current, view.entries);
  const revised = rows.map((row) => {
    if (row.kind !== 'message') return row;
    const { conversation = '', quote } = row;
    const quoted = quote === undefined ? undefined : quotedOf(quote, logs.get(conversation) ?? []);
    const change = conversation === current && changeOf(row, view.pending);
    const why = row.why ?? whyOf(row, view.pending);
    return quoted || change || why ? { ...row, ...(quoted && { quoted }), ...change, why } : row;
  });
  return [...revised, ...held.map(heldRow)];
}

/** A message that waits for its files. It keeps its key when it is sent. */
function heldRow({ id, text, at }: Held): MessageRow {
  return {
    ...{ kind: 'message', key: `v${id}`, id, sender: 'visitor', name: '', text, at, files: [] },
    ...{ first: true, last: true, delivery: 'sending' },
  };
}

/** Why a message with files was refused. */
function whyOf({ id, files, delivery }: MessageRow, pending: VisitorView['pending']): MessageRow['why'] {
  if (!files || delivery !== 'refused') return undefined;
  const code = pending.find((each) => each.id === id)?.refused?.code;
  if (code === 'not_found') return m.files_gone;
  return code === 'file_quota' ? m.files_full : undefined;
}

function quotedOf(seq: number, entries: readonly Entry[]): Quoted {
  const entry = entries.find((each) => each.seq === seq);
  if (entry?.kind !== 'message.sent') return { seq, sender: null, name: '', text: '', deleted: false };
  const { by, files, deleted = false } = entry;
  const text = entry.text || (files?.[0]?.name ?? '');
  const name = 'name' in by ? by.name : '';
  return { seq, sender: sideOf(by) ?? 'automatic', name, text: cut(plainText(text), quoteLength), deleted };
}

/** The change that the visitor's last unanswered command makes to a message. A refused one leaves its text. */
function changeOf(
  { seq, deleted }: MessageRow,
  pending: VisitorView['pending'],
): Partial<MessageRow> | undefined {
  const last = pending.findLast(
    ({ frame }) => (frame.t === 'message.edit' || frame.t === 'message.delete') && frame.target === seq,
  );
  if (!last || seq === undefined || deleted) return undefined;
  const { id, frame, refused } = last;
  const revising = { id, refused: refused !== undefined };
  if (frame.t === 'message.edit') return { revising, text: frame.text };
  return { revising, ...(!refused && { text: '', deleted: true }) };
}
