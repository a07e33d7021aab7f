/** Turns a log into lines: its beginning, entries, days between them, and messages in groups. Pure. */
import type { Pending } from '#client/outbox';
import { idOf, sideOf } from '#domain/conversation/parties';
import type { Entry, EntryOf, FileInfo, Marks, Mention, Party } from '#protocol';
import { eventItem, type EventItem } from './event-items.ts';
import { RevisedForms, type RevisedForm } from './revised-form.ts';
import { dayKey } from './when.ts';

/** Messages of one sender that follow each other within this many milliseconds are drawn as one group. */
const together = 5 * 60_000;

/** The delivery state of a message of the agents' side. */
export type Progress = 'sent' | 'delivered' | 'seen';

interface Keyed {
  /** Stays the same from the moment a message is typed until long after it is sent. */
  readonly key: string;
}
/** The beginning of the log, if it is loaded. */
export interface StartItem extends Keyed {
  readonly kind: 'start';
  readonly entry: EntryOf<'conversation.started'>;
  /** The automatic text with which it began. */
  readonly opening?: string;
}
/** A message of the visitor or an agent. */
export interface MessageItem extends Keyed, RevisedForm<EntryOf<'message.sent'>> {
  readonly kind: 'message';
  /** Whether the message is the first, or the last, of its group. */
  readonly first: boolean;
  readonly last: boolean;
  /** Of an agent's message, if the marks are known. */
  readonly progress?: Progress;
}
/** A private note. */
export interface NoteItem extends Keyed, RevisedForm<EntryOf<'note.added'>> {
  readonly kind: 'note';
}
/** A note that is unanswered or was refused. */
export interface PendingNoteItem extends Keyed {
  readonly kind: 'pending note';
  readonly pending: Pending;
  readonly text: string;
  readonly mentions?: readonly Mention[];
}
/** A message that no person wrote. */
export interface SystemItem extends Keyed {
  readonly kind: 'system';
  readonly at: number;
  readonly text: string;
}
export interface PendingItem extends Keyed {
  readonly kind: 'pending';
  readonly pending: Pending;
  readonly text: string;
  readonly files?: readonly FileInfo[];
  /** The seq of the message that it answers. */
  readonly quote?: number;
  readonly first: boolean;
  readonly last: boolean;
}
export interface DayItem extends Keyed {
  readonly kind: 'day';
  readonly at: number;
}
export interface UnreadItem extends Keyed {
  readonly kind: 'unread';
}
export type { EventItem };
export type Item =
  | StartItem
  | MessageItem
  | NoteItem
  | SystemItem
  | PendingItem
  | PendingNoteItem
  | EventItem
  | DayItem
  | UnreadItem;

export interface ItemOptions {
  readonly zone?: string | undefined;
  readonly marks?: Marks | undefined;
  readonly pending?: readonly Pending[];
  /** The reader, who is the sender of the pending messages. */
  readonly me?: string | null;
  /** The visitor's messages after this seq are new to the reader; null draws no line. */
  readonly unreadAfter?: number | null;
}

export function itemsOf(entries: readonly Entry[], options: ItemOptions = {}): Item[] {
  const { zone, pending = [] } = options;
  const items: Item[] = [];
  let day = '';
  /** The message that the next one may join. */
  let open: EntryOf<'message.sent'> | null = null;
  const forms = new RevisedForms(entries, pending);
  const unread = firstUnread(entries, options);
  const opening = openingOf(entries);
  for (const [index, entry] of entries.entries()) {
    if (entry === opening) continue;
    if (entry.kind === 'conversation.started') {
      items.push({ kind: 'start', key: 'start', entry, ...(opening && { opening: opening.text }) });
      continue;
    }
    const today = dayKey(entry.at, zone);
    const before = items.at(-1);
    const line =
      messageItem(entry, forms, options) ??
      noteItem(entry, forms) ??
      systemItem(entry) ??
      eventItem(
        entry,
        { last: entries[index - 1], next: entries[index + 1] },
        before?.kind === 'event' && today === day ? before : null,
      );
    if (!line) continue;
    if (today !== day) items.push({ kind: 'day', key: `day:${today}:${entry.seq}`, at: entry.at });
    if (today !== day || line.kind !== 'message') open = null;
    day = today;
    if (line.kind !== 'message') {
      if (line.kind === 'event' && line.cause) items.pop();
      items.push(line);
      continue;
    }
    if (entry === unread) {
      items.push({ kind: 'unread', key: 'unread' });
      open = null;
    }
    const joins = open !== null && senderOf(open.by) === senderOf(entry.by) && entry.at - open.at <= together;
    if (joins) unsetLast(items);
    items.push({ ...line, first: !joins });
    open = line.entry;
  }
  return withPending(items, open, options);
}

