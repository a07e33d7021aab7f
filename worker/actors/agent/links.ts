/**
 * Links that a person gets by mail: to set a new password, or their first. A link is made when its mail goes out, so that its secret
 * is nowhere but there; of a kind only the latest holds, and all are gone once one was used.
 */
import { hashSecret, newSecret, sameHash } from '../credentials.ts';
import type { Duty } from '../alarm.ts';
import type { Host } from '../host.ts';
import type { Mail } from '../mailer.ts';
import type { Registers } from '../registers.ts';
import type { Person } from '../../db/users.ts';
import { mailOf } from './mails.ts';
import type { AgentRegisters } from './storage.ts';

export type LinkKind = 'reset' | 'invitation';

/** A mail that was asked for. */
export interface MailOrder {
  readonly kind: LinkKind;
  /** The origin that the link begins with. */
  readonly origin: string;
  /** Who invites. */
  readonly by?: string;
}

/** How long a link holds, in milliseconds: half an hour where somebody waits for it, a week where nobody expects it. */
const life: Readonly<Record<LinkKind, number>> = { reset: 30 * 60_000, invitation: 7 * 86_400_000 };
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
      const { account, id } = this.#person();
      const secret = newSecret();
      const hash = await hashSecret(secret);
      const expiresAt = now + life[order.kind];
      this.#registers.set('links', { ...this.#registers.get('links'), [order.kind]: { hash, expiresAt } });
      // Behind the number sign: a server is never told it, and no log has it.
      const url = `${order.origin}/password#${account.id}.${id}.${secret}`;
      await this.#send(mailOf(this.#person(), order, url));
    }
    // Not the list as it was: another may have been ordered meanwhile.
    this.#registers.set(
      'mails',
      this.#orders.filter(({ kind, at }) => kind !== order.kind || at !== order.at),
    );
  }

  async holds(secret: string): Promise<boolean> {
    return (await this.kindOf(secret)) !== null;
  }

  /** The link's kind; null if it is not valid. */
  async kindOf(secret: string): Promise<LinkKind | null> {
    const hash = await hashSecret(secret);
    const now = this.#host.now();
    const links = Object.entries(this.#registers.get('links') ?? {}) as [
      LinkKind,
      { hash: string; expiresAt: number },
    ][];
    return links.find(([, link]) => link.expiresAt > now && sameHash(link.hash, hash))?.[0] ?? null;
  }

  /** Uses a link up; of two who bring it at once, one is let through. */
  async redeem(secret: string): Promise<boolean> {
    // The hash is what is waited for; after it nothing is, up to the end.
    if (!(await this.holds(secret)) || !this.#registers.get('links')) return false;
    this.drop();
    return true;
  }

  /** No link holds any longer, and none goes out. */
  drop(): void {
    this.#registers.delete('links');
    this.#registers.delete('mails');
  }

  get #orders(): (MailOrder & { at: number })[] {
    return this.#registers.get('mails') ?? [];
  }
}
