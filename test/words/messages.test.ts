/**
 * Mistakes in texts that the compiler accepts: it falls back to another language if a language lacks a text, and to
 * the last plural form if a form is missing.
 */
import { globSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { languages } from '#protocol';

interface Variants {
  readonly declarations: readonly string[];
  readonly match: Readonly<Record<string, string>>;
}
type Messages = Readonly<Record<string, string | readonly [Variants]>>;

const root = new URL('../..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const sources = (part: string) => globSync(`${part}/**/*.{ts,svelte}`, { cwd: root });

const textsOf = (message: Messages[string]) =>
  typeof message === 'string' ? [message] : Object.values(message[0].match);
const placeholders = (message: Messages[string]) =>
  [...new Set(textsOf(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

describe.each(['app', 'widget', 'worker'])('the texts of the %s', (part) => {
  const messages = languages.map((language) => ({
    language,
    words: JSON.parse(read(`${part}/messages/${language}.json`)) as Messages,
  }));
  const [base, ...others] = messages as [(typeof messages)[0], ...typeof messages];
  const keys = Object.keys(base.words);

  it.each(others)('are the same in $language, in the same order, with the same placeholders', ({ words }) => {
    expect(Object.keys(words)).toEqual(keys);
    for (const key of keys)
      expect([key, placeholders(words[key] ?? '')]).toEqual([key, placeholders(base.words[key] ?? '')]);
  });

  it.each(messages)('have all plural forms of $language, and no empty text', ({ language, words }) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [key, message] of Object.entries(words)) {
      for (const text of textsOf(message)) expect([key, text.trim()]).toEqual([key, text || 'a text']);
      if (typeof message === 'string' || !message[0].declarations.some((each) => each.endsWith(': plural')))
        continue;
      // The form `other`, which every language has, applies where no other form does.
      const said = Object.keys(message[0].match).map((form) =>
        form.replace('plural=', '').replace('*', 'other'),
      );
      expect([key, said.sort()]).toEqual([key, forms]);
    }
  });

  it('are each used in the code', () => {
    const used = new Set(
      sources(part).flatMap((path) => [...read(path).matchAll(/\bm\.(\w+)/g)].map(([, key]) => key)),
    );
    expect(keys.filter((key) => !used.has(key))).toEqual([]);
  });
});

/** Text that a component shows or announces, other than from a message. */
function hardCoded(path: string): string[] {
  const said: string[] = [];
  const spoken =
    /^(?:aria-(?:label|description|placeholder|roledescription)|alt|label|placeholder|title|hint|text)$/;
  const walk = (node: unknown, within: string) => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const each of node) walk(each, within);
      return;
    }
    const { type, name, data, ...rest } = node as Record<string, unknown>;
    if (type === 'Text' && /\p{L}{2}/u.test(String(data)) && within !== 'quiet')
      said.push(String(data).trim());
    const next = type === 'Attribute' ? (spoken.test(String(name)) ? 'said' : 'quiet') : within;
    for (const child of Object.values(rest)) walk(child, next);
  };
  walk(parse(read(path), { modern: true }).fragment, 'said');
  return said.map((text) => `${path}: ${text}`);
}

it('no component of the app or the widget contains text of its own', () => {
  const components = [...sources('app/src'), ...sources('widget/frame')].filter((path) =>
    path.endsWith('.svelte'),
  );
  expect(components.length).toBeGreaterThan(50);
  // The product's name is not translated, nor are addresses.
  expect(
    components.flatMap(hardCoded).filter((said) => !/: (?:(?:· )?Parley|https:\S+)$/.test(said)),
  ).toEqual([]);
});
