/** The mails that an agent gets: links that they have asked for, and notices of what was changed. */
import type { Duty } from '../alarm.ts';
import type { Host } from '../host.ts';
import type { Mail } from '../mailer.ts';
import type { Registers } from '../registers.ts';
import type { Person } from '../../db/users.ts';
import { linkKinds, type LinkKind, type Links } from './links.ts';
import { linkMail, noticeMail } from './mails.ts';
import type { AgentRegisters } from './storage.ts';

/** What a user is told of, so that a change that was not theirs does not go unseen. */
export type Notice = 'password_changed' | 'second_factor_on' | 'second_factor_off';

/** A mail that was asked for. */
export type MailOrder =
  | {
      readonly kind: LinkKind;
      /** The origin that the link begins with. */
      readonly origin: string;
      /** Who invites. */
      readonly by?: string;
    }
  | { readonly kind: Notice };

/** A mail that could not be sent for so long is given up, in milliseconds: an hour. */
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

  /** Has a mail sent soon; one of its kind that still waits is replaced. */
  order(order: MailOrder): void {
    const others = this.#orders.filter(({ kind }) => kind !== order.kind);
    this.#registers.set('mails', [...others, { ...order, at: this.#host.now() }]);
  }

  next(): number | null {
    return this.#orders.length > 0 ? 0 : null;
  }

  /** Sends the first that waits. It may arrive twice, where the answer is lost. */
  async run(now: number): Promise<void> {
    const [order] = this.#orders;
    if (!order) return;
    if (now - order.at < patience) await this.#send(await this.#mailOf(order));
    // Not the list as it was: another may have been ordered meanwhile.
    this.#registers.set(
      'mails',
      this.#orders.filter(({ kind, at }) => kind !== order.kind || at !== order.at),
    );
  }

  /** No link goes out any more. Notices do. */
  dropLinks(): void {
    const notices = this.#orders.filter(({ kind }) => !isLink(kind));
    if (notices.length > 0) this.#registers.set('mails', notices);
    else this.#registers.delete('mails');
  }

  async #mailOf(order: MailOrder): Promise<Mail> {
    if (!('origin' in order)) return noticeMail(this.#person(), order.kind);
    const { account, id } = this.#person();
    const secret = await this.#links.make(order.kind);
    // Behind the number sign: a server is never told it, and no log has it.
    return linkMail(this.#person(), order, `${order.origin}/password#${account.id}.${id}.${secret}`);
  }

  get #orders(): (MailOrder & { at: number })[] {
    return this.#registers.get('mails') ?? [];
  }
}

const isLink = (kind: MailOrder['kind']): boolean => (linkKinds as readonly string[]).includes(kind);
