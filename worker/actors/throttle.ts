/**
 * Throttle counts attempts exactly (Cloudflare's rate limit counts roughly, and per location). There is a fixed number
 * of shards, so that invented keys create no objects, and a shard stores a limited number of rows for each limit. It
 * knows keys only as hashes.
 */
import { policyOf, type LimitName } from '#domain/base/limits';
import * as throttle from '#domain/base/throttle';
import { DurableObject } from 'cloudflare:workers';
import { all, first } from '../runtime/host.ts';
import type { Env } from './env.ts';

/** One attempt to count. `key` is a hash. */
export interface Count {
  readonly limit: LimitName;
  readonly width: number;
  readonly key: string;
}

/** A counted attempt, with what is needed to take it back. */
export interface Taken extends Count {
  readonly count: number;
  readonly since: number;
}

/** The most rows that a shard stores for one limit. */
export const maxRows = 2_000;
/** The share of rows that is dropped when they are full. Not one at a time: each time all are scanned. */
const dropped = 1 / 8;
/** How often expired rows are deleted, in milliseconds. */
const cleaning = 15 * 60_000;

/**
 * The weight is the used part of the allowance. When a limit's rows are full, the lightest are dropped, because their
 * loss forgives least. To have a row with weight 1 dropped, an attacker must use up the allowances of nearly `maxRows`
 * other keys.
 */
const table = `CREATE TABLE IF NOT EXISTS attempts (
  act TEXT NOT NULL, key TEXT NOT NULL, count INTEGER NOT NULL, since INTEGER NOT NULL, next INTEGER NOT NULL,
  forget_at INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (act, key)
) WITHOUT ROWID`;

export class Throttle extends DurableObject<Env> {
  /** The number of rows of each limit; undefined until it is read, and while there is no table. */
  #rows: Map<string, number> | undefined;

  /** Counts an attempt under all of these, or under none, and returns the waits. Called before the costly work. */
  async take(counts: readonly Count[]): Promise<{ taken: Taken[]; waits: { key: string; wait: number }[] }> {
    const now = Date.now();
    const judged = counts.map((count) => {
      return { ...throttle.attempt(this.#read(count), policyOf(count), now), count };
    });
    const waits = judged.flatMap(({ count, wait }) => (wait > 0 ? [{ key: count.key, wait }] : []));
    if (waits.length > 0) return { taken: [], waits };
    const first = this.#total() === 0;
    for (const { count, attempts } of judged) this.#write(count, attempts, now);
    // An alarm is set while there are rows.
    if (first) await this.ctx.storage.setAlarm(now + cleaning);
    const taken = judged.map(({ count, attempts }) => {
      return { ...count, count: attempts.count, since: attempts.since };
    });
    return { taken, waits: [] };
  }

  /** Takes back attempts that must not count, and clears keys whose attempt proved to be no guess. */
  settle(back: readonly Taken[], forgotten: readonly Count[]): void {
    if (!this.#counted()) return;
    const now = Date.now();
    for (const taken of back) {
      const attempts = this.#read(taken);
      const left = attempts && throttle.giveBack(attempts, taken, policyOf(taken), now);
      if (left) this.#write(taken, left, now);
      else this.#delete(taken);
    }
    for (const count of forgotten) this.#delete(count);
  }

  /**
   * Deletes expired rows. An object of an earlier version, which counted one key alone, has no table and is deleted
   * whole.
   */
  override async alarm(): Promise<void> {
    const now = Date.now();
    if (this.#counted()) this.#sql.exec('DELETE FROM attempts WHERE forget_at <= ?', now);
    this.#rows = undefined;
    if (this.#total() > 0) {
      await this.ctx.storage.setAlarm(now + cleaning);
      return;
    }
    this.#rows = undefined;
    await this.ctx.storage.deleteAll();
  }

  #read({ limit, key }: Count): throttle.Attempts | undefined {
    if (!this.#counted()) return undefined;
    const query = 'SELECT count, since, next FROM attempts WHERE act = ? AND key = ?';
    return first<{ count: number; since: number; next: number }>(this.#sql.exec(query, limit, key));
  }

  #write(count: Count, attempts: throttle.Attempts, now: number): void {
    const rows = this.#counted() ?? this.#begin();
    const policy = policyOf(count);
    const had = this.#read(count) !== undefined;
    if (!had && (rows.get(count.limit) ?? 0) >= maxRows) this.#makeRoom(count.limit, now);
    this.#sql.exec(
      'INSERT OR REPLACE INTO attempts (act, key, count, since, next, forget_at, weight) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[count.limit, count.key, attempts.count, attempts.since, attempts.next],
      ...[throttle.forgetAt(attempts, policy), attempts.count / throttle.allowance(policy)],
    );
    if (!had) rows.set(count.limit, (rows.get(count.limit) ?? 0) + 1);
  }

  #delete({ limit, key }: Count): void {
    const rows = this.#counted();
    const deleted = this.#sql.exec(
      'DELETE FROM attempts WHERE act = ? AND key = ? RETURNING key',
      limit,
      key,
    );
    if (deleted.toArray().length > 0) rows?.set(limit, (rows.get(limit) ?? 1) - 1);
  }

  #makeRoom(limit: LimitName, now: number): void {
    this.#sql.exec('DELETE FROM attempts WHERE act = ? AND forget_at <= ?', limit, now);
    const keep = Math.floor(maxRows * (1 - dropped));
    this.#sql.exec(
      `DELETE FROM attempts WHERE act = ?1 AND key NOT IN (
        SELECT key FROM attempts WHERE act = ?1 ORDER BY weight DESC, since DESC LIMIT ?2)`,
      limit,
      keep,
    );
    const left = first<{ n: number }>(
      this.#sql.exec('SELECT count(*) AS n FROM attempts WHERE act = ?', limit),
    );
    this.#rows?.set(limit, left?.n ?? 0);
  }

  #total(): number {
    let total = 0;
    for (const rows of this.#counted()?.values() ?? []) total += rows;
    return total;
  }

  /** The number of rows of each limit; undefined if there is no table. */
  #counted(): Map<string, number> | undefined {
    if (this.#rows) return this.#rows;
    const exists = first(this.#sql.exec(`SELECT 1 FROM sqlite_schema WHERE name = 'attempts'`));
    if (!exists) return undefined;
    const counts = all<{ act: string; n: number }>(
      this.#sql.exec('SELECT act, count(*) AS n FROM attempts GROUP BY act'),
    );
    this.#rows = new Map(counts.map(({ act, n }) => [act, n]));
    return this.#rows;
  }

  #begin(): Map<string, number> {
    this.#sql.exec(table);
    this.#rows = new Map();
    return this.#rows;
  }

  get #sql(): SqlStorage {
    return this.ctx.storage.sql;
  }
}
