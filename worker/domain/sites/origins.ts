/** The pages that a site serves. */

/**
 * True if `origin` (as a browser states it) is allowed. `https://*.example.com` allows every name below example.com,
 * label by label, and not example.com itself. `null` (a sandboxed or local page) is never allowed.
 */
export function originAllowed(origin: string | null | undefined, allowed: readonly string[]): boolean {
  if (!origin || origin === 'null') return false;
  const given = parse(origin);
  if (!given) return false;
  return allowed.some((pattern) => {
    const wanted = parse(pattern.replace('://*.', '://'));
    if (!wanted || wanted.protocol !== given.protocol || wanted.port !== given.port) return false;
    return pattern.includes('://*.')
      ? given.hostname.endsWith(`.${wanted.hostname}`)
      : given.hostname === wanted.hostname;
  });
}

function parse(origin: string): { protocol: string; hostname: string; port: string } | undefined {
  const match = /^(https?:)\/\/([a-z0-9.-]+)(?::(\d{1,5}))?$/.exec(origin.toLowerCase());
  if (!match?.[1] || !match[2]) return undefined;
  return {
    protocol: match[1],
    hostname: match[2],
    port: match[3] ?? (match[1] === 'https:' ? '443' : '80'),
  };
}
