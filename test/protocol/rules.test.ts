/** The protocol's document is true of the code where a test can tell: its ids, its tables, and every example. */
import { entryForVisitor } from '#domain/conversation/redaction';
import * as protocol from '#protocol';
import {
  agentFrames,
  AgentClientFrame,
  AgentServerFrame,
  check,
  closeCodes,
  ConversationServerFrame,
  decodeFrame,
  Entry,
  FloorServerFrame,
  isRefusal,
  isTransient,
  LobbyFrame,
  Pull,
  refusals,
  schemaByType,
  visitorFrames,
  type AgentFrame,
  type RefusalCode,
  type VisitorFrame,
} from '#protocol';
import { allRoutes } from '#protocol/routes';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchors, citingFiles, entry, examples, pages, read, root, rules, tableRows } from './document.ts';

type Schema = Parameters<typeof check>[0];

const ids = rules.map(({ id }) => id);
const sections = [...new Set(ids.map((id) => id.slice(0, 3)))].sort();
/** Words of the same form that are no rules. */
const otherWords = ['UTF', 'UTC', 'SHA', 'CVE', 'PDF'];

test('every rule has an id of its own, and fits in one line of 140 characters', () => {
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  // A line that names its rule in another way would be no rule for this test.
  const starts = pages.flatMap(({ lines }) => lines.filter((line) => /^[-*]\s+\*\*/.test(line)));
  expect(starts.length).toBe(ids.length);
  const continued = pages.flatMap(({ lines }) =>
    lines.filter((line, index) => /^ +\S/.test(line) && /^- \*\*/.test(lines[index - 1] ?? '')),
  );
  expect(continued).toEqual([]);
});

test('no line of a document is longer than 140 characters, but for tables', () => {
  const documents = citingFiles().filter(({ path }) => path.endsWith('.md'));
  expect(documents.length).toBeGreaterThan(pages.length);
  const long = documents.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      line.length > 140 && !line.startsWith('|') ? [`${path}:${index + 1}`] : [],
    ),
  );
  expect(long).toEqual([]);
});

test('the table of sections names every prefix once', () => {
  const named = tableRows(entry).flatMap(([cell = '']) => /^`([A-Z]{3})`$/.exec(cell)?.[1] ?? []);
  expect(named.sort()).toEqual(sections);
});

test('every rule that code, a test or a document cites exists', () => {
  const known = new Set(ids);
  const missing = citingFiles().flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      [...line.matchAll(/(?<![\w-])([A-Z]{3})-\d+(?![\w-])/g)]
        .filter(([id, prefix = '']) => !otherWords.includes(prefix) && !known.has(id))
        .map(([id]) => `${path}:${index + 1} ${id}`),
    ),
  );
  expect(missing).toEqual([]);
});

/** A link within a code span is an example of markup. */
const withoutCode = (lines: readonly string[]) => lines.join('\n').replace(/`[^`\n]+`/g, '');

test('every link between the pages leads to a heading that is there', () => {
  const broken = pages.flatMap((page) =>
    [...withoutCode(page.lines).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, path = '', anchor]) => {
        const target = path === '' ? page.path : join(dirname(page.path), path);
        if (!existsSync(root + target)) return true;
        return anchor !== undefined && !anchors(read(target)).includes(anchor);
      })
      .map(([link]) => `${page.path} ${link}`),
  );
  expect(broken).toEqual([]);
});

test('REF-1 REF-5 the table of refusals has every code with its status, and what may be repeated', () => {
  const base = read('worker/protocol/base/PROTOCOL.md');
  const listed = tableRows(base).flatMap(([code = '', status = '', , retry]) => {
    const name = /^`([a-z_]+)`$/.exec(code)?.[1];
    return name !== undefined && /^\d{3}$/.test(status) ? [[name, Number(status), retry === 'yes']] : [];
  });
  const codes = Object.keys(refusals) as RefusalCode[];
  expect(listed).toEqual(codes.map((code) => [code, refusals[code][0], isTransient(code)]));
});

test('SOC-15 the table of close codes has every code of the server', () => {
  const base = read('worker/protocol/base/PROTOCOL.md');
  const listed = tableRows(base).flatMap(([code = '']) => (/^4\d{3}$/.test(code) ? [Number(code)] : []));
  expect(listed).toEqual(Object.values(closeCodes).sort());
});

/** Decodes a client's frame as its socket does. */
const asVisitor = (text: string) => decodeFrame<VisitorFrame>(schemaByType(visitorFrames), text);
const asAgent = (text: string) => decodeFrame<AgentFrame>(schemaByType(agentFrames), text);
const clientDecoders: Record<string, ((text: string) => unknown)[]> = {
  'conversation visitor': [asVisitor],
  'conversation agent': [asAgent],
  'conversation client': [asVisitor, asAgent],
  'agent client': [(text) => check(AgentClientFrame, JSON.parse(text))],
};
const serverFrames: Record<string, Schema> = {
  'conversation server': ConversationServerFrame,
  'agent server': AgentServerFrame,
  'floor server': FloorServerFrame,
  'lobby server': LobbyFrame,
};

/** A body's schema, by the name that `#protocol` gives it. */
function bodySchema(of: string): Schema | undefined {
  const name = /^body (\w+)$/.exec(of)?.[1];
  return name === undefined ? undefined : (protocol as unknown as Record<string, Schema | undefined>)[name];
}

