/** The console's navigation leads to the pages that there are. */
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sections } from '../../app/src/lib/console/pages.ts';

const routes = fileURLToPath(new URL('../../app/src/routes/(signed-in)', import.meta.url));

test('every page of the console is in a section of the navigation, and no other', () => {
  const folders = globSync('console/*/**/+page.svelte', { cwd: routes }).map((path) => `/${dirname(path)}`);
  // An item's page is below its list.
  const pages = folders.filter((path) => !path.includes('['));
  const listed = Object.values(sections).flatMap((section) => section.pages.map(({ path }) => path));
  expect([...listed].sort()).toEqual(pages.sort());
  expect(folders.filter((path) => !listed.some((page) => path.startsWith(page)))).toEqual([]);
});
