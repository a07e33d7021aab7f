import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { readOptions } from '../../bin/bundle.mjs';
import { withDatabaseId } from '../../bin/deployment/config.mjs';
import { secretsOf } from '../../bin/secrets.mjs';

// Loading wrangler takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'parley-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a database’s id is written to wrangler.toml', () => {
  const other = '[[d1_databases]]\nbinding = "B"\ndatabase_name = "other"\ndatabase_id = "keep"\n\n';
  const entry = (line: string) =>
    `${other}# Ours.\n[[d1_databases]]\nbinding = "DB"\n  database_name = "parley" # name\n${line}\n[vars]\ndatabase_id = "no"\n`;

  test('as a line of its entry, if the entry has no id', () => {
    expect(withDatabaseId(entry(''), 'parley', 'abc')).toBe(entry('  database_id = "abc"\n'));
  });

  test('in place of the zeros of earlier versions, with the comment kept', () => {
    const zeros = 'database_id = "00000000-0000-0000-0000-000000000000" # ours';
    expect(withDatabaseId(entry(zeros), 'parley', 'abc')).toBe(entry('database_id = "abc" # ours'));
  });

  test('with the line endings of the file', () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    expect(withDatabaseId(crlf(entry('')), 'parley', 'abc')).toBe(crlf(entry('  database_id = "abc"\n')));
  });

  test('nowhere, if no entry has the name', () => {
    expect(withDatabaseId(entry(''), 'third', 'abc')).toBe(entry(''));
  });
});

test('this machine’s database keeps its name, whatever id wrangler.toml has for Cloudflare', async () => {
  const read = async (id: string) => {
    const file = path.join(folder, 'wrangler.toml');
    const database = `[[d1_databases]]\nbinding = "DB"\ndatabase_name = "parley"\n${id}`;
    writeFileSync(file, `name = "parley"\ncompatibility_date = "2026-11-01"\n${database}`);
    return (await readOptions(file)).worker.d1Databases as unknown;
  };
  const zeros = { DB: { id: '00000000-0000-0000-0000-000000000000' } };
  expect(await read('')).toEqual(zeros);
  expect(await read('database_id = "11111111-2222-4333-8444-555555555555"\n')).toEqual(zeros);
});

test('only the secrets in use are read from an older data folder', () => {
  const file = path.join(folder, 'secrets.json');
  const older = JSON.stringify({ OPERATOR_SECRET: 'kept', SIGNING_SECRET: 'read by nothing' });
  writeFileSync(file, older);
  expect(secretsOf(folder)).toEqual({ OPERATOR_SECRET: 'kept' });
  expect(readFileSync(file, 'utf8')).toBe(older);
});
