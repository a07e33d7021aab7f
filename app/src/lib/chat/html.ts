/**
 * Reads copied HTML as a list of tags and texts. No document is made of it, so nothing of it can load, run or apply.
 * Browsers and word processors write well-formed HTML to the clipboard; anything else is refused.
 */

export interface Tag {
  /** In lower case. */
  readonly name: string;
  readonly closes: boolean;
  attribute(name: string): string;
}
export type Token = string | Tag;

const tag = /<(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/iy;
const comment = /<!--[^]*?-->|<[!?][^>]*>/y;
const attributes = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
/** Elements whose content is not markup. */
const raw = new Set([
  'script',
  'style',
  'title',
  'textarea',
  'noscript',
  'iframe',
  'xmp',
  'noembed',
  'noframes',
]);

/** Undefined for HTML that is cut off, or has a character reference that is unknown here. */
export function tokensOf(html: string): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < html.length;) {
    const next = html.indexOf('<', at);
    const end = next < 0 ? html.length : next;
    const text = decoded(html.slice(at, end));
    if (text === undefined) return undefined;
    if (text) tokens.push(text);
    if (end === html.length) break;
    at = end;
    comment.lastIndex = tag.lastIndex = at;
    if (/[!?]/.test(html.charAt(at + 1))) {
      if (!comment.test(html)) return undefined;
      at = comment.lastIndex;
      continue;
    }
    if (!/[a-z/]/i.test(html.charAt(at + 1))) {
      tokens.push('<');
      at++;
      continue;
    }
    const [all, slash, written = '', rest = ''] = tag.exec(html) ?? [];
    if (all === undefined) return undefined;
    const name = written.toLowerCase();
    at += all.length;
    if (raw.has(name) && !slash) {
      const close = new RegExp(`</${name}`, 'gi');
      close.lastIndex = at;
      const found = close.exec(html);
      if (!found) return undefined;
      at = found.index;
    } else if (!raw.has(name)) tokens.push({ name, closes: slash === '/', attribute: attributeOf(rest) });
  }
  return tokens;
}

const attributeOf = (rest: string) => (wanted: string) => {
  for (const [, name = '', double, single, bare] of rest.matchAll(attributes))
    if (name.toLowerCase() === wanted) return decoded(double ?? single ?? bare ?? '') ?? '';
  return '';
};

const named: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', shy: '\u00ad' },
  ...{ ndash: '–', mdash: '—', hellip: '…', bull: '•', middot: '·', times: '×', euro: '€', deg: '°' },
  ...{ laquo: '«', raquo: '»', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„' },
  ...{ copy: '©', reg: '®', trade: '™', thinsp: '\u2009', ensp: '\u2002', emsp: '\u2003' },
};

function decoded(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let known = true;
  const plain = text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z][a-z\d]*));/gi,
    (all, hex, decimal, name) => {
      const point = hex ? parseInt(String(hex), 16) : decimal ? Number(decimal) : NaN;
      const char = Number.isNaN(point)
        ? named[String(name)]
        : point <= 0x10ffff
          ? String.fromCodePoint(point)
          : '\ufffd';
      known &&= char !== undefined;
      return char ?? String(all);
    },
  );
  return known ? plain.toWellFormed() : undefined;
}
