/**
 * Links that a person gets by mail: to set a new password, or their first. A link is made when its mail goes out, so that its secret
 * is nowhere but there. Those before it go on to hold, since anybody may ask for another one while the owner opens theirs; once one is
 * used, all are gone.
 */
import { hashSecret, newSecret, sameHash } from '../credentials.ts';
import type { Host } from '../host.ts';
import type { Registers } from '../registers.ts';
import type { AgentRegisters } from './storage.ts';

export const linkKinds = ['reset', 'invitation'] as const;
export type LinkKind = (typeof linkKinds)[number];

/** A link as it is kept. */
export interface Link {
  readonly hash: string;
  readonly expiresAt: number;
}

/** How long a link holds, in milliseconds: half an hour where somebody waits for it, a week where nobody expects it. */
export const life: Readonly<Record<LinkKind, number>> = { reset: 30 * 60_000, invitation: 7 * 86_400_000 };
/** How many of a kind hold at once. The limits let no more mails out while one of them is good. */
export const maxLinks = 20;

export class Links {
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;

  constructor(registers: Registers<AgentRegisters>, host: Host) {
    this.#registers = registers;
    this.#host = host;
  }

  /** Makes a link; its secret is told once. */
  async make(kind: LinkKind): Promise<string> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    const now = this.#host.now();
    const held = this.#of(kind).filter(({ expiresAt }) => expiresAt > now);
    const links = [...held.slice(1 - maxLinks), { hash, expiresAt: now + life[kind] }];
    this.#registers.set('links', { ...this.#registers.get('links'), [kind]: links });
    return secret;
  }

  async holds(secret: string): Promise<boolean> {
    return (await this.kindOf(secret)) !== null;
  }

  /** The link's kind; null if it is not valid. */
  async kindOf(secret: string): Promise<LinkKind | null> {
    const hash = await hashSecret(secret);
    const now = this.#host.now();
    const fits = (link: Link) => link.expiresAt > now && sameHash(link.hash, hash);
    return linkKinds.find((kind) => this.#of(kind).some(fits)) ?? null;
  }

  /** Uses a link up, and all others with it; of two who bring one at once, one is let through. */
  async redeem(secret: string): Promise<boolean> {
    // The hash is what is waited for; after it nothing is, up to the end.
    if (!(await this.holds(secret)) || !this.#registers.get('links')) return false;
    this.drop();
    return true;
  }

  drop(): void {
    this.#registers.delete('links');
  }

  #of(kind: LinkKind): Link[] {
    const kept = this.#registers.get('links')?.[kind];
    // Earlier versions kept one.
    return kept === undefined ? [] : [kept].flat();
  }
}
