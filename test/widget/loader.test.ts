import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

/** The code of a script on the customer's page, by the mode of its build. */
async function codeOf(mode: string): Promise<string> {
  const configFile = fileURLToPath(new URL('../../widget/loader/vite.config.ts', import.meta.url));
  const built = await build({ configFile, mode, logLevel: 'silent', build: { write: false } });
  const [output] = (Array.isArray(built) ? built : [built]) as Rollup.RollupOutput[];
  expect(output?.output).toHaveLength(1);
  return output?.output[0].code ?? '';
}

it('the loader is one script of at most 3 KB, and imports nothing but the script for unread messages', async () => {
  const code = await codeOf('loader');
  expect(code.startsWith('(function')).toBe(true);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
  expect(code.match(/import\([^)]*\)/g)?.map((found) => /\/widget\/[\w.]+/.exec(found)?.[0])).toEqual([
    '/widget/alerts.js',
  ]);
}, 30_000);

it('the script for unread messages offers a loader of any version the same function', async () => {
  expect(await codeOf('alerts')).toMatch(/export\s*\{\s*\w+ as showUnread\s*\}/);
}, 30_000);

describe.each(['loader', 'alerts'])('the script %s on a customer’s page', (mode) => {
  let code = '';

  beforeAll(async () => {
    code = await codeOf(mode);
  }, 30_000);

  it('writes no markup, no cookie and no message to an unchecked origin', () => {
    expect(code).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\.cookie|eval\(|new Function/);
    expect(code).not.toMatch(/postMessage\([^)]*[`'"]\*[`'"]/);
  });

  it('uses no feature that an insecure page lacks', () => {
    expect(code).not.toMatch(/randomUUID|\.subtle|\.locks|caches\./);
  });
});
