/**
 * Turns the client's state into the rows of the log. Keys stay the same while a message changes from unsent to sent.
 */
import { lineOf } from '#domain/conversation/folds';
import type { NoticedKind } from '#domain/conversation/kinds';
import { sideOf } from '#domain/conversation/parties';
import type { Entry, EntryOf, FileInfo } from '#protocol';
import * as m from '#words/widget';
import type { VisitorView } from '../client/visitor.ts';

export type Delivery = 'sending' | 'sent' | 'seen' | 'refused';
/** `automatic`: a text of the campaign or of the system, which no person wrote. */
export type Sender = 'visitor' | 'agent' | 'automatic';

/** A message that another one answers. Without a sender it is not loaded. */
export interface Quoted {
  readonly seq: number;
  readonly sender: Sender | null;
  readonly name: string;
  readonly text: string;
  readonly deleted: boolean;
}
/** The visitor's edit or deletion that is not answered, or was refused. */
export interface Revising {
  readonly id: string;
  readonly refused: boolean;
}
export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  /** The id of its command. */
  readonly id: string;
  readonly sender: Sender;
  /** An agent's name; otherwise empty. */
  readonly name: string;
  readonly text: string;
  readonly at: number;
  /** The first and the last message of a run: one sender, a few minutes. */
  first: boolean;
  last: boolean;
  /** Null if it is no longer relevant. */
  delivery: Delivery | null;
  /** The reason of a refusal, if there is more to show than the refusal. */
  readonly why?: (() => string) | undefined;
  readonly conversation?: string;
  readonly seq?: number;
  readonly files?: readonly FileInfo[] | undefined;
  readonly edited?: number | undefined;
  /** It has no text any more. */
  readonly deleted?: boolean | undefined;
  /** The seq of the message that it answers. revised.ts adds the rest, which no opening needs. */
  readonly quote?: number | undefined;
  readonly quoted?: Quoted;
  readonly revising?: Revising;
}
export interface NoticeRow {
  readonly kind: 'notice';
  readonly key: string;
  /** The name of the subject; may be empty. */
  readonly name: string;
  readonly say: (who: { name: string }) => string;
}
export type Row =
  | MessageRow
  | NoticeRow
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'chat'; readonly key: string }
  /** The questions about the visitor, or the thanks for the answers. */
  | { readonly kind: 'details'; readonly key: string };

/** Messages further apart than this are not grouped; milliseconds. */
const runLength = 300_000;

export interface Extras {
  /** The campaign's opening text; empty if it has none. */
  readonly opening: string;
  /** Optional details are asked for, below the visitor's first message. */
  readonly details: boolean;
  /** The visitor begins a new chat below the shown one. */
  readonly fresh: boolean;
  readonly now: number;
}

