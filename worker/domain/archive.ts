/**
 * How a log lies in the archive: as pages of consecutive entries, cut by a rule that looks at the log alone. So the archive is a
 * function of the log: to write a page again changes nothing, and a rebuild gives the same rows to the byte. A page costs one
 * row however many entries it holds; rows written are what a database bills.
 */

/** A page ends when it holds so many entries … */
export const pageEntries = 128;
/** … or so many characters. The entry that crosses the line belongs to the page; a row stays far below D1's 2 MB. */
export const pageLength = 262_144;

/** An open page: where it starts, and what it holds. */
export interface Page {
  readonly first: number;
  readonly count: number;
  readonly length: number;
}

export const firstPage: Page = { first: 1, count: 0, length: 0 };

/** The page that an entry of this length goes to, with the entry in it. */
export function paginate(page: Page, entryLength: number): Page {
  if (page.count >= pageEntries || page.length >= pageLength) {
    return { first: page.first + page.count, count: 1, length: entryLength };
  }
  return { first: page.first, count: page.count + 1, length: page.length + entryLength };
}

/** The archive waits so long for more, in milliseconds: at least … */
export const quietWindow = 2_000;
/** … and at the most. */
export const busyWindow = 30_000;
/** A write that carried so many entries found a busy conversation. */
const busyEntries = 8;

/** How long to collect before the next write, after one that carried `entries`. Doubles while busy, else starts anew. */
export function nextWindow(window: number, entries: number): number {
  return entries >= busyEntries ? Math.min(busyWindow, window * 2) : quietWindow;
}
