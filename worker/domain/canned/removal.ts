/** How long a removal can be undone (F80). The server's clock decides. */

/** Milliseconds. */
export const undoFor = 10_000;
/**
 * How long a removed row is stored at least, in milliseconds: longer than a request lasts, so a change that began
 * before the removal still finds the row and is refused.
 */
export const storedFor = 60_000;

/** True if something that was removed at that time can still be restored. */
export function isRestorable(removedAt: number, now: number): boolean {
  return now - removedAt < undoFor;
}

/** The time that is left to restore it, in milliseconds. */
export function restorableFor(removedAt: number, now: number): number {
  return Math.min(undoFor, Math.max(0, removedAt + undoFor - now));
}

/** A removed thing that can no longer be restored counts as absent, whether or not its row is deleted already. */
export function isGone({ deletedAt }: { readonly deletedAt: number | null }, now: number): boolean {
  return deletedAt !== null && !isRestorable(deletedAt, now);
}
