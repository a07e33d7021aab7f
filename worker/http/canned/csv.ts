/** Canned responses as CSV (CAN-19 … CAN-26). A written file reads back as it was. */
import type { Fault, Line } from '#domain/canned/merge';
import {
  faultOf,
  maxImportLines,
  maxImportSeparators,
  refuse,
  type ImportFault,
  type Refusal,
  type ResponseTexts,
} from '#protocol';
import { streamCsvRows, writeCsvStream } from 'hucre/csv';

const columns = ['key', 'question', 'answer'] as const;
const separators = [',', ';', '\t'];

export interface ReadFile {
  readonly lines: readonly Line[];
  readonly faults: readonly Fault[];
}

/**
 * Reads the responses, with the lines that are none. Blank lines are passed over. The first line must name the columns,
 * in any order and among others; it also shows which separator the file has.
 */
export function readCsv(bytes: Uint8Array): ReadFile | Refusal {
  const { text, isUtf8 } = decode(bytes);
  // Before anything is parsed: one line of millions of separators would become as many cells.
  if (hasMore(bytes, maxImportSeparators)) return refuse('too_large', { field: 'lines' });
  const lines: Line[] = [];
  const faults: Fault[] = [];
  const form = formOf(text);
  if (!form) return { lines, faults: [{ line: 1, fault: 'columns' }] };
  let next = 1;
  let records = 0;
  for (const row of streamCsvRows(text, { delimiter: form.separator, skipBom: false })) {
    const cells = row.map((cell) => (typeof cell === 'string' ? cell : ''));
    const line = next;
    // A record covers a line, and each line break within its quotes another one.
    next += 1 + cells.reduce((sum, cell) => sum + (cell.match(/\r\n|[\r\n]/g)?.length ?? 0), 0);
    if (++records > maxImportLines + 1) return refuse('too_large', { field: 'lines' });
    if (line === 1 || cells.every((cell) => cell.trim() === '')) continue;
    const read = responseIn(cells, form.positions, form.width, isUtf8);
    if (typeof read === 'string') faults.push({ line, fault: read });
    else lines.push({ line, texts: read });
  }
  return { lines, faults };
}

/** True if the file has more separators than that. In UTF-8 their bytes are part of no other character. */
function hasMore(bytes: Uint8Array, most: number): boolean {
  const codes = separators.map((separator) => separator.charCodeAt(0));
  let found = 0;
  for (const byte of bytes) if (codes.includes(byte) && ++found > most) return true;
  return false;
}

/** The text; with replacement characters for bytes that are not UTF-8. A byte-order mark is left out. */
function decode(bytes: Uint8Array): { text: string; isUtf8: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes), isUtf8: true };
  } catch {
    return { text: new TextDecoder().decode(bytes), isUtf8: false };
  }
}

/** The separator with which the first line names all columns, and the column's positions. */
function formOf(text: string) {
  for (const separator of separators) {
    const [header = []] = streamCsvRows(text, { delimiter: separator, skipBom: false });
    const names = header.map((cell) =>
      String(cell ?? '')
        .trim()
        .toLowerCase(),
    );
    const positions = columns.map((column) => names.indexOf(column));
    if (!positions.includes(-1)) return { separator, positions, width: names.length };
  }
  return undefined;
}

/** A line with more or fewer cells than the first one has shifted texts, most likely by a separator without quotes. */
function responseIn(
  cells: readonly string[],
  positions: readonly number[],
  width: number,
  isUtf8: boolean,
): ResponseTexts | ImportFault {
  const isShifted =
    cells.slice(width).some((cell) => cell !== '') || positions.some((at) => at >= cells.length);
  if (isShifted) return 'columns';
  const [key = '', question = '', answer = ''] = positions.map((at) => unescaped(cells[at] ?? ''));
  // A key is often written as it is typed.
  const texts = { key: key.trim().replace(/^#/, ''), question, answer };
  if (!isUtf8 && cells.some((cell) => cell.includes('\ufffd'))) return 'not_text';
  return faultOf(texts) ?? texts;
}

/** The file, in pieces as it is read. */
export function writeCsv(responses: readonly ResponseTexts[]): ReadableStream<Uint8Array> {
  const rows = responses.map(({ key, question, answer }) => [key, question, answer].map(escaped));
  return writeCsvStream(rows, { headers: [...columns], bom: true });
}

/*
 * A spreadsheet takes a cell for a formula that begins with one of these characters, the full-width forms included
 * (https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe before it makes it text. A program with
 * another separator sees cells begin within a text: after a semicolon, a tab or a line break. Where the text has the
 * apostrophe already, it gets another one, so that each text reads back as it was. Quotes and invisible characters
 * before the formula make no difference: a program may drop them.
 */
const lead = `['"\\p{Cf}]*`;
const formula = `${lead}[=+\\-@|＝＋－＠]`;
const breaks = '(?<=[;\\t\\r\\n])';
const beforeFormula = new RegExp(`^(?=${formula}|${lead}[\\t\\r\\n])|${breaks}(?=${formula})`, 'gu');
const apostrophe = new RegExp(`^'(?=${formula}|${lead}[\\t\\r\\n])|${breaks}'(?=${formula})`, 'gu');

const escaped = (text: string) => text.replace(beforeFormula, "'");
const unescaped = (cell: string) => cell.replace(apostrophe, '');
