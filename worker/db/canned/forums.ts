/** Forums: the account's, and each user's own. */
import { isGone, restorableFor, storedFor, undoFor } from '#domain/canned/removal';
import {
  maxForums,
  ownForum,
  refuse,
  type AuditKind,
  type Forum,
  type ForumBody,
  type Refusal,
} from '#protocol';
import { changesBetween, record, type Act } from '../audit.ts';
import { says } from '../batch.ts';
import {
  changeForum,
  emptyForum,
  forumIn,
  selectForum,
  untilFresh,
  type Changed,
  type ForumNow,
  type Place,
} from './change.ts';
import { removeFiles, restoreFiles } from './files.ts';

/** Describes an action for the audit log. */
export type Acting = (
  kind: AuditKind,
  subject: { readonly id: string; readonly name: string },
  changes?: Record<string, [unknown, unknown]>,
) => Act;

interface ForumRow extends ForumNow {
  readonly id: string;
  readonly deletedAt: number | null;
}

/** The account's forums by title, then the user's own. */
export async function listForums(d1: D1Database, account: string, user: string): Promise<Forum[]> {
  const own = ownForum(user);
  const [ofAccount, ofUser] = await d1.batch<ForumRow>([
    d1.prepare(listQuery).bind(account),
    selectForum(d1, { account, forum: own, owner: user }),
  ]);
  const forums = (ofAccount?.results ?? []).map(complete).sort((a, b) => a.title.localeCompare(b.title));
  const [mine = emptyForum] = ofUser?.results ?? [];
  return [...forums, { ...complete({ ...mine, id: own }), own: true }];
}

const columns = 'id, title, campaigns, version, count, size, deleted_at AS deletedAt';
export const listQuery = `SELECT ${columns} FROM forums WHERE account_id = ? AND owner_id IS NULL AND deleted_at IS NULL`;

function complete({ id, title, campaigns, version, count }: ForumNow & { id: string }): Forum {
  return { id, title, campaigns: campaignsOf(campaigns), version, count };
}

const campaignsOf = (json: string | null) => (json === null ? null : (JSON.parse(json) as string[]));

/** The forum; null if the user can reach none by this id. */
export async function getForum(d1: D1Database, place: Place): Promise<ForumNow | null> {
  return forumIn(place, await selectForum(d1, place).all());
}

/** `forum_full` if the account has the most forums that it may have. */
export async function addForum(
  d1: D1Database,
  account: string,
  id: string,
  { title, campaigns }: ForumBody,
  act: Act,
): Promise<Forum | Refusal> {
  // Over the limit the title is NULL, which the table refuses, and with it the whole batch.
  const insert = d1
    .prepare(
      `INSERT INTO forums (account_id, id, title, campaigns, version, count, size, created_at)
       SELECT ?1, ?2, iif(count(*) < ?3, ?4, NULL), ?5, 1, 0, 0, ?6
       FROM forums WHERE account_id = ?1 AND owner_id IS NULL AND deleted_at IS NULL`,
    )
    .bind(account, id, maxForums, title, campaigns && JSON.stringify(campaigns), act.at);
  try {
    await d1.batch([...purgeForums(d1, account, act.at), insert, record(d1, act)]);
  } catch (error) {
    if (says(error, 'NOT NULL constraint failed: forums.title')) return refuse('forum_full');
    throw error;
  }
  return { id, title, campaigns, version: 1, count: 0 };
}

/** Changes the title and the campaigns of a forum of the account. */
export async function updateForum(
  d1: D1Database,
  place: Place,
  { title, campaigns }: ForumBody,
  now: number,
  acting: Acting,
): Promise<Changed<Forum> | Refusal> {
  const { account, forum: id } = place;
  return changeForum(d1, place, now, [], (forum) => {
    const before = { title: forum.title, campaigns: campaignsOf(forum.campaigns) };
    const changes = changesBetween(before, { title, campaigns });
    if (Object.keys(changes).length === 0) return { answer: complete({ ...forum, id }) };
    const update = d1
      .prepare('UPDATE forums SET title = ?, campaigns = ? WHERE account_id = ? AND id = ?')
      .bind(title, campaigns && JSON.stringify(campaigns), account, id);
    const act = acting('forum.changed', { id, name: forum.title }, changes);
    return {
      answer: { id, title, campaigns, version: forum.version + 1, count: forum.count },
      change: { count: forum.count, size: forum.size, statements: [update, record(d1, act)] },
    };
  });
}

