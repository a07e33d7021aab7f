/** A visitor's identity: which registers prove it, and how it ends. */
import * as credential from '#domain/base/credential';
import { type Principal, refuse, type Refusal } from '#protocol';
import type { Registers } from '../../runtime/registers.ts';
import { sameHash } from '../credentials.ts';
import type { Self, VisitorRegisters } from './storage.ts';

export type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>;
/** Undefined if nothing is stored. */
type Kept = Registers<VisitorRegisters> | undefined;

/** Undefined for a visitor who never existed or has signed out. */
export function selfOf(registers: Kept): Self | undefined {
  const self = registers?.get('self');
  return self?.ended === undefined ? self : undefined;
}

/** The visitor who presents a secret of this hash. */
export function prove(registers: Kept, hash: string, now: number): VisitorPrincipal | Refusal {
  const self = selfOf(registers);
  const proved = self && credential.present(self, (known) => sameHash(known, hash), now);
  if (!proved) return refuse('signed_out');
  if (proved !== self) registers?.set('self', proved);
  const { account, id, site } = proved;
  return { kind: 'visitor', account, id, site };
}

/** Replaces the presented secret with a new one if that is due; false if it is not. */
export function replace(registers: Kept, hash: string, fresh: string, now: number): boolean {
  const self = selfOf(registers);
  if (!self || !credential.isDue(self, (known) => sameHash(known, hash), now)) return false;
  registers?.set('self', { ...self, next: { hash: fresh, at: now } });
  return true;
}

/**
 * Ends the visitor of a site; false if the secret is not theirs. After they have signed out, only the same secret
 * counts.
 */
export function end(registers: Kept, hash: string, site: string, now: number): boolean {
  const self = registers?.get('self');
  if (self?.site !== site) return false;
  if (self.ended !== undefined) return sameHash(self.ended, hash);
  if (!credential.present(self, (known) => sameHash(known, hash), now)) return false;
  const { account, id } = self;
  registers?.set('self', { account, id, site, hash: '', ended: hash });
  return true;
}
