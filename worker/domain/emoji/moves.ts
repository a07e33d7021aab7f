/** The keys of a grid of emoji. */

/** The columns of a grid, in the workspace and in the widget. */
export const columns = 8;

/**
 * The place to which a key moves from a place in a grid of `count`; `null` for the search above the grid, and undefined
 * if the key moves nowhere.
 */
export function moved(key: string, at: number, count: number): number | null | undefined {
  const row = at - (at % columns);
  switch (key) {
    case 'ArrowRight':
      return Math.min(at + 1, count - 1);
    case 'ArrowLeft':
      return Math.max(at - 1, 0);
    case 'ArrowDown':
      // Below the last full row is the end.
      return row + columns >= count ? at : Math.min(at + columns, count - 1);
    case 'ArrowUp':
      return at < columns ? null : at - columns;
    case 'Home':
      return row;
    case 'End':
      return Math.min(row + columns, count) - 1;
    case 'PageDown':
      return Math.min(at + 4 * columns, count - 1);
    case 'PageUp':
      return Math.max(at - 4 * columns, at % columns);
    default:
      return undefined;
  }
}

/** The rows of a grid. */
export function rowsOf<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / columns) }, (_, row) =>
    list.slice(row * columns, (row + 1) * columns),
  );
}
