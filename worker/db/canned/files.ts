/**
 * The files of canned responses, which belong to the account. A save copies an upload first: its row counts as removed
 * until the save has it, so a crash in between leaves nothing that the sweep does not find.
 */
import { day, hour } from '#domain/base/caps';
import type { FileInfo } from '#protocol';
import type { Place } from './change.ts';

/** A file that no response has is deleted after this time; milliseconds. */
const storedFor = day;
/** A save takes only files that were removed less long ago, so the sweep is never in its way; milliseconds. */
const takenWithin = 12 * hour;

export interface CannedFile {
  readonly id: string;
  readonly forum: string;
  readonly response: string;
  readonly key: string;
  readonly info: FileInfo;
  readonly small: 'image/jpeg' | 'image/png' | null;
  readonly stored: boolean;
}

interface Row extends Omit<CannedFile, 'info' | 'stored'> {
  readonly info: string;
  readonly stored: number;
}

export async function findFile(d1: D1Database, account: string, id: string): Promise<CannedFile | null> {
  const row = await d1
    .prepare(
      `SELECT id, forum_id AS forum, response_id AS response, key, info, small, stored FROM canned_files
       WHERE account_id = ? AND id = ?`,
    )
    .bind(account, id)
    .first<Row>();
  return row && { ...row, info: JSON.parse(row.info) as FileInfo, stored: row.stored === 1 };
}

/** Adds a file that is about to be copied; false if the account has the most that it may have. */
export async function addFile(
  d1: D1Database,
  account: string,
  { id, forum, response, key, info, small }: Omit<CannedFile, 'stored'>,
  most: number,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO canned_files (account_id, id, forum_id, response_id, key, info, size, small, stored, removed_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9
       WHERE (SELECT count(*) FROM canned_files WHERE account_id = ?1) < ?10
       ON CONFLICT DO NOTHING`,
    )
    .bind(account, id, forum, response, key, JSON.stringify(info), info.size, small, now, most)
    .run();
  return meta.changes > 0 || (await findFile(d1, account, id)) !== null;
}

/** The object is there. */
export async function fileStored(d1: D1Database, account: string, id: string): Promise<void> {
  await d1
    .prepare('UPDATE canned_files SET stored = 1 WHERE account_id = ? AND id = ?')
    .bind(account, id)
    .run();
}

/** Those of these files that a save of the response may have, in any order. */
export function selectFiles(
  d1: D1Database,
  { account, forum }: Place,
  response: string,
  ids: readonly string[],
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `SELECT info FROM canned_files
       WHERE account_id = ?1 AND id IN (SELECT value FROM json_each(?2)) AND forum_id = ?3 AND response_id = ?4
         AND stored = 1 AND (removed_at IS NULL OR removed_at > ?5)`,
    )
    .bind(account, JSON.stringify(ids), forum, response, now - takenWithin);
}

/** The files by these ids in that statement's result, in the order of the ids; null if one is missing. */
export function filesIn(result: D1Result | undefined, ids: readonly string[]): FileInfo[] | null {
  const rows = (result?.results ?? []) as { info: string }[];
  const known = new Map(
    rows.map(({ info }) => JSON.parse(info) as FileInfo).map((info) => [info.id, info] as const),
  );
  const found = ids.flatMap((id) => known.get(id) ?? []);
  return found.length === ids.length ? found : null;
}

/** The response has exactly these files from now on. */
export function keepFiles(
  d1: D1Database,
  { account, forum }: Place,
  response: string,
  kept: readonly string[],
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE canned_files
       SET removed_at = CASE WHEN id IN (SELECT value FROM json_each(?4)) THEN NULL ELSE coalesce(removed_at, ?5) END
       WHERE account_id = ?1 AND forum_id = ?2 AND response_id = ?3`,
    )
    .bind(account, forum, response, JSON.stringify(kept), now);
}

/** A response, or with null a forum, is removed at this time. */
export function removeFiles(
  d1: D1Database,
  { account, forum }: Pick<Place, 'account' | 'forum'>,
  response: string | null,
  at: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE canned_files SET removed_at = ?4
       WHERE account_id = ?1 AND forum_id = ?2 AND (?3 IS NULL OR response_id = ?3) AND removed_at IS NULL`,
    )
    .bind(account, forum, response, at);
}

/** It is restored: the files that were removed with it return. */
export function restoreFiles(
  d1: D1Database,
  { account, forum }: Pick<Place, 'account' | 'forum'>,
  response: string | null,
  removedAt: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE canned_files SET removed_at = NULL
       WHERE account_id = ?1 AND forum_id = ?2 AND (?3 IS NULL OR response_id = ?3) AND removed_at = ?4`,
    )
    .bind(account, forum, response, removedAt);
}

/**
 * Deletes files that no response has had for a day, with `remove` for their objects first, so a crash in between
 * repeats it. Answers when the next one is due; null: none is.
 */
export async function sweepFiles(
  d1: D1Database,
  account: string,
  now: number,
  remove: (keys: readonly string[]) => Promise<void>,
): Promise<number | null> {
  const due = d1
    .prepare('SELECT id, key FROM canned_files WHERE account_id = ? AND removed_at <= ? LIMIT ?')
    .bind(account, now - storedFor, sweptAtOnce);
  const { results } = await due.all<{ id: string; key: string }>();
  if (results.length > 0) {
    await remove(results.map(({ key }) => key));
    await d1
      .prepare('DELETE FROM canned_files WHERE account_id = ? AND id IN (SELECT value FROM json_each(?))')
      .bind(account, JSON.stringify(results.map(({ id }) => id)))
      .run();
  }
  const next = await d1
    .prepare('SELECT min(removed_at) AS at FROM canned_files WHERE account_id = ? AND removed_at IS NOT NULL')
    .bind(account)
    .first<{ at: number | null }>();
  const at = next?.at ?? null;
  return at === null ? null : at + storedFor;
}

/** R2 deletes at most 1,000 keys in one call; a file has two. */
const sweptAtOnce = 400;
