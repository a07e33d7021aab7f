/** The notes that mention the agent: the latest ones, unseen until a tab has shown them. */
import type { Mentioned } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';
import type { MentionNote } from '../contracts/agent.ts';

/** Only this number of the latest mentions is stored. */
const kept = 100;
/** A seen mention is listed for as long as the notes of a closed conversation can be read, in milliseconds. */
const seenKept = 7 * 86_400_000;

interface Stored {
  readonly mention: string;
  readonly seen_at: number | null;
}

export class Mentions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** All mentions, the oldest first. */
  all(): Mentioned[] {
    return all<Stored>(this.#sql.exec('SELECT mention, seen_at FROM mentions ORDER BY at, seq')).map(read);
  }

  /**
   * Stores a note, replaces its text, or removes it. Returns the mention as it is now; null if it is gone; undefined
   * if nothing has changed, because the note came again.
   */
  take({ deleted, ...note }: MentionNote, now: number): Mentioned | null | undefined {
    const { conversation, seq, at } = note;
    const known = first<Stored>(
      this.#sql.exec(
        'SELECT mention, seen_at FROM mentions WHERE conversation = ? AND seq = ?',
        ...[conversation, seq],
      ),
    );
    if (deleted) {
      if (!known) return undefined;
      this.#sql.exec('DELETE FROM mentions WHERE conversation = ? AND seq = ?', conversation, seq);
      return null;
    }
    const mention = JSON.stringify(note);
    if (known?.mention === mention) return undefined;
    this.#sql.exec(
      `INSERT INTO mentions (conversation, seq, at, mention) VALUES (?, ?, ?, ?)
       ON CONFLICT (conversation, seq) DO UPDATE SET mention = excluded.mention`,
      ...[conversation, seq, at, mention],
    );
    this.#sql.exec('DELETE FROM mentions WHERE seen_at <= ?', now - seenKept);
    this.#sql.exec(
      'DELETE FROM mentions WHERE at < (SELECT min(at) FROM (SELECT at FROM mentions ORDER BY at DESC LIMIT ?))',
      kept,
    );
    return read({ mention, seen_at: known?.seen_at ?? null });
  }

  /** The user has seen those of a conversation up to a seq. Returns true if any was unseen. */
  see(conversation: string, upTo: number, now: number): boolean {
    const seen = all(
      this.#sql.exec(
        'UPDATE mentions SET seen_at = ? WHERE conversation = ? AND seq <= ? AND seen_at IS NULL RETURNING seq',
        ...[now, conversation, upTo],
      ),
    );
    return seen.length > 0;
  }
}

function read({ mention, seen_at }: Stored): Mentioned {
  return { ...(JSON.parse(mention) as Mentioned), ...(seen_at !== null && { seen: true }) };
}
