/** A user's fields as an administrator sends them: the checks that no schema can make, and the stored form. */
import { cleanName, refuse, type Refusal, type UserBody } from '#protocol';
import { canonicalEmail } from '../../db/keys.ts';
import { clientAddress } from '../serving/address.ts';
import type { Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { admits, badRules } from './ip-rules.ts';

/**
 * Checks that no schema can make: whether the address rules are usable here. The fields of the refusal are the wrong
 * lines.
 */
export function problemOf(c: Exchange, { ipRules }: UserBody): Refusal | undefined {
  const fields = badRules(ipRules).map((bad) => `ipRules.${bad}`);
  const [field] = fields;
  if (field !== undefined) return refuse('bad_request', { field, fields });
  if (ipRules.length === 0 || clientAddress(c) !== null) return undefined;
  return refuse('no_addresses', { field: 'ipRules' });
}

/** The unconfirmed risk of a change to the user's own row: `sure` lists the confirmed risks, or is `1` for all. */
export function riskOf(
  c: Exchange,
  user: UserPrincipal,
  { roles, manages, ipRules }: UserBody,
  sure = '',
): Refusal | undefined {
  const listed = sure.split(',');
  const confirmed = (risk: string) => listed.includes('1') || listed.includes(risk);
  const same = manages === user.manages && rolesOf(roles) === rolesOf(user.roles);
  if (!same && !confirmed('rights')) return refuse('own_rights', { field: 'roles' });
  if (admits(ipRules, clientAddress(c)) || confirmed('addresses')) return undefined;
  return refuse('locks_you_out', { field: 'ipRules' });
}

const rolesOf = (roles: readonly string[]): string => [...new Set(roles)].sort().join();

export function tidy(body: UserBody): UserBody {
  return {
    ...body,
    email: canonicalEmail(body.email),
    name: cleanName(body.name),
    nickname: cleanName(body.nickname),
    roles: [...new Set(body.roles)],
    groups: [...new Set(body.groups)],
    ipRules: body.ipRules.map((rule) => rule.trim()),
  };
}

/** Roles and groups are sets: another order is not a change. */
export function sorted(body: UserBody): UserBody {
  return { ...body, roles: [...body.roles].sort(), groups: [...body.groups].sort() };
}