/** The time that is left to restore it, in milliseconds; a retry answers the same removal. */
export async function removeForum(
  d1: D1Database,
  { account, forum: id }: Place,
  now: number,
  acting: Acting,
): Promise<number | Refusal> {
  return untilFresh(async () => {
    const [found] = await readRemoved(d1, account, id);
    if (!found || isGone(found, now)) return refuse('not_found');
    if (found.deletedAt !== null) return restorableFor(found.deletedAt, now);
    const remove = d1
      .prepare(
        `UPDATE forums SET deleted_at = ?1, version = iif(deleted_at IS NULL, version, NULL)
         WHERE account_id = ?2 AND id = ?3`,
      )
      .bind(now, account, id);
    const act = record(d1, acting('forum.deleted', { id, name: found.title }));
    const gone = removeFiles(d1, { account, forum: id }, null, now);
    await d1.batch([...purgeForums(d1, account, now), remove, gone, act]);
    return undoFor;
  });
}

/** Restores a removed forum as it was, with its version. A retry answers the restored one. */
export async function restoreForum(
  d1: D1Database,
  { account, forum: id }: Place,
  now: number,
  acting: Acting,
): Promise<Forum | Refusal> {
  return untilFresh(async () => {
    const [found, present] = await readRemoved(d1, account, id);
    if (!found || isGone(found, now)) return refuse('too_late');
    if (found.deletedAt === null) return complete(found);
    if (present >= maxForums) return refuse('forum_full');
    const restore = d1
      .prepare(
        `UPDATE forums SET deleted_at = NULL, version = iif(deleted_at = ?1 AND (
           SELECT count(*) FROM forums WHERE account_id = ?2 AND owner_id IS NULL AND deleted_at IS NULL
         ) < ?4, version, NULL)
         WHERE account_id = ?2 AND id = ?3`,
      )
      .bind(found.deletedAt, account, id, maxForums);
    const back = restoreFiles(d1, { account, forum: id }, null, found.deletedAt);
    await d1.batch([restore, back, record(d1, acting('forum.restored', { id, name: found.title }))]);
    return complete(found);
  });
}

/** A forum of the account, removed or not, and the number of those that are not. */
async function readRemoved(
  d1: D1Database,
  account: string,
  id: string,
): Promise<readonly [ForumRow | undefined, number]> {
  const [found, present] = await d1.batch([
    d1
      .prepare(`SELECT ${columns} FROM forums WHERE account_id = ? AND id = ? AND owner_id IS NULL`)
      .bind(account, id),
    d1
      .prepare(
        'SELECT count(*) AS n FROM forums WHERE account_id = ? AND owner_id IS NULL AND deleted_at IS NULL',
      )
      .bind(account),
  ]);
  const [count] = (present?.results ?? []) as { n: number }[];
  return [(found?.results as ForumRow[])[0], count?.n ?? 0];
}

/** Deletes the account's forums that were removed some time ago, and their responses. */
function purgeForums(d1: D1Database, account: string, now: number): D1PreparedStatement[] {
  return purgeForumQueries.map((query) => d1.prepare(query).bind(account, now - storedFor));
}

const removed = 'account_id = ?1 AND owner_id IS NULL AND deleted_at <= ?2';
export const purgeForumQueries = [
  `DELETE FROM responses WHERE account_id = ?1 AND forum_id IN (SELECT id FROM forums WHERE ${removed})`,
  `DELETE FROM forums WHERE ${removed}`,
] as const;
