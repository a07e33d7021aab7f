/** How far each side has got in a log: registers beside it, which only rise. */
import type { Entry, Marks } from '#protocol';
import { otherSide, sideOf, type Side } from './parties.ts';

export const noMarks: Marks = {
  visitor: { delivered: 0, read: 0, unread: 0 },
  agent: { delivered: 0, read: 0, unread: 0 },
};

/**
 * Folds an entry into the marks: a message is unread for the other side, and its sender has read everything before
 * it. A message that is nobody's moves no mark.
 */
export function arrive(marks: Marks, entry: Entry): Marks {
  if (entry.kind !== 'message.sent') return marks;
  const from = sideOf(entry.by);
  if (!from) return marks;
  const to = otherSide(from);
  const received = { ...marks, [to]: { ...marks[to], unread: marks[to].unread + 1 } };
  return advance(received, from, { delivered: entry.seq, read: entry.seq }, entry.seq, () => 0);
}

/**
 * Takes a side's report of how far it has got. A seq past the head counts as the head; a lower seq than before
 * changes nothing. `countAfter` counts the other side's messages after a seq; it is called only where some remain.
 * @returns the same object where nothing changed
 */
export function advance(
  marks: Marks,
  side: Side,
  reported: { delivered: number; read: number },
  head: number,
  countAfter: (seq: number) => number,
): Marks {
  const mark = marks[side];
  const read = Math.max(mark.read, Math.min(reported.read, head));
  const delivered = Math.max(mark.delivered, read, Math.min(reported.delivered, head));
  if (read === mark.read && delivered === mark.delivered) return marks;
  const unread = read === mark.read ? mark.unread : read === head ? 0 : countAfter(read);
  return { ...marks, [side]: { delivered, read, unread } };
}

/** The agent's mark belongs to the owner: a new owner starts with everything unread. */
export function changeOwner(marks: Marks, countAfter: (seq: number) => number): Marks {
  return { ...marks, agent: { delivered: 0, read: 0, unread: countAfter(0) } };
}
