/** The responses of a forum. */
import { isGone, restorableFor, undoFor } from '#domain/canned/removal';
import { lengthOf, save } from '#domain/canned/saving';
import {
  maxForumLength,
  maxResponses,
  maxTemplates,
  refuse,
  type AuditKind,
  type CannedResponse,
  type ForumFile,
  type Refusal,
  type ResponseBody,
  type ResponseDetails,
  type ResponseTexts,
} from '#protocol';
import { record } from '../audit.ts';
import {
  changeForum,
  forumIn,
  selectForum,
  type Changed,
  type ForumNow,
  type Place,
  type Plan,
} from './change.ts';
import { filesIn, keepFiles, removeFiles, restoreFiles, selectFiles } from './files.ts';
import type { Acting } from './forums.ts';
import {
  detailsOf,
  filesOf,
  filesText,
  insert,
  mark,
  responseIn,
  selectResponse,
  textOf,
  update,
  type Writer,
  type ResponseRow,
} from './response-rows.ts';

/** The author of a change, and how it is recorded; null for personal templates, which the audit log leaves out. */
export interface Author extends Writer {
  readonly acting: Acting | null;
}

/**
 * All responses, oldest first; those of an import in the order of its lines. Null if the user can reach no such forum.
 */
export async function readFile(d1: D1Database, place: Place): Promise<ForumFile | null> {
  const [heading, rows] = await d1.batch([selectForum(d1, place), selectFile(d1, place)]);
  const forum = forumIn(place, heading);
  if (!forum) return null;
  return { forum: place.forum, version: forum.version, responses: inOrder(rows) };
}

export const fileQuery = `SELECT id, key, question, answer, files, version, created_at AS createdAt FROM responses
  WHERE account_id = ? AND forum_id = ? AND deleted_at IS NULL`;

export function selectFile(d1: D1Database, { account, forum }: Place): D1PreparedStatement {
  return d1.prepare(fileQuery).bind(account, forum);
}

export function inOrder(result: D1Result | undefined): CannedResponse[] {
  const rows = (result?.results ?? []) as (Omit<CannedResponse, 'files'> & {
    files: string | null;
    createdAt: number;
  })[];
  // By id among those of one time: an import makes ascending ids.
  rows.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return rows.map(({ createdAt: _, files, ...response }) => ({
    ...response,
    ...(files !== null && { files: filesOf(files) }),
  }));
}

export async function getResponse(
  d1: D1Database,
  place: Place,
  id: string,
): Promise<ResponseDetails | Refusal> {
  const [heading, ...read] = await d1.batch([selectForum(d1, place), ...selectResponse(d1, place, id)]);
  const { row, uses } = responseIn(read);
  if (!forumIn(place, heading) || !row || row.deletedAt !== null) return refuse('not_found');
  return detailsOf(row, uses);
}

/** Adds or changes a response. Nothing is overwritten that the client has not seen: `conflict`. */
export async function saveResponse(
  d1: D1Database,
  place: Place,
  id: string,
  body: ResponseBody,
  author: Author,
  now: number,
): Promise<Changed<ResponseDetails> | Refusal> {
  const named = body.files ?? [];
  const reads = [...selectResponse(d1, place, id), selectFiles(d1, place, id, named, now)];
  return changeForum(d1, place, now, reads, (forum, read) => {
    const { row, stored, uses } = responseIn(read);
    const files = filesIn(read[2], named);
    if (!files) return refuse('not_found', { field: 'files' });
    const saving = save(stored, body, now, body.files && files);
    if (saving.kind === 'removed') return refuse('not_found');
    if (saving.kind === 'conflict') return refuse('conflict');
    if (saving.kind === 'unchanged') return { answer: detailsOf(row as ResponseRow, uses) };
    const isNew = saving.kind === 'added';
    const { saved } = saving;
    const count = forum.count + (isNew ? 1 : 0);
    const size = forum.size + lengthOf(saved) - (isNew ? 0 : lengthOf(row as ResponseRow));
    if (!fits(place, forum, { count, size })) return refuse('forum_full');
    const put = isNew ? insert(d1, place, id, saved, author, now) : update(d1, place, id, saved, author, now);
    const kind = isNew ? 'response.added' : saving.begins ? 'response.changed' : null;
    const by = { changedAt: now, changedById: author.id, changedByName: author.name };
    const after = {
      ...{ ...saved, ...by, id, deletedAt: null },
      ...{ previous: textOf(saved.previous), files: filesText(saved) },
    };
    const kept = [saved, saved.previous].flatMap((content) => content?.files ?? []).map((file) => file.id);
    const had = [stored, stored?.previous].some((content) => content?.files);
    const keeps = had || kept.length > 0 ? [keepFiles(d1, place, id, kept, now)] : [];
    return {
      answer: detailsOf(after, uses),
      change: { count, size, statements: [put, ...keeps, ...recorded(d1, author, kind, id, saved)] },
    };
  });
}

