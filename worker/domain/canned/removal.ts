/** How long a removal can be undone (F80). The server's clock decides. */

/** Milliseconds. */
export const undoFor = 10_000;

/** True if something that was removed at that time can still be restored. */
export function isRestorable(removedAt: number, now: number): boolean {
  return now - removedAt < undoFor;
}
