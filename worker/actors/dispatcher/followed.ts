/**
 * Closed conversations that are open on the screens of agents whose access depends on the account's visibility rule
 * (F42). The floor keeps only the latest closed conversations; these are notified of changes as well. A conversation
 * stays listed until it answers that no such tab is left.
 */
import { all, type Sql } from '../../runtime/host.ts';

interface Noted {
  readonly owner: string;
  /** Rises with each admitted upgrade. */
  readonly stamp: number;
}

/** From this number on, conversations are asked whether they are still followed. */
const few = 200;

export class Followed {
  readonly #sql: Sql;
  readonly #noted = new Map<string, Noted>();
  #stamp = 0;
  #askAt = few;

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const { conversation, owner } of all<{ conversation: string; owner: string }>(
      sql.exec('SELECT conversation, owner FROM followed'),
    ))
      this.#noted.set(conversation, { owner, stamp: 0 });
  }

  /** Lists a conversation. Returns the ids to ask whether they are still followed: none, or now and then all. */
  note(conversation: string, owner: string): string[] {
    if (!this.#noted.has(conversation))
      this.#sql.exec(
        'INSERT OR REPLACE INTO followed (conversation, owner) VALUES (?, ?)',
        conversation,
        owner,
      );
    this.#noted.set(conversation, { owner, stamp: ++this.#stamp });
    if (this.#noted.size < this.#askAt) return [];
    // Twice the present number, in case all of them are still followed.
    this.#askAt = 2 * this.#noted.size;
    return this.ids();
  }

  ids(): string[] {
    return [...this.#noted.keys()];
  }

  ownerOf(conversation: string): string | undefined {
    return this.#noted.get(conversation)?.owner;
  }

  stampOf(conversation: string): number | undefined {
    return this.#noted.get(conversation)?.stamp;
  }

  /** Removes a conversation that no tab follows any more, unless it was listed again since `stamp`. */
  drop(conversation: string, stamp: number): void {
    if (this.stampOf(conversation) !== stamp) return;
    this.#noted.delete(conversation);
    this.#sql.exec('DELETE FROM followed WHERE conversation = ?', conversation);
    this.#askAt = Math.max(few, Math.min(this.#askAt, 2 * this.#noted.size));
  }
}
