/** The parts of a request that the audit log stores. */
import type { AuditEntry, AuditKind } from '#protocol';
import type { Act } from '../../db/audit.ts';
import { clientAddress } from './address.ts';
import type { Exchange } from './exchange.ts';
import { newId } from './new-id.ts';

/** The browser's own description, and the client's address if it is known. */
export function originOf(c: Exchange): { device: string; address: string | null } {
  const device = (c.req.header('User-Agent') ?? '').slice(0, 300);
  return { device, address: clientAddress(c) };
}

/** An action by a user, with the name that colleagues see. */
export function actOf(
  c: Exchange,
  by: { account: string; id: string; name: string; fullName?: string } | { account: string; id?: never },
  kind: AuditKind,
  rest: Partial<Pick<AuditEntry, 'subject' | 'changes'>> = {},
): Act {
  const { account, id } = by;
  const who = id === undefined ? null : { id, name: by.fullName ?? by.name };
  return { id: newId('audit'), at: Date.now(), account, by: who, kind, ...originOf(c), ...rest };
}
