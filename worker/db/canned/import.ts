/** Imports many responses into a forum in one transaction. */
import { merge, type Fault, type Line } from '#domain/canned/merge';
import type { ImportReport, Refusal } from '#protocol';
import { record } from '../audit.ts';
import { changeForum, type Changed, type Place } from './change.ts';
import type { Acting } from './forums.ts';
import { fits, inOrder, selectFile } from './responses.ts';

/** The faults that a report lists; the others are counted. */
const listed = 200;
/**
 * The greatest length of a statement's value in UTF-16 units. D1 takes 2 MB
 * (https://developers.cloudflare.com/d1/platform/limits/), and a unit is up to three bytes.
 */
const maxValueLength = 600_000;

/**
 * Adds and replaces responses by the lines of a file. With `check` it only reports. `makeIds` makes ids for new
 * responses.
 */
export async function importResponses(
  d1: D1Database,
  place: Place,
  { lines, faults: unread }: { readonly lines: readonly Line[]; readonly faults: readonly Fault[] },
  { check, makeIds }: { readonly check: boolean; makeIds(count: number): string[] },
  acting: Acting | null,
  now: number,
): Promise<Changed<ImportReport> | Refusal> {
  return changeForum(d1, place, now, [selectFile(d1, place)], (forum, [file]) => {
    const merged = merge(inOrder(file), lines, forum, (room) => fits(place, forum, room));
    const { added, changed, unchanged, repeats, count, size } = merged;
    const faults = [...unread, ...merged.faults].sort((a, b) => a.line - b.line);
    const answer = {
      ...{ added: added.length, changed: changed.length, unchanged },
      ...{ faults: faults.slice(0, listed), faulty: faults.length },
      ...(repeats.length > 0 && { repeats: repeats.slice(0, listed), repeated: repeats.length }),
    };
    if (check || added.length + changed.length === 0) return { answer };
    // Ascending ids keep the order of the lines, because all rows have one time.
    const ids = makeIds(added.length).sort();
    const rows = [
      ...added.map(({ key, question, answer }, index) => [ids[index], key, question, answer]),
      ...changed.map(({ id, texts: { key, question, answer } }) => [id, key, question, answer]),
    ];
    const { account, forum: id } = place;
    const subject = { id, name: forum.title };
    const statements = [
      ...chunks(rows).map((json) => d1.prepare(upsertMany).bind(account, id, now, json)),
      ...(acting
        ? [record(d1, acting('responses.imported', subject, { responses: [forum.count, count] }))]
        : []),
    ];
    return { answer, change: { count, size, statements } };
  });
}

// An upsert finds each response by its key. UPDATE … FROM json_each would read the whole JSON for each response.
const upsertMany = `
  INSERT INTO responses (account_id, forum_id, id, key, question, answer, version, created_at, changed_at)
  SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 1, ?3, ?3 FROM json_each(?4) WHERE true
  ON CONFLICT (account_id, forum_id, id) DO UPDATE SET
    previous = json_object('key', responses.key, 'question', responses.question, 'answer', responses.answer,
      'files', json(coalesce(responses.files, '[]'))),
    question = excluded.question, answer = excluded.answer, version = responses.version + 1, edit = NULL,
    changed_at = excluded.changed_at, changed_by_id = NULL, changed_by_name = NULL`;

/** The rows as JSON arrays that are short enough for a statement. */
function chunks(rows: readonly (readonly (string | undefined)[])[]): string[] {
  const texts: string[] = [];
  let part: string[] = [];
  let length = 0;
  for (const row of rows.map((each) => JSON.stringify(each))) {
    if (part.length > 0 && length + row.length > maxValueLength) {
      texts.push(`[${part.join(',')}]`);
      [part, length] = [[], 0];
    }
    part.push(row);
    length += row.length + 1;
  }
  return part.length > 0 ? [...texts, `[${part.join(',')}]`] : texts;
}
