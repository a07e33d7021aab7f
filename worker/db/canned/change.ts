/**
 * Changes of a forum. Each is planned from the forum as it was read, and stored in one transaction that fails if the
 * forum has changed since: then it is planned anew. So of two changes that exclude each other one is refused, and
 * counts and sizes stay true.
 */
import { storedFor } from '#domain/canned/removal';
import { isRefusal, refuse, type Refusal } from '#protocol';
import { says } from '../batch.ts';

/** A forum as a user addresses it: one of the account's, or their own. */
export interface Place {
  readonly account: string;
  readonly forum: string;
  /** The user, if it is their own. */
  readonly owner: string | null;
}

/** A forum as it was read. */
export interface ForumNow {
  readonly title: string;
  /** JSON; null: all. */
  readonly campaigns: string | null;
  readonly version: number;
  readonly count: number;
  readonly size: number;
}

/** An own forum without a template so far, which has no row. */
export const emptyForum: ForumNow = { title: '', campaigns: null, version: 0, count: 0, size: 0 };

export interface Plan<Answer> {
  readonly answer: Answer;
  /** Absent if nothing changes. */
  readonly change?: {
    readonly count: number;
    readonly size: number;
    readonly statements: readonly D1PreparedStatement[];
  };
}

/** The answer, and the forum's new version if anything has changed. */
export interface Changed<Answer> {
  readonly answer: Answer;
  readonly version?: number;
}

/** How often a change is planned anew while others come first. */
const tries = 10;

export async function changeForum<Answer>(
  d1: D1Database,
  place: Place,
  now: number,
  reads: readonly D1PreparedStatement[],
  plan: (forum: ForumNow, read: readonly D1Result[]) => Plan<Answer> | Refusal,
): Promise<Changed<Answer> | Refusal> {
  return untilFresh(async () => {
    const [heading, ...read] = await d1.batch([selectForum(d1, place), ...reads]);
    const forum = forumIn(place, heading);
    if (!forum) return refuse('not_found');
    const planned = plan(forum, read);
    if (isRefusal(planned)) return planned;
    const { answer, change } = planned;
    if (!change) return { answer };
    await d1.batch([
      ...(place.owner === null ? [] : [beginOwn(d1, place, now)]),
      raise(d1, place, forum.version, change),
      purge(d1, place, now),
      ...change.statements,
    ]);
    return { answer, version: forum.version + 1 };
  });
}

/** Repeats an attempt while it fails because of a change that came first. */
export async function untilFresh<T>(attempt: () => Promise<T>): Promise<T | Refusal> {
  for (let tried = 0; tried < tries; tried++) {
    try {
      return await attempt();
    } catch (error) {
      // A guard has set the version to NULL, which the table refuses, and with it the whole batch.
      if (!says(error, 'NOT NULL constraint failed: forums.version')) throw error;
    }
  }
  return refuse('slow_down', { retryAfter: 1_000 });
}

export function selectForum(d1: D1Database, { account, forum, owner }: Place): D1PreparedStatement {
  return d1
    .prepare(
      `SELECT title, campaigns, version, count, size FROM forums
       WHERE account_id = ? AND id = ? AND owner_id IS ? AND deleted_at IS NULL`,
    )
    .bind(account, forum, owner);
}

/** The forum in that statement's result; null if there is none. */
export function forumIn({ owner }: Place, result: D1Result | undefined): ForumNow | null {
  const [row] = (result?.results ?? []) as ForumNow[];
  return row ?? (owner === null ? null : emptyForum);
}

function beginOwn(d1: D1Database, { account, forum, owner }: Place, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT OR IGNORE INTO forums (account_id, id, owner_id, title, version, count, size, created_at)
       VALUES (?, ?, ?, '', 0, 0, 0, ?)`,
    )
    .bind(account, forum, owner, now);
}

function raise(
  d1: D1Database,
  { account, forum }: Place,
  version: number,
  { count, size }: { count: number; size: number },
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE forums SET version = iif(version = ?1 AND deleted_at IS NULL, version + 1, NULL), count = ?2, size = ?3
       WHERE account_id = ?4 AND id = ?5`,
    )
    .bind(version, count, size, account, forum);
}

/** Deletes the forum's responses that were removed some time ago. */
function purge(d1: D1Database, { account, forum }: Place, now: number): D1PreparedStatement {
  return d1.prepare(purgeQuery).bind(account, forum, now - storedFor);
}

export const purgeQuery = 'DELETE FROM responses WHERE account_id = ? AND forum_id = ? AND deleted_at <= ?';
