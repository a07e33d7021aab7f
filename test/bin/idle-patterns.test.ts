/** A rule of the import table that guards nothing fails the lint. */
import { expect, test } from 'vitest';
import { idlePatterns } from '../../bin/idle-patterns.mjs';

const files = ['worker/db/users.ts', 'worker/db/drizzle.config.ts', 'app/src/routes/login/Form.svelte'];
const modules = [...files, 'node_modules/drizzle-orm/index.d.ts'];
const found = (from: object, to: object) => idlePatterns([{ name: 'rule', from, to }], files, modules);

test('a rule is in use where its patterns match files and what these import', () => {
  const from = { path: ['^worker/nowhere/', '^worker/db/'], pathNot: 'config\\.ts$' };
  expect(found(from, { pathNot: ['^worker/db/', '^node_modules/drizzle-orm/'] })).toEqual([]);
  expect(found({}, { circular: true })).toEqual([]);
});

test('a rule whose path matches no file is named', () => {
  expect(found({ path: '^worker/env\\.ts$' }, {})).toEqual(['rule guards no file: ^worker/env\\.ts$']);
  expect(found({ path: '^worker/db/', pathNot: '^worker/' }, {})).toEqual([
    'rule guards no file: ^worker/db/',
  ]);
});

test('an exemption and a target that match nothing are named', () => {
  const idle = (pattern: string) => [`rule has a pattern that matches nothing: ${pattern}`];
  expect(found({ path: '^worker/', pathNot: '^worker/gone/' }, {})).toEqual(idle('^worker/gone/'));
  expect(found({ path: '^worker/' }, { path: ['^app/', '^gone/'] })).toEqual(idle('^gone/'));
  expect(found({ path: '^worker/' }, { pathNot: '^gone/' })).toEqual(idle('^gone/'));
});

test('a target may name what the path captures', () => {
  const from = { path: '^app/src/routes/([^/]+)/' };
  expect(found(from, { pathNot: '^app/src/routes/$1/' })).toEqual([]);
  expect(found(from, { pathNot: '^app/src/pages/$1/' })).toEqual([
    'rule has a pattern that matches nothing: ^app/src/pages/$1/',
  ]);
});