function decoded(of: string, text: string): unknown[] {
  const client = clientDecoders[of];
  if (client) return client.map((decode) => decode(text));
  const value: unknown = JSON.parse(text);
  if (of === 'body Refusal') return [isRefusal(value) && value.refused in refusals ? value : 'no refusal'];
  const schema = serverFrames[of] ?? bodySchema(of);
  return [schema ? check(schema, value) : `no schema for “${of}”`];
}

test('every route of the API is described: a page names its path', () => {
  const text = pages.flatMap(({ lines }) => lines).join('\n');
  const paths = allRoutes.map(({ path }) => path);
  const isNamed = (path: string) =>
    new RegExp(`${path.replaceAll('.', '[.]').replace(/:\w+/g, '[A-Z]+')}(?![\\w/])`).test(text);
  expect(paths.filter((path) => !isNamed(path))).toEqual([]);
});

test.each(examples)('the example of $of at $at is what its schema takes, field by field', ({ of, text }) => {
  const value: unknown = JSON.parse(text);
  for (const taken of decoded(of, text)) expect(taken).toEqual(value);
});

const valuesOf = (...tags: string[]) =>
  examples.filter(({ of }) => tags.includes(of)).map(({ text }) => JSON.parse(text) as { t: string });
const typesOf = (...tags: string[]) => new Set(valuesOf(...tags).map(({ t }) => t));
const literals = (options: readonly { entries: { t: { literal: string } } }[]) =>
  options.map(({ entries }) => entries.t.literal);

test.each([
  ['a visitor', Object.keys(visitorFrames), ['conversation client', 'conversation visitor']],
  ['an agent on a conversation', Object.keys(agentFrames), ['conversation client', 'conversation agent']],
  ['an agent on their own socket', literals(AgentClientFrame.options), ['agent client']],
  ['a conversation', literals(ConversationServerFrame.options), ['conversation server']],
  ['an agent’s socket', literals(AgentServerFrame.options), ['agent server']],
  ['the floor', literals(FloorServerFrame.options), ['floor server']],
  ['a lobby', literals([LobbyFrame]), ['lobby server']],
])('every frame of %s has an example', (_, types, tags) => {
  const shown = typesOf(...tags);
  expect(types.filter((type) => !shown.has(type))).toEqual([]);
});

test('every form of `pull` has an example', () => {
  const pulls = valuesOf('conversation client').filter(({ t }) => t === 'pull');
  const forms = Pull.options.map((form) => pulls.some((pull) => !isRefusal(check(form, pull))));
  expect(forms).toEqual(Pull.options.map(() => true));
});

test('ENT-4 ENT-5 every kind of entry has an example, and a line in the table that names its audience', () => {
  const kinds = Entry.options.map(({ entries }) => entries.kind.literal).sort();
  const ranges = valuesOf('conversation server') as { entries?: Entry[] }[];
  const shown = new Map(ranges.flatMap(({ entries = [] }) => entries.map((each) => [each.kind, each])));
  expect([...shown.keys()].sort()).toEqual(kinds);
  const conversation = read('worker/protocol/conversation/PROTOCOL.md');
  const audiences = tableRows(conversation).filter(([, audience = '']) => /^(?:all|agents)$/.test(audience));
  const listed = audiences.map(([kind = '', audience]) => [kind.replaceAll('`', ''), audience] as const);
  const sent = [...shown].map(([kind, each]) => [
    kind,
    entryForVisitor(each, (user) => user) ? 'all' : 'agents',
  ]);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(sent));
});
