/**
 * Formatted text from the clipboard, as clean markup: bold, italic, code, links, lists and line breaks are kept, and
 * nothing else.
 */
import { closesBefore, opensAfter, plainText } from '#domain/conversation/format';
import { tokensOf, type Tag } from './html.ts';
import { linkMarkup } from './linking.ts';

interface Look {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly code: boolean;
  readonly href: string;
  /** White space is kept. */
  readonly exact: boolean;
  readonly hidden: boolean;
  /** The bullet or number of an entry of a list that Word writes as text with padding. */
  readonly sign: boolean;
}
interface Run extends Look {
  text: string;
}
interface Open {
  readonly name: string;
  readonly look: Look;
  /** Empty lines around it: a paragraph or a list. */
  readonly apart: boolean;
  /** The number of entries of a list, or of cells of a row. */
  count: number;
}

const plainLook = { bold: false, italic: false, code: false, href: '', exact: false };
const none: Look = { ...plainLook, hidden: false, sign: false };
const set = (names: string) => new Set(names.split(' '));
const unseen = set('head template svg math object select option canvas audio video');
const empty = set('area base br col embed hr img input link meta param source track wbr');
const paragraphs = set('p h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote table figure');
const lines = set('div li dt dd tr section article header footer main aside nav form address hr');
/** Elements whose end tag may be left out before another of the same name. */
const implied = set('p li td th tr dt dd');
/** Larger HTML is pasted as the browser does it; characters. */
const mostHtml = 1_000_000;
const mostNested = 256;

/** The markup of copied HTML; undefined if it has no format, so that the plain text is pasted as it is. */
export function markupOf(html: string): string | undefined {
  const tokens = html.length > mostHtml ? undefined : tokensOf(html);
  if (!tokens) return undefined;
  const page = new Page();
  for (const token of tokens) {
    if (typeof token === 'string') page.text(token);
    else if (token.closes) page.close(token.name);
    else if (page.depth < mostNested) page.open(token);
    else return undefined;
  }
  const runs = page.lines.map(collapsed);
  const written = runs.map(write).join('\n');
  if (written === runs.map(textOf).join('\n')) return undefined;
  return written.replace(/\n{3,}/g, '\n\n').replace(/^\n+|\n+$/g, '');
}

class Page {
  readonly lines: Run[][] = [[]];
  readonly #open: Open[] = [];

  get depth(): number {
    return this.#open.length;
  }

  get #look(): Look {
    return this.#open.at(-1)?.look ?? none;
  }

  text(text: string): void {
    const look = this.#look;
    if (look.hidden) return;
    if (look.sign) {
      const sign = text.trim();
      if (sign) this.#add(/^[\p{L}\p{N}]/u.test(sign) ? `${sign} ` : '- ');
      return;
    }
    const spaced = text.replaceAll('\u00a0', ' ');
    const [first = '', ...rest] = look.exact ? spaced.split(/\r?\n/) : [spaced.replace(/\s+/g, ' ')];
    this.#add(first, look);
    for (const line of rest) {
      this.lines.push([]);
      this.#add(line, look);
    }
  }

  open(tag: Tag): void {
    const { name } = tag;
    if (name === 'br' && !this.#look.hidden) this.lines.push([]);
    if (name === 'hr') this.#breakLine(false);
    if (empty.has(name)) return;
    if (implied.has(name) && this.#open.at(-1)?.name === name) this.close(name);
    const apart =
      paragraphs.has(name) && !/^mso/i.test(tag.attribute('class')) && !this.#within('li', 'td', 'th');
    if (apart || this.#isBlock(name)) this.#breakLine(apart);
    if (name === 'li') this.#add(this.#sign(), { ...none, exact: true });
    if (name === 'td' || name === 'th') {
      const row = this.#open.findLast((open) => open.name === 'tr');
      if (row && row.count++ > 0) this.#add('\t', { ...none, exact: true });
    }
    const look = lookOf(tag, this.#look);
    this.#open.push({
      name,
      look,
      apart,
      count: Number(tag.attribute('start') || 1) - (name === 'tr' ? 1 : 0),
    });
  }

  close(name: string): void {
    const at = this.#open.findLastIndex((open) => open.name === name);
    if (at < 0) return;
    const [closed] = this.#open.splice(at);
    if (closed && (closed.apart || this.#isBlock(name))) this.#breakLine(closed.apart);
  }

  #isBlock(name: string): boolean {
    return lines.has(name) || paragraphs.has(name);
  }

  #within(...names: string[]): boolean {
    return this.#open.some(({ name }) => names.includes(name));
  }

  /** Begins a line, and leaves one empty around a paragraph. A paragraph of Word is a line. */
  #breakLine(apart: boolean): void {
    if (this.#look.hidden) return;
    if (!isEmpty(this.lines.at(-1))) this.lines.push([]);
    if (apart && this.lines.length > 1 && !isEmpty(this.lines.at(-2))) this.lines.push([]);
  }

  #sign(): string {
    const list = this.#open.findLast(({ name }) => name === 'ol' || name === 'ul');
    return list?.name === 'ol' ? `${list.count++}. ` : '- ';
  }

  #add(text: string, look: Look = none): void {
    if (text) this.lines.at(-1)?.push({ ...look, text });
  }
}

