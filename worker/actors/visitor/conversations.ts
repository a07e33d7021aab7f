/**
 * The visitor's conversations as their record stores them: which are open, and which ids of commands the ended ones
 * may contain.
 */
import { makeId } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';
import type { IdRange } from '../contracts/conversation.ts';
import type { Row } from './storage.ts';

export class Conversations {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  has(id: string): boolean {
    return first(this.#sql.exec('SELECT 1 FROM conversations WHERE id = ?', id)) !== undefined;
  }

  ids(): string[] {
    return all<{ id: string }>(this.#sql.exec('SELECT id FROM conversations')).map(({ id }) => id);
  }

  /** The latest ones, the newest first. */
  list(limit: number): Row[] {
    return all<Row>(this.#sql.exec('SELECT * FROM conversations ORDER BY ordinal DESC LIMIT ?', limit));
  }

  /** The latest one of a campaign. */
  latest(campaign: string): Row | undefined {
    const query = 'SELECT * FROM conversations WHERE campaign = ? ORDER BY ordinal DESC LIMIT 1';
    return first<Row>(this.#sql.exec(query, campaign));
  }

  /** When the conversation began that is so many back from the latest, or undefined. */
  startOf(back: number): number | undefined {
    const query = 'SELECT started_at FROM conversations ORDER BY ordinal DESC LIMIT 1 OFFSET ?';
    return first<{ started_at: number }>(this.#sql.exec(query, back))?.started_at;
  }

  /** Writes down a conversation that is about to begin. */
  add(campaign: string, now: number): Row {
    const query = 'SELECT max(ordinal) AS last FROM conversations';
    const ordinal = (first<{ last: number | null }>(this.#sql.exec(query))?.last ?? 0) + 1;
    const id = makeId('conversation', crypto.getRandomValues(new Uint8Array(26)));
    this.#sql.exec(
      'INSERT INTO conversations (ordinal, id, campaign, started_at, open) VALUES (?, ?, ?, ?, 1)',
      ...[ordinal, id, campaign, now],
    );
    return { ordinal, id, campaign, started_at: now, open: 1 };
  }

  close(id: string): void {
    this.#sql.exec('UPDATE conversations SET open = 0 WHERE id = ? AND open = 1', id);
  }

  /** Stores the range of the visitor's command ids in an ended conversation. */
  keepRange(id: string, { first: lowest, last }: IdRange): void {
    this.#sql.exec(
      'INSERT INTO id_ranges (conversation, first, last) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[id, lowest, last],
    );
  }

  /**
   * The conversations that may contain a command, the newest first, without one: by its range an ended one can
   * exclude the id.
   */
  mayContain(command: string, except: string): string[] {
    const query = `SELECT id FROM conversations LEFT JOIN id_ranges ON conversation = id
      WHERE id <> ? AND (conversation IS NULL OR (first <= ? AND last >= ?)) ORDER BY ordinal DESC`;
    return all<{ id: string }>(this.#sql.exec(query, except, command, command)).map(({ id }) => id);
  }
}
