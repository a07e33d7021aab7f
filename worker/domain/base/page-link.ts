/** How the page that a visitor is on is shown: its host and path, as they open. The page's title is not part of it. */
import { isOneScript, webAddress } from '#protocol';
import { domainToUnicode } from './punycode.ts';

export interface PageLink {
  readonly href: string;
  /** As it is read: `пример.рф` where all of it is of one script, else in ASCII. */
  readonly host: string;
  /** Empty for the root. Escapes stand for themselves where they would hide something. */
  readonly path: string;
}

/** Undefined for an address that must not be opened by a click; earlier versions stored such. */
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

/** Characters that show nothing, look like a space, or reorder others. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

function readablePath(path: string): string {
  try {
    const decoded = decodeURI(path);
    return hidden.test(decoded) ? path : decoded;
  } catch {
    return path;
  }
}
