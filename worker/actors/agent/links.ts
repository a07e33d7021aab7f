/**
 * Links sent by mail: to set a first or new password, or to confirm an email. A link is made when its mail is sent, so
 * that its secret exists only there. Earlier links stay valid, because anybody can request another one while the owner
 * opens theirs; using one link invalidates all.
 */
import { linkLife, maxLinks, type LinkKind } from '#domain/people/mailed-links';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';
import type { AgentRegisters } from './storage.ts';

/** A valid link. */
export interface Link {
  readonly hash: string;
  readonly expiresAt: number;
  /** The address that it was mailed to. Absent in links of earlier versions: the user's email. */
  readonly email?: string;
}

export const linkKinds: readonly LinkKind[] = ['reset', 'invitation', 'confirmation'];
/** Links that set a password. A link that confirms an email proves a mailbox, independent of the password. */
export const setters: readonly LinkKind[] = ['reset', 'invitation'];

export class Links {
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;

  constructor(registers: Registers<AgentRegisters>, host: Host) {
    this.#registers = registers;
    this.#host = host;
  }

  /** Makes a link to be mailed to this address; its secret is returned only here. */
  async make(kind: LinkKind, email: string): Promise<string> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    const now = this.#host.now();
    const held = this.#of(kind).filter(({ expiresAt }) => expiresAt > now);
    const links = [...held.slice(1 - maxLinks), { hash, expiresAt: now + linkLife[kind], email }];
    this.#registers.set('links', { ...this.#registers.get('links'), [kind]: links });
    return secret;
  }

  /** The link's kind, and the address that it was mailed to if that is stored; null if it is not valid. */
  async about(secret: string): Promise<{ kind: LinkKind; email: string | undefined } | null> {
    return this.#find(await hashSecret(secret));
  }

  /** Uses up a link; of two simultaneous uses only one succeeds. Returns the kinds that it invalidates, or null. */
  async redeem(secret: string): Promise<readonly LinkKind[] | null> {
    // Hashing is the only await, so nothing can interleave from here to the end.
    const link = this.#find(await hashSecret(secret));
    if (!link) return null;
    const ended = link.kind === 'confirmation' ? linkKinds : setters;
    this.drop(ended);
    return ended;
  }

  /** Invalidates all links of these kinds. */
  drop(kinds: readonly LinkKind[]): void {
    const links = Object.entries(this.#registers.get('links') ?? {});
    const left = links.filter(([kind]) => !kinds.includes(kind as LinkKind));
    if (left.length > 0) this.#registers.set('links', Object.fromEntries(left));
    else this.#registers.delete('links');
  }

  #find(hash: string): { kind: LinkKind; email: string | undefined } | null {
    const now = this.#host.now();
    for (const kind of linkKinds) {
      const link = this.#of(kind).find((each) => each.expiresAt > now && sameHash(each.hash, hash));
      if (link) return { kind, email: link.email };
    }
    return null;
  }

  #of(kind: LinkKind): Link[] {
    const kept = this.#registers.get('links')?.[kind];
    // Earlier versions stored a single link.
    return kept === undefined ? [] : [kept].flat();
  }
}
