/** The format of fixtures: a database as text and back, and the times in it. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { scratchFolder } from '../../bin/server.mjs';
import { dumpDatabase, loadDatabase } from '../fixtures/sql.ts';
import { moveTimes } from '../fixtures/times.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a database is the same after it was written as text and read back: schema, types, every byte', () => {
  const [source, copy] = [path.join(folder, 'source.sqlite'), path.join(folder, 'copy.sqlite')];
  const database = new DatabaseSync(source);
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE odd (id INTEGER PRIMARY KEY AUTOINCREMENT, value);
    CREATE TABLE "two keys" (b TEXT, a INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE UNIQUE INDEX some ON "two keys" (b) WHERE a > 1;
    ALTER TABLE odd ADD COLUMN more TEXT DEFAULT 'it''s';
    INSERT INTO "two keys" VALUES ('z', 1), ('a', 2);`);
  const kept = serialize({ kind: 'email', attempts: { count: 7, since: 1_796_049_250_163 } });
  const values = [
    null,
    0,
    2n ** 62n,
    0.1,
    3.5e300,
    'line\nbreak, it’s \'q\' and "q"',
    '',
    new Uint8Array([0, 255]),
    kept,
  ];
  for (const value of values) database.prepare('INSERT INTO odd (value) VALUES (?)').run(value);
  database.exec('INSERT INTO odd (id) VALUES (77); DELETE FROM odd WHERE id = 77');
  // Not closed: the dump contains the WAL as well.
  const text = dumpDatabase(source);
  loadDatabase(copy, text as string);
  expect(dumpDatabase(copy)).toBe(text);
  const rows = (from: DatabaseSync) => {
    const all = from.prepare('SELECT typeof(value) AS type, value, more FROM odd ORDER BY id');
    all.setReadBigInts(true);
    return all.all();
  };
  const loaded = new DatabaseSync(copy);
  expect(rows(loaded)).toEqual(rows(database));
  expect(text).toContain(`v8('{"kind":"email","attempts":{"count":7,"since":1796049250163}}')`);
  loaded.close();
  database.close();
});

test('a database without a row is omitted', () => {
  const file = path.join(folder, 'empty.sqlite');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE hollow (id TEXT)');
  database.close();
  expect(dumpDatabase(file)).toBeNull();
});

test('times near the recording are shifted, alone or in JSON, in milliseconds and nanoseconds; other numbers are not', () => {
  const recordedAt = 1_796_049_904_188;
  const moved = (text: string) => moveTimes(text, recordedAt, 1_000);
  expect(moved(`VALUES (1796049904188, '{"at":1796049900000}', 1796049904188000000)`)).toBe(
    `VALUES (1796049905188, '{"at":1796049901000}', 1796049905188000000)`,
  );
  const still = [
    ...[
      '1500000000000',
      '9007199254740991',
      'con_1796049904188abc',
      "X'1796049904188000'",
      '0.1796049904188',
    ],
    ...['01a22ce9-3419-7c57-88d9-e987eb7892c1', '+4917960499041', '59868330'],
  ];
  expect(still.map(moved)).toEqual(still);
  fc.assert(
    fc.property(fc.integer({ min: -3_600_000, max: 86_400_000 }), fc.string(), (offset, text) => {
      const time = `{"at":${recordedAt + offset},"text":${JSON.stringify(text.replace(/\d/g, ''))}}`;
      expect(moveTimes(moveTimes(time, recordedAt, 777), recordedAt + 777, -777)).toBe(time);
    }),
  );
});
