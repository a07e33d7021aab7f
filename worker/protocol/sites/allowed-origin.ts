/** The pages on which a site's widget is served. */
import * as v from 'valibot';

/**
 * Domains below which registries, not companies, give out names: `https://*.co.uk` would be every company of a
 * country. The list is short on purpose: it has the usual ones of two-letter domains, and no hosting services
 * (`*.github.io`).
 */
const registries =
  /^(?:ac|co|com|edu|firm|go|gob|gouv|gov|gv|id|in|info|ltd|mil|ne|net|msk|nom|or|org|plc|pp|pro|sch|spb|web)\.[a-z]{2}$/;

/** True if a star before this name would include the names of strangers. */
export function isTooWide(parent: string): boolean {
  // The names below `localhost` are the machine's own (RFC 6761).
  if (parent === 'localhost') return false;
  return !parent.includes('.') || registries.test(parent);
}

/** An origin as a browser states it, or with `*.` for all names below a domain; never with a path. */
export const AllowedOrigin = v.pipe(
  v.string(),
  v.maxLength(260),
  v.regex(/^https?:\/\/(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/),
  // Refuses a port past 65,535, and labels that no host can have.
  v.check((origin) => URL.canParse(origin.replace('://*.', '://')) && !origin.includes('..'), 'not_origin'),
  v.check((origin) => !/:0*$/.test(origin), 'not_origin'),
  v.check((origin) => !isTooWide(/:\/\/\*\.([^:]+)/.exec(origin)?.[1] ?? 'localhost'), 'too_wide'),
);
