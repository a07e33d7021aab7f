import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';

describe('the loader', () => {
  let code = '';

  beforeAll(async () => {
    const configFile = fileURLToPath(new URL('../../widget/loader/vite.config.ts', import.meta.url));
    const built = await build({ configFile, logLevel: 'silent', build: { write: false } });
    const [output] = (Array.isArray(built) ? built : [built]) as Rollup.RollupOutput[];
    code = output?.output[0].code ?? '';
  }, 30_000);

  it('is one script of at most 3 KB', () => {
    expect(code.startsWith('(function')).toBe(true);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
  });

  it('writes no markup, no cookie and no message to an unchecked origin', () => {
    expect(code).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\.cookie|eval\(|new Function/);
    expect(code).not.toMatch(/postMessage\([^)]*[`'"]\*[`'"]/);
  });

  it('uses no feature that an insecure page lacks', () => {
    expect(code).not.toMatch(/randomUUID|\.subtle|\.locks|caches\./);
  });
});
