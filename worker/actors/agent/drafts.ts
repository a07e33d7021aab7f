/** The agent's unsent texts, by conversation. */
import { all, type Sql } from '../../runtime/host.ts';

/** Conversations are many: only this number of the latest drafts is stored. */
const kept = 100;

export class Drafts {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  all(): Record<string, string> {
    const rows = all<{ conversation: string; text: string }>(
      this.#sql.exec('SELECT conversation, text FROM drafts'),
    );
    return Object.fromEntries(rows.map((row) => [row.conversation, row.text]));
  }

  save(conversation: string, text: string, now: number): void {
    if (text === '') {
      this.drop(conversation);
      return;
    }
    this.#sql.exec(
      'INSERT INTO drafts (conversation, text, at) VALUES (?, ?, ?) ON CONFLICT (conversation) DO UPDATE SET text = excluded.text, at = excluded.at',
      conversation,
      text,
      now,
    );
    this.#sql.exec(
      'DELETE FROM drafts WHERE conversation NOT IN (SELECT conversation FROM drafts ORDER BY at DESC LIMIT ?)',
      kept,
    );
  }

  /** Drops all other drafts: a draft can arrive after the end of its chat. */
  keepOnly(kept: (conversation: string) => boolean): void {
    for (const conversation of Object.keys(this.all())) if (!kept(conversation)) this.drop(conversation);
  }

  drop(conversation: string): void {
    this.#sql.exec('DELETE FROM drafts WHERE conversation = ?', conversation);
  }
}