/** A message of the visitor or an agent, as a group of its own. */
function messageItem(entry: Entry, forms: RevisedForms, { marks }: ItemOptions): MessageItem | null {
  if (entry.kind !== 'message.sent' || sideOf(entry.by) === null) return null;
  const progress = marks && sideOf(entry.by) === 'agent' ? { progress: progressOf(entry.seq, marks) } : {};
  return { kind: 'message', key: keyOf(entry), first: true, last: true, ...forms.of(entry), ...progress };
}

function noteItem(entry: Entry, forms: RevisedForms): NoteItem | null {
  if (entry.kind !== 'note.added') return null;
  // A closing note has no id of its own.
  return { kind: 'note', key: `note:${senderOf(entry.by)}:${entry.id ?? entry.seq}`, ...forms.of(entry) };
}

function systemItem(entry: Entry): SystemItem | null {
  if (entry.kind !== 'message.sent' && entry.kind !== 'automatic.sent') return null;
  const key = entry.kind === 'message.sent' ? keyOf(entry) : `automatic:${entry.seq}`;
  return { kind: 'system', key, at: entry.at, text: entry.text };
}

/** The automatic text with which the log begins: part of the card. */
function openingOf(entries: readonly Entry[]): EntryOf<'automatic.sent'> | undefined {
  const [start, next] = entries;
  return start?.kind === 'conversation.started' &&
    next?.kind === 'automatic.sent' &&
    next.moment === 'opening'
    ? next
    : undefined;
}

/** By sender and id, because the other side could choose the same id. */
function keyOf({ by, id }: EntryOf<'message.sent'>): string {
  return `${senderOf(by)}:${id}`;
}

/** The first message that is new to the reader; undefined if there is none, or if the whole chat is new. */
function firstUnread(entries: readonly Entry[], { unreadAfter = null }: ItemOptions): Entry | undefined {
  if (unreadAfter === null) return undefined;
  const isMessage = (entry: Entry) => entry.kind === 'message.sent' && sideOf(entry.by) !== null;
  const found = entries.find(
    (entry) => entry.seq > unreadAfter && isMessage(entry) && sideOf(entry.by) === 'visitor',
  );
  const whole = entries[0]?.kind === 'conversation.started' && entries.find(isMessage) === found;
  return whole ? undefined : found;
}

/** Unsent messages are at the end of the log, in the order in which they were typed. */
function withPending(items: Item[], open: EntryOf<'message.sent'> | null, options: ItemOptions): Item[] {
  const { pending = [], me = null } = options;
  let joined = open !== null && senderOf(open.by) === `agent:${me}`;
  for (const each of pending) {
    if (each.frame.t === 'note.add') {
      const { id, text, mentions } = each.frame;
      const key = `note:agent:${me}:${id}`;
      items.push({ kind: 'pending note', key, pending: each, text, ...(mentions && { mentions }) });
      joined = false;
    }
    if (each.frame.t !== 'message.send') continue;
    if (joined) unsetLast(items);
    const { id, text, quote } = each.frame;
    const key = `agent:${me}:${id}`;
    const quoting = quote === undefined ? {} : { quote };
    const files = each.files ? { files: each.files } : {};
    items.push({
      kind: 'pending',
      key,
      pending: each,
      text,
      first: !joined,
      last: true,
      ...quoting,
      ...files,
    });
    joined = true;
  }
  return items;
}

function unsetLast(items: Item[]): void {
  const item = items.at(-1);
  if (item?.kind === 'message' || item?.kind === 'pending')
    items[items.length - 1] = { ...item, last: false };
}

function senderOf(by: Party): string {
  return `${by.kind}:${idOf(by)}`;
}

function progressOf(seq: number, marks: Marks): Progress {
  if (seq <= marks.visitor.read) return 'seen';
  return seq <= marks.visitor.delivered ? 'delivered' : 'sent';
}
