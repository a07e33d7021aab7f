/**
 * Ends the reading of colleagues whom notes mention, seven days after the end of the conversation. A colleague whom the
 * account's rule admits stays. It is computed from the sockets and the log alone, so an eviction loses nothing.
 */
import { mentionsEndAt } from '#domain/conversation/mentions';
import { seesAll } from '#domain/floor/sight';
import { closeCodes, type Attachment, type Role } from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Socket } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import { attachmentOf } from './attachment.ts';
import type { Journal } from './journal.ts';

type Reader = Extract<Attachment, { side: 'agent' }>;

export class MentionReaders implements Duty {
  readonly name = 'mentions';
  readonly #host: Host;
  readonly #journal: Pick<Journal, 'state'>;
  /** A closed socket is listed until its other end answers, so the work is done once. */
  #done = false;
  /** Whether the account's rule admits a reader all the same. */
  mayStay: (reader: { id: string; roles: Role[] }) => Promise<boolean> = () => Promise.resolve(false);

  constructor(host: Host, journal: Pick<Journal, 'state'>) {
    this.#host = host;
    this.#journal = journal;
  }

  next(): number | null {
    const end = mentionsEndAt(this.#journal.state);
    return end === null || this.#done || this.#tabs(end).length === 0 ? null : end;
  }

  async run(): Promise<void> {
    const end = mentionsEndAt(this.#journal.state);
    if (end === null || this.#host.now() < end) return;
    this.#done = true;
    await Promise.all(this.#tabs(end).map(([socket, reader]) => this.#judge(socket, reader)));
  }

  async #judge(socket: Socket, { id, roles }: Reader): Promise<void> {
    try {
      if (!(await this.mayStay({ id, roles }))) socket.close(closeCodes.forbidden, 'out of sight');
    } catch (error) {
      report('mention_not_judged', error);
      // The tab's next upgrade asks again.
      socket.close(closeCodes.lagging, 'begin again');
    }
  }

  /** The tabs that were admitted for a mention, or may have been. */
  #tabs(end: number): [Socket, Reader][] {
    const { mentioned = [], owner } = this.#journal.state;
    if (mentioned.length === 0) return [];
    return this.#host.sockets('agent').flatMap((socket) => {
      const reader = attachmentOf(socket);
      if (reader?.side !== 'agent' || reader.at >= end || seesAll(reader)) return [];
      const byMention = mentioned.includes(reader.id) && reader.id !== owner?.id;
      return byMention ? [[socket, reader] as [Socket, Reader]] : [];
    });
  }
}
