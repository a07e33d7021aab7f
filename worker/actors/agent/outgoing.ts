/** The mails to an agent: links that were requested, and notices of changes. */
import type { LinkKind } from '#domain/people/mailed-links';
import type { Person } from '../../db/users.ts';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { Mail } from '../mailer.ts';
import type { Links } from './links.ts';
import { linkMail, noticeMail } from './mails.ts';
import type { AgentRegisters } from './storage.ts';

/** Changes that a user is notified of, so that a change by somebody else does not go unseen. */
export type Notice = 'password_changed' | 'second_factor_on' | 'second_factor_off';

/** A mail with a link that was requested. */
export interface LinkOrder {
  readonly kind: LinkKind;
  /** The origin that the link begins with. */
  readonly origin: string;
  /** The name of the inviting user. */
  readonly by?: string;
  /** The address that the link confirms, if it is not the user's email yet. */
  readonly to?: string;
}
export type MailOrder = LinkOrder | { readonly kind: Notice };

/** The page that a link opens: it sets a password or confirms an email. */
const page: Readonly<Record<LinkKind, string>> = {
  reset: 'password',
  invitation: 'password',
  confirmation: 'confirm',
};
/** A mail that could not be sent within this time is dropped, in milliseconds: an hour. */
const patience = 3_600_000;

export class Outgoing implements Duty {
  readonly name = 'mail';
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;
  readonly #links: Links;
  readonly #person: () => Person;
  readonly #send: (mail: Mail) => Promise<void>;

  constructor(
    registers: Registers<AgentRegisters>,
    host: Host,
    links: Links,
    person: () => Person,
    send: (mail: Mail) => Promise<void>,
  ) {
    this.#registers = registers;
    this.#host = host;
    this.#links = links;
    this.#person = person;
    this.#send = send;
  }

  /** Queues a mail. It replaces a waiting mail of its kind. */
  order(order: MailOrder): void {
    const others = this.#orders.filter(({ kind }) => kind !== order.kind);
    this.#registers.set('mails', [...others, { ...order, at: this.#host.now() }]);
  }

  next(): number | null {
    return this.#orders.length > 0 ? 0 : null;
  }

  /** Sends the first waiting mail. It may arrive twice if the answer is lost. */
  async run(now: number): Promise<void> {
    const [order] = this.#orders;
    if (!order) return;
    if (now - order.at < patience) await this.#send(await this.#mailOf(order));
    // Reads the list again: another mail may have been ordered in the meantime.
    this.#registers.set(
      'mails',
      this.#orders.filter(({ kind, at }) => kind !== order.kind || at !== order.at),
    );
  }

  /** Drops the waiting mails of these kinds. */
  drop(kinds: readonly MailOrder['kind'][]): void {
    const left = this.#orders.filter(({ kind }) => !kinds.includes(kind));
    if (left.length > 0) this.#registers.set('mails', left);
    else this.#registers.delete('mails');
  }

  async #mailOf(order: MailOrder): Promise<Mail> {
    if (!('origin' in order)) return noticeMail(this.#person(), order.kind);
    const { account, id, email } = this.#person();
    const secret = await this.#links.make(order.kind, order.to ?? email);
    // In the fragment, which is never sent to a server, so no log contains it.
    const url = `${order.origin}/${page[order.kind]}#${account.id}.${id}.${secret}`;
    return linkMail(this.#person(), order, url);
  }

  get #orders(): (MailOrder & { at: number })[] {
    return this.#registers.get('mails') ?? [];
  }
}
