/** The rows of responses: how they are read and written. */
import { contentOf, type Content, type Saved, type StoredResponse } from '#domain/canned/saving';
import type { FileInfo, ResponseDetails } from '#protocol';
import type { Place } from './change.ts';

/** The user who makes a change. */
export interface Writer {
  readonly id: string;
  readonly name: string;
}

export interface ResponseRow extends Omit<StoredResponse, 'previous' | 'files'> {
  /** JSON. */
  readonly files: string | null;
  readonly previous: string | null;
  readonly changedAt: number;
  readonly changedById: string | null;
  readonly changedByName: string | null;
}
interface UsesRow {
  readonly count: number;
  readonly lastAt: number | null;
}

export function selectResponse(d1: D1Database, { account, forum }: Place, id: string): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        `SELECT id, key, question, answer, version, edit, previous, files, changed_at AS changedAt,
           changed_by_id AS changedById, changed_by_name AS changedByName, deleted_at AS deletedAt
         FROM responses WHERE account_id = ? AND forum_id = ? AND id = ?`,
      )
      .bind(account, forum, id),
    d1
      .prepare(
        'SELECT count(*) AS count, max(at) AS lastAt FROM canned_uses WHERE account_id = ? AND response_id = ?',
      )
      .bind(account, id),
  ];
}

/** The response in these statements' results, and how often it was used. */
export function responseIn([response, used]: readonly D1Result[]): {
  row: ResponseRow | undefined;
  stored: StoredResponse | null;
  uses: UsesRow;
} {
  const [row] = (response?.results ?? []) as ResponseRow[];
  const [uses = { count: 0, lastAt: null }] = (used?.results ?? []) as UsesRow[];
  return { row, stored: row ? { ...row, ...contentIn(row), previous: previousIn(row) } : null, uses };
}

export const filesOf = (json: string | null) =>
  json === null ? undefined : (JSON.parse(json) as FileInfo[]);
const contentIn = ({ key, question, answer, files }: ResponseRow) => ({
  key,
  question,
  answer,
  files: filesOf(files),
});
const previousIn = ({ previous }: ResponseRow) =>
  previous === null ? null : contentOf(JSON.parse(previous) as Content);
export const textOf = (content: Content | null) => content && JSON.stringify(content);
export const filesText = ({ files }: Content) => (files && files.length > 0 ? JSON.stringify(files) : null);

export function detailsOf(row: ResponseRow, { count, lastAt }: UsesRow): ResponseDetails {
  const { id, version, changedAt, changedById, changedByName } = row;
  return {
    ...{ id, ...contentOf(contentIn(row)), version, changedAt },
    changedBy: changedById === null ? null : { id: changedById, name: changedByName ?? '' },
    previous: previousIn(row),
    uses: { count, lastAt },
  };
}

/** A row that was removed long ago may still be there. */
export function insert(
  d1: D1Database,
  { account, forum }: Place,
  id: string,
  saved: Saved,
  by: Writer,
  now: number,
) {
  const { key, question, answer, version, edit } = saved;
  return d1
    .prepare(
      `INSERT OR REPLACE INTO responses (account_id, forum_id, id, key, question, answer, version, edit, created_at,
         changed_at, changed_by_id, changed_by_name, files)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12)`,
    )
    .bind(
      ...[account, forum, id, key, question, answer, version, edit, now],
      ...[by.id, by.name, filesText(saved)],
    );
}

export function update(
  d1: D1Database,
  { account, forum }: Place,
  id: string,
  saved: Saved,
  by: Writer,
  now: number,
) {
  const { key, question, answer, version, edit, previous } = saved;
  return d1
    .prepare(
      `UPDATE responses SET key = ?, question = ?, answer = ?, version = ?, edit = ?, previous = ?, changed_at = ?,
         changed_by_id = ?, changed_by_name = ?, files = ? WHERE account_id = ? AND forum_id = ? AND id = ?`,
    )
    .bind(
      ...[key, question, answer, version, edit, textOf(previous), now],
      ...[by.id, by.name, filesText(saved), account, forum, id],
    );
}

/** Removes the response at a time, or restores it. */
export function mark(
  d1: D1Database,
  { account, forum }: Place,
  id: string,
  at: number | null,
): D1PreparedStatement {
  return d1
    .prepare('UPDATE responses SET deleted_at = ? WHERE account_id = ? AND forum_id = ? AND id = ?')
    .bind(at, account, forum, id);
}
