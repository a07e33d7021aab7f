/** Turns a log into lines: entries, days between them, and messages in groups. Pure. */
import type { Pending } from '#client/outbox';
import { idOf, sideOf } from '#domain/conversation/parties';
import type { Entry, EntryOf, Marks, Party } from '#protocol';
import { isEvent, type EventEntry } from './describe.ts';
import { dayKey } from './when.ts';

/** Messages of one sender that follow each other within this many milliseconds are drawn as one group. */
const together = 5 * 60_000;

/** The delivery state of a message of the agents' side. */
export type Progress = 'sent' | 'delivered' | 'seen';

interface Keyed {
  /** Stays the same from the moment a message is typed until long after it is sent. */
  readonly key: string;
}
export interface MessageItem extends Keyed {
  readonly kind: 'message';
  readonly seq: number;
  readonly at: number;
  readonly by: Party;
  readonly text: string;
  /** Whether the message is the first, or the last, of its group. */
  readonly first: boolean;
  readonly last: boolean;
  /** Of an agent's message, if the marks are known. */
  readonly progress?: Progress;
}
export interface PendingItem extends Keyed {
  readonly kind: 'pending';
  readonly pending: Pending;
  readonly text: string;
  readonly first: boolean;
  readonly last: boolean;
}
export interface EventItem extends Keyed {
  readonly kind: 'event';
  readonly entry: EventEntry;
  /** The note of the transfer before it. */
  readonly note?: string;
}
export interface DayItem extends Keyed {
  readonly kind: 'day';
  readonly at: number;
}
export interface UnreadItem extends Keyed {
  readonly kind: 'unread';
}
export type Item = MessageItem | PendingItem | EventItem | DayItem | UnreadItem;

export interface ItemOptions {
  readonly zone?: string | undefined;
  readonly marks?: Marks | undefined;
  readonly pending?: readonly Pending[];
  /** The sender of the pending messages. */
  readonly me?: string | null;
  /** The visitor's messages after this seq are new to the reader; null draws no line. */
  readonly unreadAfter?: number | null;
}

export function itemsOf(entries: readonly Entry[], options: ItemOptions = {}): Item[] {
  const { zone, marks, unreadAfter = null } = options;
  const items: Item[] = [];
  let day = '';
  let before: EntryOf<'message.sent'> | null = null;
  let lined = unreadAfter === null;
  for (const [index, entry] of entries.entries()) {
    const today = dayKey(entry.at, zone);
    if (today !== day) {
      items.push({ kind: 'day', key: `day:${today}:${entry.seq}`, at: entry.at });
      day = today;
      before = null;
    }
    if (entry.kind !== 'message.sent') {
      const cause = transferBefore(entry, entries[index - 1]);
      const told = entries[index + 1];
      if (!isEvent(entry) || (told && tells(told, entry)) || (cause && !tells(entry, cause))) continue;
      const note = cause?.note ?? (entry.kind === 'conversation.transferred' ? entry.note : undefined);
      items.push({ kind: 'event', key: `event:${entry.seq}`, entry, ...(note && { note }) });
      before = null;
      continue;
    }
    if (!lined && unreadAfter !== null && entry.seq > unreadAfter && sideOf(entry.by) === 'visitor') {
      items.push({ kind: 'unread', key: 'unread' });
      lined = true;
      before = null;
    }
    const first = !before || senderOf(before.by) !== senderOf(entry.by) || entry.at - before.at > together;
    if (!first) unsetLast(items);
    const progress = marks && sideOf(entry.by) === 'agent' ? { progress: progressOf(entry.seq, marks) } : {};
    const { seq, at, by, text } = entry;
    // By sender and id, because the other side could choose the same id.
    const key = `${senderOf(by)}:${entry.id}`;
    items.push({ kind: 'message', key, seq, at, by, text, first, last: true, ...progress });
    before = entry;
  }
  return withPending(items, before, options);
}

/** The transfer that caused a change of owner: always the entry right before it. */
function transferBefore(
  entry: Entry,
  before: Entry | undefined,
): EntryOf<'conversation.transferred'> | undefined {
  if (before?.kind !== 'conversation.transferred' || before.seq !== entry.seq - 1) return undefined;
  const caused =
    tells(entry, before) || (entry.kind === 'agent.unassigned' && entry.reason === 'transferred');
  return caused ? before : undefined;
}

/**
 * A transfer and the change of owner that it causes make one line: the assignment to an agent, or the transfer to a
 * queue.
 */
function tells(entry: Entry, before: Entry): boolean {
  return (
    before.kind === 'conversation.transferred' &&
    before.to.kind === 'agent' &&
    entry.kind === 'agent.assigned' &&
    entry.seq === before.seq + 1 &&
    entry.agent.id === before.to.id
  );
}

/** Unsent messages are at the end of the log, in the order in which they were typed. */
function withPending(items: Item[], before: EntryOf<'message.sent'> | null, options: ItemOptions): Item[] {
  const { pending = [], me = null } = options;
  let joined = before !== null && senderOf(before.by) === `agent:${me}`;
  for (const each of pending) {
    if (each.frame.t !== 'message.send') continue;
    if (joined) unsetLast(items);
    const { id, text } = each.frame;
    const key = `agent:${me}:${id}`;
    items.push({ kind: 'pending', key, pending: each, text, first: !joined, last: true });
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
