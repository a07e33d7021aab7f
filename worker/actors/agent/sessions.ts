/** An agent's sessions: revocable, stored as hashes. They end by age or on request. */
import type { Session, SessionEnding } from '#protocol';
import { all, first, type Sql } from '../../runtime/host.ts';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';

const hour = 3_600_000;
/** When a session ends, in milliseconds: unused for `idle`, or at the age of `whole` regardless of use. */
const lives = {
  /** For a session that outlives the browser. */
  remembered: { idle: 7 * 24 * hour, whole: 30 * 24 * hour },
  /** For a session that ends with the browser, if the browser honours that: a long working day. */
  brief: { idle: 12 * hour, whole: 24 * hour },
};
/** The time of use is written at most this often: a row for every request would be expensive. */
const useStep = hour;
/** The most sessions of an agent. Beyond it, the one unused for longest is dropped. */
const maxSessions = 20;

interface Row {
  id: string;
  hash: string;
  created_at: number;
  used_at: number;
  ended: SessionEnding | null;
  device: string | null;
  address: string | null;
  brief: number;
}

/** Where a session was opened: the browser's own description, and the client's address if it is known. */
export interface Origin {
  readonly device: string;
  readonly address: string | null;
}

/** The texts for a client that returns with an ended session. */
export const endings: Readonly<Record<SessionEnding, string>> = {
  rights: 'Your rights have changed. Sign in again.',
  password: 'The password has changed. Sign in again.',
  addresses: 'The addresses from which you may sign in have changed. Sign in again.',
  deleted: 'This user is no longer active.',
  expired: 'This session has expired. Sign in again.',
};

export class AgentSessions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Makes a session. The secret is returned only here. `dropped` are the sessions that were ended to make room. */
  async open(
    id: string,
    now: number,
    { device, address, remembered }: Origin & { remembered: boolean },
  ): Promise<{ secret: string; expiresAt: number; dropped: string[] }> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    const rows = this.#rows();
    const kept = rows.filter((row) => now < endOf(row)).slice(0, maxSessions - 1);
    const dropped = rows.filter((row) => !kept.includes(row)).map((row) => row.id);
    for (const session of dropped) this.end(session);
    this.#sql.exec(
      'INSERT INTO sessions (id, hash, created_at, used_at, device, address, brief) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      hash,
      now,
      now,
      device,
      address,
      remembered ? 0 : 1,
    );
    return { secret, expiresAt: now + (remembered ? lives.remembered : lives.brief).whole, dropped };
  }

  /** True if the session exists and has not been ended. */
  has(id: string): boolean {
    return this.#get(id)?.ended === null;
  }

  /** True if the secret is right and the session has not ended; otherwise the reason, if known. */
  async holds(id: string, secret: string, now: number): Promise<boolean | SessionEnding> {
    const hash = await hashSecret(secret);
    const row = this.#get(id);
    if (!row || !sameHash(row.hash, hash)) return false;
    if (row.ended !== null) return row.ended;
    if (now >= endOf(row)) return 'expired';
    if (now - row.used_at > useStep) this.#sql.exec('UPDATE sessions SET used_at = ? WHERE id = ?', now, id);
    return true;
  }

  /** The valid sessions, the most recently used first. */
  list(now: number): Omit<Session, 'current'>[] {
    return this.#rows()
      .filter((row) => row.ended === null && now < endOf(row))
      .map(({ id, device, address, created_at: createdAt, used_at: usedAt, brief }) => {
        return { id, device: device ?? '', address, createdAt, usedAt, remembered: brief === 0 };
      });
  }

  /** True if any session is valid. A session in use stays valid, however old its stored time of use is. */
  anyHolds(now: number, inUse: (id: string) => boolean): boolean {
    return this.#rows().some(
      (row) =>
        row.ended === null &&
        (now < endOf(row) || (now < row.created_at + lifeOf(row).whole && inUse(row.id))),
    );
  }

  /** When the last valid session expires if none is used; null if none is valid. */
  lastEnd(): number | null {
    const ends = this.#rows().flatMap((row) => (row.ended === null ? endOf(row) : []));
    return ends.length > 0 ? Math.max(...ends) : null;
  }

  /** When the first valid session in use has to be checked; null if there is none. */
  nextEnd(inUse: (id: string) => boolean): number | null {
    const ends = this.#rows().flatMap((row) => (row.ended === null && inUse(row.id) ? endOf(row) : []));
    return ends.length > 0 ? Math.min(...ends) : null;
  }

  /** Ends the expired sessions and extends those in use, because a live tab counts as use. Returns the ended ids. */
  expire(now: number, inUse: (id: string) => boolean): string[] {
    const due = this.#rows().filter((row) => row.ended === null && now >= endOf(row));
    const old = due.filter((row) => now >= row.created_at + lifeOf(row).whole || !inUse(row.id));
    for (const row of due)
      if (!old.includes(row)) this.#sql.exec('UPDATE sessions SET used_at = ? WHERE id = ?', now, row.id);
    for (const { id } of old) this.#sql.exec(`UPDATE sessions SET ended = 'expired' WHERE id = ?`, id);
    return old.map(({ id }) => id);
  }

  end(id: string): void {
    this.#sql.exec('DELETE FROM sessions WHERE id = ?', id);
  }

  /** Ends all sessions. Returns all ids, ended ones included: one of their sockets may have been missed. */
  endAll(why: SessionEnding): string[] {
    const ids = all<{ id: string }>(this.#sql.exec('SELECT id FROM sessions'));
    this.#sql.exec('UPDATE sessions SET ended = ? WHERE ended IS NULL', why);
    return ids.map(({ id }) => id);
  }

  #rows(): Row[] {
    return all<Row>(this.#sql.exec('SELECT * FROM sessions ORDER BY used_at DESC, created_at DESC'));
  }

  #get(id: string): Row | undefined {
    return first<Row>(this.#sql.exec('SELECT * FROM sessions WHERE id = ?', id));
  }
}

const lifeOf = ({ brief }: Row) => (brief ? lives.brief : lives.remembered);

function endOf(row: Row): number {
  return Math.min(row.used_at + lifeOf(row).idle, row.created_at + lifeOf(row).whole);
}