const isEmpty = (line: readonly Run[] = []) => line.every(({ text }) => text.trim() === '');

function lookOf(tag: Tag, look: Look): Look {
  const { name } = tag;
  const style = tag.attribute('style').toLowerCase();
  const valueOf = (property: string) =>
    new RegExp(`(?:^|[;\\s])${property}\\s*:\\s*([^;]+)`).exec(style)?.[1]?.trim() ?? '';
  const [weight, slant, space] = [valueOf('font-weight'), valueOf('font-style'), valueOf('white-space')];
  const href = name === 'a' ? tag.attribute('href') : look.href;
  return {
    // A style decides over a tag: Google Docs wraps everything in a `b` of normal weight.
    bold: weight ? /^bold|^[6-9]\d\d/.test(weight) : look.bold || name === 'b' || name === 'strong',
    italic: slant ? /^italic|^oblique/.test(slant) : look.italic || name === 'i' || name === 'em',
    code: look.code || /^(?:code|kbd|samp|tt|pre)$/.test(name),
    href: /^https?:/i.test(href) ? href : '',
    exact: space ? space.startsWith('pre') : look.exact || name === 'pre',
    hidden: look.hidden || unseen.has(name) || valueOf('display') === 'none',
    sign: look.sign || valueOf('mso-list') === 'ignore',
  };
}

const textOf = (line: readonly Run[]) => line.map(({ text }) => text).join('');

/** The runs of a line without double spaces and without spaces at its ends; neighbours that look alike are joined. */
function collapsed(line: readonly Run[]): Run[] {
  const out: Run[] = [];
  let spaced = true;
  for (const run of line) {
    const last = out.at(-1);
    const text = !run.exact && spaced ? run.text.trimStart() : run.text;
    if (!text) continue;
    spaced = /\s$/.test(text.slice(-1));
    const alike =
      last?.bold === run.bold &&
      last.italic === run.italic &&
      last.code === run.code &&
      last.href === run.href;
    if (alike) last.text += text;
    else out.push({ ...run, text });
  }
  const last = out.at(-1);
  if (last) last.text = last.text.trimEnd();
  return out.filter(({ text }) => text !== '');
}

/** The markup of a line; its plain text if the markup would not show it. */
function write(line: readonly Run[]): string {
  const text = textOf(line);
  const markup = line
    .map((run, index) => {
      const inside = run.text.trim();
      if (inside === '') return run.text;
      const before = run.text.slice(0, run.text.length - run.text.trimStart().length);
      const after = run.text.slice(run.text.trimEnd().length);
      const previous = before || line[index - 1]?.text;
      const next = after || line[index + 1]?.text;
      // The markup has no format within a word.
      const styled =
        opensAfter(previous?.at(-1)) && closesBefore(next?.at(0)) ? styledText(inside, run) : inside;
      return before + ((run.href && linkMarkup(styledText(inside, run), run.href)) || styled) + after;
    })
    .join('');
  return plainText(markup) === text ? markup : text;
}

function styledText(text: string, { bold, italic, code }: Look): string {
  let styled = code ? `\`${text}\`` : text;
  if (italic) styled = `_${styled}_`;
  return bold ? `**${styled}**` : styled;
}
