/**
 * The files of a conversation's messages. From the moment a message has a file, the conversation owns its object in R2:
 * it serves the file, and deletes it some time after the message was deleted.
 */
import { thumbnailKey } from '#domain/files/names';
import { deletedFilesKeptFor, type Entry } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import { all, first, type Host } from '../../runtime/host.ts';
import type { ClaimedFile, SmallImage } from '../contracts/files.ts';

/** For the migrations of a conversation. */
export const filesTable = `CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, seq INTEGER NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, small TEXT, remove_at INTEGER
) WITHOUT ROWID`;

/** R2 deletes at most 1,000 keys in one call; a file has two. */
const removedAtOnce = 400;

// A type and not an interface: it has to fit `Record<string, unknown>`.
type Row = { readonly id: string; readonly seq: number; readonly key: string; readonly small: string | null };

export class ConversationFiles implements Duty {
  readonly name = 'files';
  readonly #host: Host;
  /** Deletes objects. Set by the actor: the core knows no R2. */
  remove: (keys: string[]) => Promise<void> = () => Promise.reject(new Error('no bucket'));
  /** The earliest time of a removal; undefined: to be read. */
  #next: number | null | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The bytes of all files that are stored. */
  get bytes(): number {
    const query = 'SELECT sum(size) AS bytes FROM files';
    return first<{ bytes: number | null }>(this.#host.sql.exec(query))?.bytes ?? 0;
  }

  find(id: string): { seq: number; key: string; small: SmallImage['type'] | undefined } | undefined {
    const row = first<Row>(this.#host.sql.exec('SELECT id, seq, key, small FROM files WHERE id = ?', id));
    return (
      row && { seq: row.seq, key: row.key, small: (row.small ?? undefined) as SmallImage['type'] | undefined }
    );
  }

  /** Entries were written, in the same turn: a message with its files, or the deletion of one. */
  written(entries: readonly Entry[], claimed: readonly ClaimedFile[]): void {
    for (const entry of entries) {
      if (entry.kind === 'message.sent' && entry.files) this.#add(entry.seq, claimed);
      if (entry.kind === 'message.deleted' && entry.of === 'message') this.#expire(entry.target);
    }
  }

  #add(seq: number, claimed: readonly ClaimedFile[]): void {
    for (const { info, key, small } of claimed)
      this.#host.sql.exec(
        'INSERT INTO files (id, seq, key, size, small) VALUES (?, ?, ?, ?, ?)',
        ...[info.id, seq, key, info.size, small ?? null],
      );
  }

  #expire(seq: number): void {
    const query = 'UPDATE files SET remove_at = ? WHERE seq = ? AND remove_at IS NULL';
    this.#host.sql.exec(query, this.#host.now() + deletedFilesKeptFor, seq);
    this.#next = undefined;
  }

  next(): number | null {
    if (this.#next === undefined) {
      const query = 'SELECT min(remove_at) AS at FROM files';
      this.#next = first<{ at: number | null }>(this.#host.sql.exec(query))?.at ?? null;
    }
    return this.#next;
  }

  /** Safe to repeat: the rows go after the objects. */
  async run(now: number): Promise<void> {
    const query = 'SELECT id, seq, key, small FROM files WHERE remove_at <= ? LIMIT ?';
    const rows = all<Row>(this.#host.sql.exec(query, now, removedAtOnce));
    await this.remove(rows.flatMap(({ key }) => [key, thumbnailKey(key)]));
    for (const { id } of rows) this.#host.sql.exec('DELETE FROM files WHERE id = ?', id);
    this.#next = undefined;
  }
}
