/** IP addresses as bits, and the networks that an address belongs to. The same address can be written in many ways. */
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Strict where programs differ: no octal, no shortened IPv4, no zone. An IPv4 address inside IPv6 (`::ffff:10.0.0.1`)
 * is parsed as the IPv4 address.
 */
export function parseAddress(text: string): Address | undefined {
  if (/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) {
    return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : undefined;
  }
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(':') || !ipaddr.IPv6.isValid(text))
    return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** The canonical form of an address (RFC 5952); null if the text is no address. */
export function canonicalAddress(text: string): string | null {
  return parseAddress(text)?.toString() ?? null;
}

/**
 * The address from which the outermost of `proxies` trusted proxies received a request. Each proxy appends the address
 * that it received the request from, so the list is counted from its right end. Entries further left were written by
 * the client and are ignored: they can neither name an address nor, by being malformed, hide one. Null if the list is
 * too short, or if its trusted part contains anything but addresses.
 */
export function forwardedFor(header: string, proxies: number): string | null {
  const trusted = header
    .split(',')
    .slice(-proxies)
    .map((entry) => canonicalAddress(entry.trim()));
  if (trusted.length < proxies || trusted.includes(null)) return null;
  return trusted[0] ?? null;
}

/** Some providers give an IPv6 customer a /64, others a /56 or a /48. */
const prefixes = [64, 56, 48] as const;

/**
 * The networks by which an address is counted, narrowest first: an IPv4 address alone, or the /64, /56 and /48 of an
 * IPv6 address.
 */
export function networksOf(address: string): string[] {
  const parsed = parseAddress(address);
  if (!parsed) return [];
  if (parsed.kind() === 'ipv4') return [parsed.toString()];
  return prefixes.map((bits) => `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${bits}`)}/${bits}`);
}
