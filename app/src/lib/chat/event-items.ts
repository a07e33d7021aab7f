/** Chooses the lines of a log's events: a handover, which takes up to three entries, is one line. Pure. */
import type { Entry, EntryOf, Party } from '#protocol';
import { isEvent, type EventEntry } from './describe.ts';

export interface EventItem {
  readonly kind: 'event';
  readonly key: string;
  readonly entry: EventEntry;
  /** The event that led to it, told in the same line. */
  readonly cause?: EventEntry;
  /** The note of the transfer before it, and its author. */
  readonly note?: { readonly text: string; readonly by: Party };
}

/** A chat that is assigned within this many milliseconds after it lost its owner was handed over. */
const handedWithin = 5_000;

/**
 * The line of an event; null if the entry has none, or another line tells it. `before` is the line above, which this
 * one replaces if it has a `cause`.
 */
export function eventItem(
  entry: Entry,
  { last, next }: { readonly last: Entry | undefined; readonly next: Entry | undefined },
  before: EventItem | null,
): EventItem | null {
  const transfer = transferBefore(entry, last);
  if (!isEvent(entry) || (next && tells(next, entry)) || (transfer && !tells(entry, transfer))) return null;
  const cause = before && handedOver(before.entry, entry) ? before.entry : undefined;
  const noted = transfer ?? (entry.kind === 'conversation.transferred' ? entry : undefined);
  const own = noted?.note ? { text: noted.note, by: noted.by } : undefined;
  const note = own ?? (cause && before?.note);
  return { kind: 'event', key: `event:${entry.seq}`, entry, ...(cause && { cause }), ...(note && { note }) };
}

/** The loss of an owner, to a queue or by itself, and the assignment that followed at once. */
function handedOver(before: EventEntry, entry: EventEntry): boolean {
  const lost =
    before.kind === 'agent.unassigned' ||
    (before.kind === 'conversation.transferred' && before.to.kind !== 'agent');
  return lost && entry.kind === 'agent.assigned' && entry.at - before.at <= handedWithin;
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