export function timeline(view: VisitorView, { opening, details, fresh, now }: Extras): Row[] {
  const rows: Row[] = [];
  const keys = new Set<string>();
  const current = view.state?.id ?? '';
  let day = startOfDay(now);
  let run: MessageRow | undefined;

  const add = (row: Row, at?: number) => {
    if (keys.has(row.key)) return;
    if (at !== undefined && startOfDay(at) !== day) {
      day = startOfDay(at);
      // A clock may go back, so the key of a day is that of its first row.
      rows.push({ kind: 'day', key: `day ${row.key}`, at });
      run = undefined;
    }
    keys.add(row.key);
    if (row.kind === 'message') {
      if (run && run.sender === row.sender && run.name === row.name && row.at - run.at < runLength) {
        // If one message is on its way and the next has arrived, each shows its own state.
        run.last = run.delivery === 'refused' || (row.delivery !== null && row.delivery !== run.delivery);
        row.first = false;
      }
      run = row;
    } else run = undefined;
    rows.push(row);
  };

  for (const { conversation, entries } of view.earlier) {
    if (rows.length > 0) add({ kind: 'chat', key: `chat ${conversation}` });
    for (const entry of entries) addEntry(entry, conversation);
  }
  const opens = view.entries.some(isOpening);
  const begins = view.entries.length === 0 || view.entries[0]?.kind === 'conversation.started';
  if (rows.length > 0 && !fresh) add({ kind: 'chat', key: 'chat' });
  if (begins && !fresh && !opens) addOpening();
  for (const entry of view.entries) addEntry(entry, current);
  if (fresh) {
    add({ kind: 'chat', key: 'chat' });
    addOpening();
  }
  // Only the latest message shows whether it was seen.
  const latest = view.entries.findLast((entry) => entry.kind === 'message.sent');
  if (run && latest && sideOf(latest.by) === 'visitor')
    run.delivery = latest.seq <= view.marks.agent.read ? 'seen' : 'sent';
  for (const { id, frame, at, refused, files } of view.pending) {
    if (frame.t !== 'message.send') continue;
    const delivery = refused ? 'refused' : 'sending';
    const why = refused?.code === 'too_many_chats' ? m.too_many_chats : undefined;
    const row = { ...message(id, frame.text, at), conversation: current, quote: frame.quote, files };
    add({ ...row, delivery, ...(why && { why }) }, at);
  }
  if (details && begins) addDetails();
  return rows;

  function addOpening() {
    const row = { ...message('opening', opening, view.state?.startedAt ?? now), key: 'opening' };
    if (opening) add({ ...row, sender: 'automatic' });
  }

  /** Below the first message of the current chat. */
  function addDetails() {
    const chat = rows.findLastIndex(({ kind }) => kind === 'chat');
    const first = rows.findIndex(
      (row, at) => at > chat && row.kind === 'message' && row.sender === 'visitor',
    );
    const row = rows[first];
    if (row?.kind !== 'message') return;
    row.last = true;
    const next = rows[first + 1];
    if (next?.kind === 'message') next.first = true;
    rows.splice(first + 1, 0, { kind: 'details', key: 'details' });
  }

  function addEntry(entry: Entry, conversation: string) {
    const { at } = entry;
    if (entry.kind === 'message.sent') {
      const { id, text, seq, quote, edited, deleted, files } = entry;
      const row = { ...message(id, text, at), conversation, seq, quote, edited, deleted, files };
      const name = 'name' in entry.by ? entry.by.name : '';
      const sender = sideOf(entry.by) ?? 'automatic';
      add(sender === 'visitor' ? row : { ...row, key: `a${id}`, sender, name }, at);
      return;
    }
    if (entry.kind === 'automatic.sent') {
      // An opening in the log takes the place of the one from the settings.
      const key =
        entry.moment === 'opening' && conversation === current ? 'opening' : `${conversation} ${entry.seq}`;
      add({ ...message(key, entry.text, at), key, sender: 'automatic' }, at);
      return;
    }
    const said = lineOf<Notice<Entry>>(notices, entry.kind)?.(entry);
    if (said) add({ kind: 'notice', key: `${conversation} ${entry.seq}`, ...said }, at);
  }
}

const isOpening = (entry: Entry) => entry.kind === 'automatic.sent' && entry.moment === 'opening';

const endings = {
  visitor: m.ended_by_you,
  agent: m.ended,
  idle: m.ended_idle,
  blocked: m.ended,
  full: m.ended_full,
};

/** Declared as a method, so that the line of one kind fits a look-up by any entry's kind. */
type Notice<E extends Entry> = { notice(entry: E): Pick<NoticeRow, 'name' | 'say'> }['notice'];

/** The notice for each kind whose rules ask for one. */
const notices: { readonly [K in NoticedKind]: Notice<EntryOf<K>> } = {
  'agent.assigned': ({ agent }) => ({ name: agent.name, say: m.joined }),
  'agent.unassigned': ({ agent }) => ({ name: agent.name, say: m.left_chat }),
  'conversation.closed': ({ by, reason, full }) =>
    reason === 'agent' && 'name' in by
      ? { name: by.name, say: m.ended_by }
      : { name: '', say: endings[full ? 'full' : reason] },
};

function message(id: string, text: string, at: number): MessageRow {
  return {
    kind: 'message',
    key: `v${id}`,
    id,
    sender: 'visitor',
    name: '',
    text,
    at,
    first: true,
    last: true,
    delivery: null,
  };
}

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
