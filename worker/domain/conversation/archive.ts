/**
 * How a log lies in the archive: as pages of consecutive entries, cut by a rule that looks at the log alone. So the
 * archive is a function of the log: to write a page again changes nothing, and a rebuild gives the same rows to the
 * byte. A page costs one row however many entries it holds; rows written are what a database bills.
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

/** A conversation is in the archive so long after it has begun, in milliseconds … */
export const firstWindow = 5_000;
/**
 * … and what follows within so long: a write costs the same however many entries it carries, and people write one at
 * a time.
 */
export const laterWindow = 60_000;

/**
 * How long what is missing may wait for more; a few full pages wait no longer. `begun` where the archive has
 * something of it already. `spread`, from 0 to 1 and drawn anew for each write, keeps conversations that fill at one
 * pace from being written all at one moment, which would delay everybody else. `longest` is the upper bound of any
 * wait.
 */
export function windowOf(missing: number, begun: boolean, spread: number, longest = laterWindow): number {
  if (missing >= pageEntries * (2 + 2 * spread)) return 0;
  return begun ? longest * (1 - spread / 4) : Math.min(firstWindow, longest);
}
