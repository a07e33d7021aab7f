/**
 * Which conversations the agent's sessions have open on a screen: where sockets are closed when they may stay open no longer. A
 * conversation registers itself when it has admitted a session, so a guessed id leaves nothing here.
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
  /** The agent is offline: no conversation stays open. */
  offline(): boolean;
  signedIn(): boolean;
  /** Closes a session's sockets at a conversation. */
  close(conversation: string, session: string, code: number): Promise<void>;
  arm(): void;
}

/** How many conversations an agent has open at once; the one opened first goes. */
export const maxAttached = 256;
/** How many conversations are asked to close at the same time: one that hangs holds up none of the others. */
const closingAtOnce = 16;

export class Attached implements Duty {
  readonly name = 'attached';
  readonly #host: Host;
  readonly #options: AttachedOptions;
  /** How many works close sockets: what they leave undone is due when they have ended. */
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

  /** The session has ended. What can't be closed now is closed by the duty. */
  async closeOf(session: string): Promise<void> {
    await this.#close(this.#rows('WHERE session = ?', session), closeCodes.signedOut);
  }

  next(): number | null {
    return this.#closing === 0 && this.#due().length > 0 ? 0 : null;
  }

  /** Closes what may not stay open. It follows from what is stored, so a crash leaves no socket open. */
  async run(): Promise<void> {
    const failed = await Promise.all(this.#due().map(({ rows, code }) => this.#close(rows, code)));
    if (failed.some((count) => count > 0)) throw new Error('sockets were not closed');
  }

  /** What may not stay open, the latest first, and why. */
  #due(): { rows: Row[]; code: number }[] {
    // An offline agent follows nothing (F19). One who is signed in must not come back at once.
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

  /** Answers how many could not be closed. */
  async #close(rows: readonly Row[], code: number): Promise<number> {
    const waiting = [...rows];
    let failed = 0;
    const one = async ({ session, conversation, at }: Row) => {
      await this.#options.close(conversation, session, code);
      // Not where it has been opened again in the meantime.
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
