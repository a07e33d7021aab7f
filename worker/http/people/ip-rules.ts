/**
 * The addresses from which a user may sign in and work: single ones, and ranges in CIDR notation. Addresses are
 * compared as bits, never as text: the same one can be written in many ways, and an IPv4 address inside IPv6
 * (`::ffff:10.0.0.1`) is the IPv4 address.
 */
import { parseAddress, type Address } from '../serving/ip-address.ts';

/** The indexes, from 0, of the invalid rules. */
export function badRules(rules: readonly string[]): number[] {
  return rules.flatMap((rule, index) => (parseRule(rule) ? [] : [index]));
}

/** Whether the rules admit an address. An empty list admits every address; other lists never admit an unknown one. */
export function admits(rules: readonly string[], address: string | null): boolean {
  if (rules.length === 0) return true;
  const from = address === null ? undefined : parseAddress(address);
  if (!from) return false;
  return rules.some((rule) => {
    const range = parseRule(rule);
    return range !== undefined && range[0].kind() === from.kind() && from.match(range[0], range[1]);
  });
}

/** A single address is a range of one. Host bits, as in 10.1.2.3/8, are ignored. */
function parseRule(rule: string): [Address, number] | undefined {
  const [text = '', bits, ...rest] = rule.trim().split('/');
  const address = parseAddress(text);
  if (!address || rest.length > 0) return undefined;
  const most = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [address, most];
  if (!/^\d{1,3}$/.test(bits)) return undefined;
  // The prefix of an IPv4 address inside IPv6 includes the 96 bits before it.
  const prefix = Number(bits) - (most === 32 && text.includes(':') ? 96 : 0);
  return prefix >= 0 && prefix <= most ? [address, prefix] : undefined;
}
