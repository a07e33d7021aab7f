/** An import into a forum: its lines add a response, change one, or stay out (CAN-20, CAN-21). */
import type { CannedResponse, ImportFault, ResponseTexts } from '#protocol';
import { lengthOf } from './saving.ts';

/** A response in a file, by the number of the line on which it begins. */
export interface Line {
  readonly line: number;
  readonly texts: ResponseTexts;
}
export interface Fault {
  readonly line: number;
  readonly fault: ImportFault;
}

/** A line whose new key an earlier line has too. */
export interface Repeat {
  readonly line: number;
  readonly first: number;
}

export interface Room {
  readonly count: number;
  readonly size: number;
}

export interface Merge extends Room {
  readonly added: readonly ResponseTexts[];
  /** The new texts of stored responses. */
  readonly changed: readonly { readonly id: string; readonly texts: ResponseTexts }[];
  readonly unchanged: number;
  /** In the order of the lines. */
  readonly faults: readonly Fault[];
  /** Both lines are added: a key may repeat. In the order of the lines. */
  readonly repeats: readonly Repeat[];
}

/**
 * Each line replaces at most one response and each response is replaced by at most one line, so a forum's own export
 * changes nothing. A line with the texts of a response is that response. Among the others, a line replaces the first
 * response that has its key; if the forum has the key, but lines before have used up its responses, the line is
 * ambiguous: `repeated_key`. `fits` decides whether the forum may have that many responses of that length.
 */
export function merge(
  stored: readonly CannedResponse[],
  lines: readonly Line[],
  room: Room,
  fits: (room: Room) => boolean,
): Merge {
  const free = new Set(stored);
  // The first one is the last of its group, so that each is looked at once: a file may repeat a key thousands of times.
  const byTexts = Map.groupBy(stored.toReversed(), fingerprint);
  const byKey = Map.groupBy(stored.toReversed(), ({ key }) => key);
  const take = (candidates: CannedResponse[] = []) => {
    let found = candidates.pop();
    while (found && !free.has(found)) found = candidates.pop();
    if (found) free.delete(found);
    return found;
  };

  const others = lines.filter(({ texts }) => !take(byTexts.get(fingerprint(texts))));
  const added: ResponseTexts[] = [];
  const changed: { id: string; texts: ResponseTexts }[] = [];
  const faults: Fault[] = [];
  const repeats: Repeat[] = [];
  const firsts = new Map<string, number>();
  let { count, size } = room;
  for (const { line, texts } of others) {
    const sameKey = texts.key === '' ? undefined : byKey.get(texts.key);
    const before = take(sameKey);
    if (!before && sameKey) {
      faults.push({ line, fault: 'repeated_key' });
      continue;
    }
    const after = {
      count: count + (before ? 0 : 1),
      size: size + lengthOf(texts) - (before ? lengthOf(before) : 0),
    };
    if (!fits(after)) {
      faults.push({ line, fault: 'forum_full' });
      continue;
    }
    ({ count, size } = after);
    if (before) changed.push({ id: before.id, texts });
    else {
      added.push(texts);
      const first = firsts.get(texts.key);
      if (first !== undefined) repeats.push({ line, first });
      else if (texts.key !== '') firsts.set(texts.key, line);
    }
  }
  return { added, changed, unchanged: lines.length - others.length, faults, repeats, count, size };
}

const fingerprint = ({ key, question, answer }: ResponseTexts) => JSON.stringify([key, question, answer]);
