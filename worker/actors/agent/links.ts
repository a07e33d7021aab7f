/**
 * Links that a person gets by mail: to set a new password, or their first, or to confirm an email. A link is made when its mail goes
 * out, so that its secret is nowhere but there; of a kind only the latest holds, and all are gone once one was used.
 */
import { confirmationLife } from '#domain';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';
import type { Duty } from '../alarm.ts';
import type { Host } from '../host.ts';
import type { Mail } from '../mailer.ts';
import type { Registers } from '../registers.ts';
import type { Person } from '../../db/users.ts';
import { mailOf } from './mails.ts';
import type { AgentRegisters } from './storage.ts';

export type LinkKind = 'reset' | 'invitation' | 'confirmation';

/** A mail that was asked for. */
export interface MailOrder {
  readonly kind: LinkKind;
  /** The origin that the link begins with. */
  readonly origin: string;
  /** Who invites. */
  readonly by?: string;
  /** The address that the link confirms, where it is not the user's email yet. */
  readonly to?: string;
}

/** A link that holds. */
export interface Link {
  readonly hash: string;
  readonly expiresAt: number;
  /** The address that it was mailed to. Absent in earlier versions: the user's email. */
  readonly email?: string;
}

/** How long a link holds, in milliseconds: half an hour where somebody waits for it, a week where nobody expects it. */
const life: Readonly<Record<LinkKind, number>> = {
  reset: 30 * 60_000,
  invitation: confirmationLife,
  confirmation: confirmationLife,
};
/** Where a link leads: a page that sets a password, or one that confirms an email. */
const page: Readonly<Record<LinkKind, string>> = {
  reset: 'password',
  invitation: 'password',
  confirmation: 'confirm',
};
/** A mail that could not be sent for so long is given up, in milliseconds: an hour. */
const patience = 3_600_000;

export class Links implements Duty {
  readonly name = 'mail';
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;
  readonly #send: (mail: Mail) => Promise<void>;
  readonly #person: () => Person;

  constructor(
    registers: Registers<AgentRegisters>,
    host: Host,
    person: () => Person,
    send: (mail: Mail) => Promise<void>,
  ) {
    this.#registers = registers;
    this.#host = host;
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

  /** Sends the first that waits. It may arrive twice, where the answer is lost: the link of the second holds. */
  async run(now: number): Promise<void> {
    const [order] = this.#orders;
    if (!order) return;
    if (now - order.at < patience) {
      const { account, id, email } = this.#person();
      const secret = newSecret();
      const hash = await hashSecret(secret);
      const link: Link = { hash, expiresAt: now + life[order.kind], email: order.to ?? email };
      this.#registers.set('links', { ...this.#registers.get('links'), [order.kind]: link });
      // Behind the number sign: a server is never told it, and no log has it.
      const url = `${order.origin}/${page[order.kind]}#${account.id}.${id}.${secret}`;
      await this.#send(mailOf(this.#person(), order, url));
    }
    // Not the list as it was: another may have been ordered meanwhile.
    this.#registers.set(
      'mails',
      this.#orders.filter(({ kind, at }) => kind !== order.kind || at !== order.at),
    );
  }

  /** The link's kind, and the address that it was mailed to; null if it is not valid. */
  async about(secret: string): Promise<{ kind: LinkKind; email: string } | null> {
    return this.#find(await hashSecret(secret));
  }

  /** Uses a link up; of two who bring it at once, one is let through. */
  async redeem(secret: string): Promise<boolean> {
    // The hash is what is waited for; after it nothing is, up to the end.
    const link = this.#find(await hashSecret(secret));
    if (!link) return false;
    if (link.kind === 'confirmation') this.drop();
    else this.dropSetters();
    return true;
  }

  #find(hash: string): { kind: LinkKind; email: string } | null {
    const now = this.#host.now();
    const links = Object.entries(this.#registers.get('links') ?? {}) as [LinkKind, Link][];
    const found = links.find(([, link]) => link.expiresAt > now && sameHash(link.hash, hash));
    return found ? { kind: found[0], email: found[1].email ?? this.#person().email } : null;
  }

  /** No link holds any longer, and none goes out. */
  drop(kinds: readonly LinkKind[] = ['reset', 'invitation', 'confirmation']): void {
    const links = Object.entries(this.#registers.get('links') ?? {});
    const left = links.filter(([kind]) => !kinds.includes(kind as LinkKind));
    if (left.length > 0) this.#registers.set('links', Object.fromEntries(left));
    else this.#registers.delete('links');
    const mails = this.#orders.filter(({ kind }) => !kinds.includes(kind));
    if (mails.length > 0) this.#registers.set('mails', mails);
    else this.#registers.delete('mails');
  }

  /** The same for links that set a password. One that confirms an email proves a mailbox, whatever the password is. */
  dropSetters(): void {
    this.drop(['reset', 'invitation']);
  }

  get #orders(): (MailOrder & { at: number })[] {
    return this.#registers.get('mails') ?? [];
  }
}
