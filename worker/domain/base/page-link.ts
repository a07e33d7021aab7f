/** How a visitor's current page is shown: its host and path, as they open. The page's title is not part of it. */
import { isOneScript, webAddress } from '#protocol';
import { domainToUnicode } from './punycode.ts';

export interface PageLink {
  readonly href: string;
  /** For display: `пример.рф` if all of it is of one script, otherwise in ASCII. */
  readonly host: string;
  /** Empty for the root. Characters that would hide something stay escaped. */
  readonly path: string;
}

/** Undefined for an address that must not be opened by a click; earlier versions stored such addresses. */
export function pageLink(url: string): PageLink | undefined {
  const found = webAddress(url);
  if (!found) return undefined;
  const { port, pathname } = new URL(found.href);
  const readable = domainToUnicode(found.host);
  const host = isOneScript(readable) ? readable : found.host;
  return {
    href: found.href,
    host: port ? `${host}:${port}` : host,
    path: pathname === '/' ? '' : readablePath(pathname),
  };
}

/** Characters that are invisible, look like a space, or reorder others. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

function readablePath(path: string): string {
  try {
    const decoded = decodeURI(path);
    return hidden.test(decoded) ? path : decoded;
  } catch {
    return path;
  }
}
