/** Which conversations the agent's sessions have open on a screen: where sockets are closed when they may stay open no longer. */
import { closeCodes } from '#protocol';
import type { Duty } from '../alarm.ts';
import { all, first, type Host } from '../host.ts';

interface Row {
  session: string;
  conversation: string;
  at: number;
}

export interface AttachedOptions {
  /** The agent is offline: no conversation stays open. */
  offline(): boolean;
  signedIn(): boolean;
  /** Closes a session's sockets at a conversation. */
  close(conversation: string, session: string, code: number): Promise<void>;
}

export class Attached implements Duty {
  readonly name = 'attached';
  readonly #host: Host;
  readonly #options: AttachedOptions;

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
  }

  /** The session has ended. */
  async closeOf(session: string): Promise<void> {
    const rows = this.#host.sql.exec('SELECT * FROM attached WHERE session = ?', session);
    await this.#close(all<Row>(rows), closeCodes.signedOut);
  }

  next(): number | null {
    const any = () => first(this.#host.sql.exec('SELECT 1 FROM attached LIMIT 1')) !== undefined;
    return this.#options.offline() && any() ? 0 : null;
  }

  /** Whoever is offline follows nothing (F19). It follows from what is stored, so a crash leaves no socket open. */
  async run(): Promise<void> {
    // Who is signed in would come back at once, if they were not told that it is no use.
    const code = this.#options.signedIn() ? closeCodes.forbidden : closeCodes.signedOut;
    await this.#close(all<Row>(this.#host.sql.exec('SELECT * FROM attached')), code);
  }

  async #close(rows: readonly Row[], code: number): Promise<void> {
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
    await Promise.all(rows.map(one));
  }
}
