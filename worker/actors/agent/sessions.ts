/** An agent's sessions: revocable, stored as hashes, ended by time and by will. */
import type { Session, SessionEnding } from '#protocol';
import { all, first, type Sql } from '../host.ts';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';

/** A session unused for so long has ended, in milliseconds: a week. */
const idleEnd = 7 * 86_400_000;
/** A session this old has ended whatever was done with it: 30 days. */
const absoluteEnd = 30 * 86_400_000;
/** The time of use is written at most this often: a row for every request would be a bill. */
const useStep = 3_600_000;
/** How many sessions one agent has at the most; the one unused for longest goes. */
const maxSessions = 20;

interface Row {
  id: string;
  hash: string;
  created_at: number;
  used_at: number;
  ended: SessionEnding | null;
  device: string | null;
  address: string | null;
}

/** From where a session is opened: what the browser says that it is, and the client's address where it is known. */
export interface Origin {
  readonly device: string;
  readonly address: string | null;
}

/** The words for the one who comes back. */
export const endings: Readonly<Record<SessionEnding, string>> = {
  rights: 'What you may do here has changed. Sign in again.',
  password: 'The password has changed. Sign in again.',
  addresses: 'From where you may sign in has changed. Sign in again.',
  deleted: 'This user is no longer active.',
};

export class AgentSessions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Makes a session. The secret is told once. */
  async open(
    id: string,
    now: number,
    { device, address }: Origin,
  ): Promise<{ secret: string; expiresAt: number }> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    this.#sql.exec(
      'DELETE FROM sessions WHERE used_at < ? OR created_at < ?',
      now - idleEnd,
      now - absoluteEnd,
    );
    this.#sql.exec(
      'DELETE FROM sessions WHERE id NOT IN (SELECT id FROM sessions ORDER BY used_at DESC LIMIT ?)',
      maxSessions - 1,
    );
    this.#sql.exec('DELETE FROM attached WHERE session NOT IN (SELECT id FROM sessions)');
    this.#sql.exec(
      'INSERT INTO sessions (id, hash, created_at, used_at, device, address) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      hash,
      now,
      now,
      device,
      address,
    );
    return { secret, expiresAt: now + absoluteEnd };
  }

  /** True where the secret is the session's and the session has not ended; else why, as far as that is known. */
  async holds(id: string, secret: string, now: number): Promise<boolean | SessionEnding> {
    const hash = await hashSecret(secret);
    const row = this.#get(id);
    if (!row || !sameHash(row.hash, hash) || ended(row, now)) return false;
    if (row.ended !== null) return row.ended;
    if (now - row.used_at > useStep) this.#sql.exec('UPDATE sessions SET used_at = ? WHERE id = ?', now, id);
    return true;
  }

  /** Those that hold, the one used last first. */
  list(now: number): Omit<Session, 'current'>[] {
    const rows = all<Row>(
      this.#sql.exec('SELECT * FROM sessions WHERE ended IS NULL ORDER BY used_at DESC, created_at DESC'),
    );
    return rows
      .filter((row) => !ended(row, now))
      .map(({ id, device, address, created_at: createdAt, used_at: usedAt }) => {
        return { id, device: device ?? '', address, createdAt, usedAt };
      });
  }

  end(id: string): void {
    this.#sql.exec('DELETE FROM sessions WHERE id = ?', id);
  }

  /** Ends all that hold. Answers the ids of all, also of those that had ended: a socket of theirs may have been missed. */
  endAll(why: SessionEnding): string[] {
    const ids = all<{ id: string }>(this.#sql.exec('SELECT id FROM sessions'));
    this.#sql.exec('UPDATE sessions SET ended = ? WHERE ended IS NULL', why);
    return ids.map(({ id }) => id);
  }

  #get(id: string): Row | undefined {
    return first<Row>(this.#sql.exec('SELECT * FROM sessions WHERE id = ?', id));
  }
}

function ended(row: Row, now: number): boolean {
  return now - row.used_at > idleEnd || now - row.created_at > absoluteEnd;
}
