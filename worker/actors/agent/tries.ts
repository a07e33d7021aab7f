/**
 * Counts the user's own attempts, by device and session. They are counted here, so that no stranger can use them up.
 */
import { policyOf, type LimitName } from '#domain/base/limits';
import * as throttle from '#domain/base/throttle';
import { first, type Host, type Sql } from '../../runtime/host.ts';

/** The key of a count: a limit, and a device or session. */
export interface Tried {
  readonly limit: LimitName;
  readonly of: string;
}

/** Attempts that were counted together. */
export type TakenTries = readonly (Tried & { readonly count: number; readonly since: number })[];

export class Tries {
  readonly #sql: Sql;
  readonly #host: Host;

  constructor(sql: Sql, host: Host) {
    this.#sql = sql;
    this.#host = host;
  }

  /** Counts an attempt under all of these limits, or under none and returns the longest wait. */
  take(...tried: readonly Tried[]): { wait: number; taken: TakenTries } {
    const now = this.#host.now();
    const judged = tried.map((each) => ({
      each,
      ...throttle.attempt(this.#read(each), policyOf(each), now),
    }));
    const wait = Math.max(0, ...judged.map((one) => one.wait));
    if (wait > 0) return { wait, taken: [] };
    this.#sql.exec('DELETE FROM tries WHERE forget_at <= ?', now);
    for (const { each, attempts } of judged) this.#write(each, attempts);
    const taken = judged.map(({ each, attempts: { count, since } }) => ({ ...each, count, since }));
    return { wait: 0, taken };
  }

  /** Takes back attempts that must not count. */
  giveBack(taken: TakenTries): void {
    for (const each of taken) {
      const attempts = this.#read(each);
      const left = attempts && throttle.giveBack(attempts, each, policyOf(each), this.#host.now());
      if (left) this.#write(each, left);
      else this.forget(each);
    }
  }

  forget({ limit, of }: Tried): void {
    this.#sql.exec('DELETE FROM tries WHERE act = ? AND of = ?', limit, of);
  }

  #read({ limit, of }: Tried): throttle.Attempts | undefined {
    const query = 'SELECT count, since, next FROM tries WHERE act = ? AND of = ?';
    return first<{ count: number; since: number; next: number }>(this.#sql.exec(query, limit, of));
  }

  #write({ limit, of }: Tried, attempts: throttle.Attempts): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO tries (act, of, count, since, next, forget_at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[limit, of, attempts.count, attempts.since, attempts.next],
      throttle.forgetAt(attempts, policyOf({ limit })),
    );
  }
}
