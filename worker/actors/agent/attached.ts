/**
 * The conversations that the agent's sessions have open on a screen, so that their sockets can be closed when they are
 * no longer allowed. A conversation registers itself after it admits a session, so a guessed id stores nothing here.
 */
import { closeCodes } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import { all, type Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';

interface Row {
  readonly session: string;
  readonly conversation: string;
  readonly at: number;
}

export interface AttachedOptions {
  /** True if the agent is offline: then no conversation stays open. */
  offline(): boolean;
  signedIn(): boolean;
  /** Closes a session's sockets at a conversation. */
  close(conversation: string, session: string, code: number): Promise<void>;
  arm(): void;
}

/** The most conversations that an agent has open at once. Beyond it, the one opened first is dropped. */
export const maxAttached = 256;
/** The number of conversations asked to close at the same time, so that one that hangs does not delay the others. */
const closingAtOnce = 16;

export class Attached implements Duty {
  readonly name = 'attached';
  readonly #host: Host;
  readonly #options: AttachedOptions;
  /** The number of runs that are closing sockets. Their leftovers are due when they have ended. */
  #closing = 0;

  constructor(host: Host, options: AttachedOptions) {
    this.#host = host;
    this.#options = options;
  }

  note(session: string, conversation: string): void {
    this.#host.sql.exec(
      'INSERT INTO attached (session, conversation, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
      session,
      conversation,
      this.#host.now(),
    );
    const surplus = this.#surplus();
    if (surplus.length > 0) this.#host.background(this.#close(surplus, closeCodes.lagging));
  }

  /** The session has ended. Sockets that cannot be closed now are left to the duty. */
  async closeOf(session: string): Promise<void> {
    await this.#close(this.#rows('WHERE session = ?', session), closeCodes.signedOut);
  }

  next(): number | null {
    return this.#closing === 0 && this.#due().length > 0 ? 0 : null;
  }

  /** Closes sockets that may not stay open. They follow from stored state, so a crash leaves none open. */
  async run(): Promise<void> {
    const failed = await Promise.all(this.#due().map(({ rows, code }) => this.#close(rows, code)));
    if (failed.some((count) => count > 0)) throw new Error('sockets were not closed');
  }

  /** Rows whose sockets may not stay open, the latest first, with the close code. */
  #due(): { rows: Row[]; code: number }[] {
    // An offline agent follows no conversation (F19). A tab that is signed in must not reconnect at once.
    if (this.#options.offline()) {
      const code = this.#options.signedIn() ? closeCodes.forbidden : closeCodes.signedOut;
      return some(this.#rows(''), code);
    }
    const ended = this.#rows('WHERE session NOT IN (SELECT id FROM sessions WHERE ended IS NULL)');
    return [...some(ended, closeCodes.signedOut), ...some(this.#surplus(), closeCodes.lagging)];
  }

  #surplus(): Row[] {
    return this.#rows('').slice(maxAttached);
  }

  #rows(where: string, ...bindings: string[]): Row[] {
    const query = `SELECT session, conversation, at FROM attached ${where} ORDER BY at DESC`;
    return all<Row>(this.#host.sql.exec(query, ...bindings));
  }

  /** Returns how many sockets could not be closed. */
  async #close(rows: readonly Row[], code: number): Promise<number> {
    const waiting = [...rows];
    let failed = 0;
    const one = async ({ session, conversation, at }: Row) => {
      await this.#options.close(conversation, session, code);
      // Keeps the row if the conversation was opened again in the meantime.
      this.#host.sql.exec(
        'DELETE FROM attached WHERE session = ? AND conversation = ? AND at = ?',
        session,
        conversation,
        at,
      );
    };
    const closer = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        await one(row).catch((error: unknown) => {
          failed++;
          report('not_closed', error, { conversation: row?.conversation });
        });
      }
    };
    this.#closing++;
    await Promise.all(Array.from({ length: closingAtOnce }, closer));
    this.#closing--;
    if (failed > 0) this.#options.arm();
    return failed;
  }
}

const some = (rows: Row[], code: number) => (rows.length > 0 ? [{ rows, code }] : []);
