/** The protocol's document as it is written: its pages, rules, sections, tables and examples. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the repository, by its path from the root. */
export interface Page {
  readonly path: string;
  readonly lines: readonly string[];
}

export function read(path: string): Page {
  return { path, lines: readFileSync(root + path, 'utf8').split('\n') };
}

/** The entry, and the page of each subject. */
export const entry = read('worker/protocol/PROTOCOL.md');
export const pages: readonly Page[] = [
  entry,
  ...globSync('worker/protocol/*/PROTOCOL.md', { cwd: root }).sort().map(read),
];

export interface Rule {
  readonly id: string;
  readonly page: Page;
}

/** Each line that states a rule begins with its id. */
export const rules: readonly Rule[] = pages.flatMap((page) =>
  page.lines.flatMap((line) => {
    const id = /^- \*\*([A-Z]{3}-\d+)\*\* \S/.exec(line)?.[1];
    return id === undefined ? [] : [{ id, page }];
  }),
);

export interface Example {
  /** Which schema it is of: a socket and a side, or `body` and the schema's name. */
  readonly of: string;
  readonly text: string;
  /** The path and the line where it begins. */
  readonly at: string;
}

/** A fence of JSON: the words after `json` say what it is an example of. */
export const examples: readonly Example[] = pages.flatMap(({ path, lines }) =>
  lines.flatMap((line, index) => {
    const of = /^```json (.+)$/.exec(line)?.[1];
    if (of === undefined) return [];
    const text = lines.slice(index + 1, lines.indexOf('```', index)).join('\n');
    return [{ of, text, at: `${path}:${index + 1}` }];
  }),
);

/** The cells of all tables' rows on a page, without the backquotes of the first. */
export function tableRows({ lines }: Page): string[][] {
  return lines
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}

/** The anchor of a heading, as GitHub makes it. */
export function anchors({ lines }: Page): string[] {
  return lines
    .filter((line) => /^#{1,3} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/ /g, '-'),
    );
}

/** Files that may cite rules: source, tests and documents; not the data of tests. */
export function citingFiles(): Page[] {
  const folders = '{worker,app,widget,test,bin}/**/*.{ts,mjs,js,svelte,css,html,md,json}';
  const skipped = /(?:^|\/)(?:node_modules|\.[^/]+)\/|^test\/fixtures\/[^/]+\//;
  const paths = [...globSync(folders, { cwd: root }), ...globSync('*.md', { cwd: root })];
  return paths.filter((path) => !skipped.test(path)).map(read);
}
