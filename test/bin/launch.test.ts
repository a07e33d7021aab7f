import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at } from '../../bin/paths.mjs';

const { scripts } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('A bare clone', () => {
  test.each(Object.entries(scripts))('npm run %s starts with the launcher', (_, script) => {
    for (const step of script.split(' && '))
      expect(step).toMatch(/^(exec )?node bin\/launch\.mjs \S+|^npm (run \w+|test)$/);
  });

  test('the launcher imports no installed package', () => {
    const seen = new Set<string>();
    const packages: string[] = [];
    const read = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^import .* from '(.+)';$/gm)) {
        if (name.startsWith('.')) read(path.join(path.dirname(file), name));
        else if (!builtinModules.includes(name.replace(/^node:/, ''))) packages.push(`${file}: ${name}`);
      }
    };
    read(at('bin', 'launch.mjs'));
    expect(packages).toEqual([]);
    // Proves that the pattern above has found the imports.
    expect(seen.size).toBeGreaterThan(3);
  });

  test('an old version of Node gets one sentence', () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })`;
    const preload = `data:text/javascript,${encodeURIComponent(old)}`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', preload, at('bin', 'launch.mjs'), 'bin/start.mjs'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Parley needs Node 20 or later, and this is Node 18.20.8.\n',
    });
  });
});

describe('npm start refuses with one sentence', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-start-'));
    writeFileSync(path.join(folder, 'file'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (env: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [at('bin', 'launch.mjs'), 'bin/start.mjs'],
      {
        encoding: 'utf8',
        env: { ...process.env, DATA_DIR: path.join(folder, 'data'), PORT: '0', ...env },
      },
    );
    return { status, output: stdout + stderr };
  };
  const refusal = (sentence: string) => ({ status: 1, output: `${sentence}\n` });

  test.each(['bin/start.mjs', 'bin/dev.mjs'])('an unknown option of %s', (script) => {
    const { status, stderr } = spawnSync(process.execPath, [at('bin', 'launch.mjs'), script, '--prot=9'], {
      encoding: 'utf8',
    });
    expect({ status, first: stderr.split('\n')[0] }).toEqual({
      status: 1,
      first: "Unknown option '--prot'.",
    });
  });

  test.each(['abc', '70000', '-1', '1.5', ' '])('PORT=%s', (PORT) => {
    expect(start({ PORT })).toEqual(
      refusal(`PORT is “${PORT}”. It must be a number from 1 to 65535, or 0 for any free port.`),
    );
  });

  test('a data folder that is a file', () => {
    const file = path.join(folder, 'file');
    expect(start({ DATA_DIR: file })).toEqual(refusal(`${file} can’t be created: a file is in the way.`));
  });

  test('a data folder in a file', () => {
    const file = path.join(folder, 'file');
    expect(start({ DATA_DIR: path.join(file, 'data') })).toEqual(
      refusal(`${file} can’t be created: a file is in the way.`),
    );
  });

  test.runIf(process.platform === 'linux')('a data folder where the file system allows no new folder', () => {
    expect(start({ DATA_DIR: '/proc/parley' })).toEqual(
      refusal('/proc/parley can’t be created: this file system allows no new folders.'),
    );
  });
});