/** Removes a response. Answers how long it can be restored, in milliseconds; a retry answers the same removal. */
export async function removeResponse(
  d1: D1Database,
  place: Place,
  id: string,
  author: Author,
  now: number,
): Promise<Changed<number> | Refusal> {
  return changeForum<number>(d1, place, now, selectResponse(d1, place, id), (forum, read) => {
    const { row } = responseIn(read);
    if (!row || isGone(row, now)) return refuse('not_found');
    if (row.deletedAt !== null) return { answer: restorableFor(row.deletedAt, now) };
    const { count, size } = { count: forum.count - 1, size: forum.size - lengthOf(row) };
    const remove = mark(d1, place, id, now);
    const gone = removeFiles(d1, place, id, now);
    const statements = [remove, gone, ...recorded(d1, author, 'response.deleted', id, row)];
    return { answer: undoFor, change: { count, size, statements } };
  });
}

/** Restores a removed response as it was. A retry answers the restored one. */
export async function restoreResponse(
  d1: D1Database,
  place: Place,
  id: string,
  author: Author,
  now: number,
): Promise<Changed<ResponseDetails> | Refusal> {
  return changeForum(
    d1,
    place,
    now,
    selectResponse(d1, place, id),
    (forum, read): Plan<ResponseDetails> | Refusal => {
      const { row, uses } = responseIn(read);
      if (!row || isGone(row, now)) return refuse('too_late');
      const answer = detailsOf(row, uses);
      if (row.deletedAt === null) return { answer };
      const { count, size } = { count: forum.count + 1, size: forum.size + lengthOf(row) };
      if (!fits(place, forum, { count, size })) return refuse('forum_full');
      const restore = mark(d1, place, id, null);
      const back = restoreFiles(d1, place, id, row.deletedAt);
      const statements = [restore, back, ...recorded(d1, author, 'response.restored', id, row)];
      return { answer, change: { count, size, statements } };
    },
  );
}

/** True within the forum's limits. A forum at a limit can still be made smaller. */
export function fits(
  { owner }: Place,
  before: Pick<ForumNow, 'count' | 'size'>,
  { count, size }: Pick<ForumNow, 'count' | 'size'>,
): boolean {
  const most = owner === null ? maxResponses : maxTemplates;
  return (count <= most || count <= before.count) && (size <= maxForumLength || size <= before.size);
}

function recorded(
  d1: D1Database,
  { acting }: Author,
  kind: AuditKind | null,
  id: string,
  texts: ResponseTexts,
): D1PreparedStatement[] {
  return acting && kind ? [record(d1, acting(kind, { id, name: nameOf(texts) }))] : [];
}

/** The name of a response where its texts would be too long. */
export function nameOf({ key, question, answer }: ResponseTexts): string {
  const name = question.trim() || (key && `#${key}`) || answer.trim();
  return Array.from(name).slice(0, 100).join('');
}
