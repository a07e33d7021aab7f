/** The stored uploads of a sender. Each change of a state sets the time at which the sweep looks again. */
import { day } from '#domain/base/caps';
import { lengthOf } from '#domain/files/parts';
import { type Upload } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';
import type { ClaimedFile, SmallImage, StoredPart } from '../contracts/files.ts';
import type { PartRow, Row, State } from './storage.ts';

const minute = 60_000;
const hour = 60 * minute;

export class UploadRows {
  readonly #sql: Sql;
  readonly #now: () => number;
  /** The earliest due time; undefined: to be read. */
  #next: number | null | undefined;

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  get(id: string): Row | undefined {
    return first<Row>(this.#sql.exec('SELECT * FROM uploads WHERE id = ?', id));
  }

  /** An upload that its sender can still see. */
  live(id: string): Row | undefined {
    const row = this.get(id);
    return row?.state === 'gone' ? undefined : row;
  }

  insert(row: Pick<Row, 'id' | 'key' | 'name' | 'extension' | 'size'>): void {
    const { id, key, name, extension, size } = row;
    const now = this.#now();
    this.#write(
      `INSERT INTO uploads (id, key, name, extension, size, state, counted, began_at, used_at, due_at)
        VALUES (?, ?, ?, ?, ?, 'sending', ?, ?, ?, ?)`,
      ...[id, key, name, extension, size, size, now, now, now + day],
    );
  }

  setUpload(id: string, upload: string): void {
    this.#write('UPDATE uploads SET upload = ? WHERE id = ?', upload, id);
  }

  /** The uploads that are not joined, the one unused for longest first. */
  sending(): Row[] {
    return all<Row>(this.#sql.exec("SELECT * FROM uploads WHERE state = 'sending' ORDER BY used_at"));
  }

  /** The files and bytes that were begun within a day. */
  today(): { files: number; bytes: number } {
    const query = 'SELECT count(*) AS files, sum(counted) AS bytes FROM uploads WHERE began_at > ?';
    const { files, bytes } = first<{ files: number; bytes: number | null }>(
      this.#sql.exec(query, this.#now() - day),
    ) ?? { files: 0, bytes: 0 };
    return { files, bytes: bytes ?? 0 };
  }

  parts(id: string): PartRow[] {
    const query = 'SELECT number, etag, sha256 FROM upload_parts WHERE file = ? ORDER BY number';
    return all<PartRow>(this.#sql.exec(query, id));
  }

  addPart({ id, size }: Row, number: number, { etag, sha256 }: StoredPart): void {
    this.#sql.exec(
      'INSERT INTO upload_parts (file, number, etag, sha256, size) VALUES (?, ?, ?, ?, ?)',
      ...[id, number, etag, sha256, lengthOf(number, size) ?? 0],
    );
    this.#write('UPDATE uploads SET used_at = ? WHERE id = ?', this.#now(), id);
  }

  dropPart(id: string, number: number): void {
    this.#sql.exec('DELETE FROM upload_parts WHERE file = ? AND number = ?', id, number);
  }

  /** R2's upload, and all its parts. */
  forgetUpload(id: string): void {
    this.#sql.exec('DELETE FROM upload_parts WHERE file = ?', id);
    this.#write('UPDATE uploads SET upload = NULL WHERE id = ?', id);
  }

  setSmall(id: string, small: SmallImage): void {
    this.#write('UPDATE uploads SET small = ? WHERE id = ?', JSON.stringify(small), id);
  }

  becomesWhole(id: string, content: object): void {
    this.#write("UPDATE uploads SET state = 'whole', content = ? WHERE id = ?", JSON.stringify(content), id);
  }

  /** A complete upload lives for another day. */
  postpone(id: string): void {
    this.#write("UPDATE uploads SET due_at = ? WHERE id = ? AND state = 'whole'", this.#now() + day, id);
  }

  becomesClaimed(id: string, conversation: string, command: string): void {
    this.#write(
      "UPDATE uploads SET state = 'claimed', conversation = ?, command = ?, due_at = ? WHERE id = ?",
      ...[conversation, command, this.#now() + minute, id],
    );
  }

  /** The claims of a message, or their end. */
  settle(conversation: string, command: string, to: Extract<State, 'sent' | 'whole' | 'claimed'>): void {
    // The conversation owns a sent file; its row only counts for the rest of its day.
    const due = to === 'claimed' ? this.#now() + minute : null;
    this.#write(
      `UPDATE uploads SET state = ?, due_at = coalesce(?, began_at + ${day})
        WHERE conversation = ? AND command = ? AND state = 'claimed'`,
      ...[to, due, conversation, command],
    );
  }

  /** Only the bytes that arrived still count. */
  becomesGone({ id, state }: Row): void {
    const counted =
      state === 'sending'
        ? 'coalesce((SELECT sum(size) FROM upload_parts WHERE file = uploads.id), 0)'
        : 'counted';
    this.#write(
      `UPDATE uploads SET state = 'gone', cleaned = 0, counted = ${counted}, due_at = ? WHERE id = ?`,
      ...[this.#now(), id],
    );
  }

  /** Deleted once, and later again: what was on its way at the first time has arrived by then. */
  becomesCleaned({ id, cleaned, began_at }: Row): void {
    if (cleaned === 1) return this.remove(id);
    const due = Math.max(began_at + day, this.#now() + hour);
    this.#write("UPDATE uploads SET cleaned = 1, due_at = ? WHERE id = ? AND state = 'gone'", due, id);
  }

  remove(id: string): void {
    this.#sql.exec('DELETE FROM upload_parts WHERE file = ?', id);
    this.#write('DELETE FROM uploads WHERE id = ?', id);
  }

  get nextDue(): number | null {
    if (this.#next === undefined)
      this.#next =
        first<{ due: number | null }>(this.#sql.exec('SELECT min(due_at) AS due FROM uploads'))?.due ?? null;
    return this.#next;
  }

  due(now: number, limit: number): Row[] {
    const query = 'SELECT * FROM uploads WHERE due_at <= ? ORDER BY due_at LIMIT ?';
    return all<Row>(this.#sql.exec(query, now, limit));
  }

  #write(query: string, ...values: (string | number | null)[]): void {
    this.#next = undefined;
    this.#sql.exec(query, ...values);
  }
}

/** An upload as its sender sees it. */
export function viewOf(row: Row, parts: readonly PartRow[], partSize: number): Upload {
  const file = fileOf(row);
  return {
    ...{ id: row.id, size: row.size, partSize },
    stored: parts.map(({ number }) => number),
    sums: parts.map(({ sha256 }) => sha256),
    ...(file && { file }),
  };
}

export function smallOf({ small }: Row): SmallImage | null {
  return small === null ? null : (JSON.parse(small) as SmallImage);
}

export function fileOf(row: Row): ClaimedFile['info'] | undefined {
  if (row.content === null) return undefined;
  const { id, name, extension: type, size } = row;
  const small = smallOf(row);
  return {
    ...{ id, name, type, size },
    ...(JSON.parse(row.content) as { sha256: string }),
    ...(small && { thumbnail: { width: small.width, height: small.height } }),
  };
}
