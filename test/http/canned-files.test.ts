import {
  faultOf,
  isRefusal,
  maxImportLines,
  maxImportSeparators,
  ownForum,
  type AuditPage,
  type Forum,
  type ForumFile,
  type ImportReport,
  type ResponseDetails,
  type ResponseTexts,
} from '#protocol';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { readCsv, writeCsv } from '../../worker/http/canned/csv.ts';
import { added, newForum, put, texts } from './canned.ts';
import { ask, call, id, newAccount, type TestAccount } from './client.ts';

let account: TestAccount;
let forum: string;
let supervisor: string;
beforeEach(async () => {
  account = await newAccount();
  ({ supervisor } = account);
  forum = (await newForum(account, 'Orders: “paid” / late')).id;
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const csv = (cookie: string, of: string, body: string | Uint8Array, mode = '') => ({
  address: `/api/forums/${of}/import${mode && `?mode=${mode}`}`,
  options: { cookie, headers: { 'Content-Type': 'text/csv' }, body },
});
function load(body: string | Uint8Array, { mode = '', of = forum, cookie = supervisor } = {}) {
  const { address, options } = csv(cookie, of, body, mode);
  return ask<ImportReport>('POST', address, options);
}
const fileOf = async (of = forum, cookie = supervisor) =>
  (await ask<ForumFile>('GET', `/api/forums/${of}/responses`, { cookie })).body;
const textsIn = async (of = forum) =>
  (await fileOf(of)).responses.map(({ key, question, answer }) => ({ key, question, answer }));
const report = (more: Partial<ImportReport>) => ({
  status: 200,
  body: { ...{ added: 0, changed: 0, unchanged: 0, faults: [], faulty: 0 }, ...more },
});
const refused = (status: number, code: string, more = {}) =>
  expect.objectContaining({ status, body: expect.objectContaining({ refused: code, ...more }) as unknown });

test.each([
  ['commas', 'key,question,answer\nhi,Greeting,"Hello, you"\nbye,,Bye'],
  ['semicolons and CRLF', 'key;question;answer\r\nhi;Greeting;Hello, you\r\nbye;;Bye\r\n'],
  ['tabs', 'key\tquestion\tanswer\nhi\tGreeting\tHello, you\nbye\t\tBye\n'],
  ['a byte-order mark', '\ufeffkey,question,answer\nhi,Greeting,"Hello, you"\nbye,,Bye\n'],
  [
    'another order, other columns and a number sign',
    'Answer,Tags, KEY ,Question\n"Hello, you",x,#hi,Greeting\nBye,,bye,\n',
  ],
  [
    'blank lines and trailing separators',
    'key,question,answer,,\n\nhi,Greeting,"Hello, you",,\n,,,,\nbye,,Bye,,\n',
  ],
  ['old line ends', 'key,question,answer\rhi,Greeting,"Hello, you"\rbye,,Bye'],
])('CAN-19 a file with %s', async (_, file) => {
  expect(await load(file)).toEqual(report({ added: 2 }));
  expect(await textsIn()).toEqual([
    { key: 'hi', question: 'Greeting', answer: 'Hello, you' },
    { key: 'bye', question: '', answer: 'Bye' },
  ]);
});

test('CAN-20 an import replaces by key and adds the others; a check only reports', async () => {
  const { id: response } = await added(supervisor, forum);
  await added(supervisor, forum, { key: 'same', answer: 'As it was' });
  const file = `key,question,answer\nreturns,Returns?,Within 60 days.\nsame,${texts.question},As it was\nnew,,New\n`;
  const expected = report({ added: 1, changed: 1, unchanged: 1 });
  const before = await fileOf();
  expect(await load(file, { mode: 'check' })).toEqual(expected);
  expect(await fileOf()).toEqual(before);
  expect(await load(file)).toEqual(expected);

  const after = await fileOf();
  expect(after.version).toBe(before.version + 1);
  expect(after.responses).toMatchObject([
    { id: response, key: 'returns', question: 'Returns?', answer: 'Within 60 days.', version: 2 },
    { key: 'same', version: 1 },
    { key: 'new', question: '', answer: 'New', version: 1 },
  ]);
  // It can be undone as any change, and names no author.
  const path = `/api/forums/${forum}/responses/${response}`;
  const details = (await ask<ResponseDetails>('GET', path, { cookie: supervisor })).body;
  expect(details).toMatchObject({ changedBy: null, previous: texts });
  expect(await put(supervisor, forum, response, { ...texts, version: 2 })).toMatchObject({ status: 200 });

  expect(await load(file)).toEqual(report({ changed: 1, unchanged: 2 }));
  expect(await load(file)).toEqual(report({ unchanged: 3 }));
  const { entries } = (await ask<AuditPage>('GET', '/api/audit', { cookie: account.administrator })).body;
  expect(
    entries
      .filter(({ kind }) => kind === 'responses.imported')
      .map(({ by, subject, changes }) => ({ by: by?.id, subject, changes }))
      .reverse(),
  ).toEqual(
    [
      [2, 3],
      [3, 3],
    ].map((responses) => ({
      by: account.users.supervisor,
      subject: { id: forum, name: 'Orders: “paid” / late' },
      changes: { responses },
    })),
  );
});

test('CAN-21 faulty lines are named by their number in the file, and the others are imported', async () => {
  const file = [
    'key,question,answer',
    'ok,Two lines,"first', // 2, and 3
    'second"',
    'two words,,x', // 4
    'blank,," "', // 5
    `long,,${'a'.repeat(4_001)}`, // 6
    'short,only two', // 7
    'many,cells,a,b', // 8
    '', // 9
    'line,"a', // 10, and 11
    'b",x',
    'nul,,a\0b', // 12
    'ok,Again,x', // 13
    'fine,,y', // 14
  ].join('\r\n');
  await load('key,question,answer\nok,,x');
  expect(await load(file)).toEqual(
    report({
      ...{ added: 1, changed: 1, faulty: 8 },
      faults: [
        { line: 4, fault: 'bad_key' },
        { line: 5, fault: 'blank_answer' },
        { line: 6, fault: 'too_long' },
        { line: 7, fault: 'columns' },
        { line: 8, fault: 'columns' },
        { line: 10, fault: 'not_text' },
        { line: 12, fault: 'not_text' },
        { line: 13, fault: 'repeated_key' },
      ],
    }),
  );
  expect(await textsIn()).toEqual([
    { key: 'ok', question: 'Two lines', answer: 'first\r\nsecond' },
    { key: 'fine', question: '', answer: 'y' },
  ]);
});

test('CAN-35 a new key on several lines is added each time, and the report names the lines', async () => {
  const file = 'key,question,answer\nhi,,Hello\nbye,,Bye\nhi,,Hey\n,,No key\n,,No key either\nhi,,Howdy\n';
  const expected = report({
    added: 6,
    repeats: [
      { line: 4, first: 2 },
      { line: 7, first: 2 },
    ],
    repeated: 2,
  });
  expect(await load(file, { mode: 'check' })).toEqual(expected);
  expect(await load(file)).toEqual(expected);
  expect(await load(file)).toEqual(report({ unchanged: 6 }));
});

test.each([
  ['an empty file', ''],
  ['a file without a first line of names', 'hi,Greeting,Hello\nbye,,Bye'],
  ['a file without a column', 'key,answer\nhi,Hello'],
  ['a file in UTF-16', new Uint8Array([0xff, 0xfe, 0x6b, 0, 0x65, 0, 0x79, 0])],
  ['a quote that does not end', '"key,question,answer\nhi,,x'],
])('CAN-19 %s has no columns', async (_, file) => {
  expect(await load(file)).toEqual(report({ faults: [{ line: 1, fault: 'columns' }], faulty: 1 }));
});

test('CAN-19 lines that are not UTF-8 are faults, and a replacement character in UTF-8 is text', async () => {
  const cyrillic = new Uint8Array([...bytesOf('key,question,answer\nok,,x\nhi,,'), 0xcf, 0xf0, 0xe8, 0x0a]);
  expect(await load(cyrillic)).toEqual(
    report({ added: 1, faults: [{ line: 3, fault: 'not_text' }], faulty: 1 }),
  );
  expect(await load('key,question,answer\nodd,,what \ufffd is')).toEqual(report({ added: 1 }));
});

test('CAN-21 a report lists the first 200 faults and counts all', async () => {
  const answer = await load(`key,question,answer\n${'a b,,x\n'.repeat(300)}`);
  expect([answer.body.faulty, answer.body.faults.length, answer.body.faults.at(-1)]).toEqual([
    ...[300, 200, { line: 201, fault: 'bad_key' }],
  ]);
});

test('CAN-14 CAN-19 the limits of a file and of a forum', async () => {
  const row = (key: number) => `k${key},Question ${key},${'An answer. '.repeat(20)}${key}\n`;
  const rows = (count: number) => Array.from({ length: count }, (_, key) => row(key)).join('');
  const header = 'key,question,answer\n';
  // More than a statement of D1 takes at once.
  const answer = await load(header + rows(5_001));
  expect(answer).toEqual(report({ added: 5_000, faults: [{ line: 5_002, fault: 'forum_full' }], faulty: 1 }));
  const { responses } = await fileOf();
  expect(responses.map(({ key }) => key)).toEqual(Array.from({ length: 5_000 }, (_, key) => `k${key}`));
  expect(await load(header + rows(5_000).replaceAll('An answer', 'Another one'))).toEqual(
    report({ changed: 5_000 }),
  );

  const own = ownForum(account.users.agent);
  expect(await load(header + rows(1_001), { of: own, cookie: account.agent })).toMatchObject(
    report({ added: 1_000, faulty: 1, faults: [{ line: 1_002, fault: 'forum_full' }] }),
  );
  for (const separator of [',', ';', '\t'])
    expect(await load(`${header}${separator.repeat(maxImportSeparators + 1)}`)).toEqual(
      refused(413, 'too_large', { field: 'lines' }),
    );
  expect(await load(header + '\n'.repeat(maxImportLines + 1))).toEqual(
    refused(413, 'too_large', { field: 'lines' }),
  );
  const large = `${header}k,,${'a'.repeat(8_000_000)}`;
  expect(await load(large)).toEqual(refused(413, 'too_large'));
  // Larger than other bodies may be.
  expect((await load(`${header}k,,${'a'.repeat(7_000_000)}`)).status).toBe(200);
});

test('REQ-4 CAN-13 an import is CSV, by a user who may change the forum', async () => {
  const file = 'key,question,answer\nhi,,Hello';
  const { address, options } = csv(supervisor, forum, file);
  for (const type of ['application/json', 'text/plain', 'image/png'])
    expect(await ask('POST', address, { ...options, headers: { 'Content-Type': type } })).toEqual(
      refused(400, 'bad_request', { field: 'content-type' }),
    );
  expect(
    (await ask('POST', address, { ...options, headers: { 'Content-Type': 'text/csv; charset=utf-8' } }))
      .status,
  ).toBe(200);
  expect(await load(file, { cookie: account.agent })).toEqual(refused(403, 'forbidden'));
  expect(await load(file, { cookie: account.agent, mode: 'check' })).toEqual(refused(403, 'forbidden'));
  expect(await load(file, { of: ownForum(account.users.agent) })).toEqual(refused(404, 'not_found'));
  expect(await load(file, { mode: 'other' })).toEqual(refused(400, 'bad_request', { field: 'mode' }));
});

test('CAN-22 an export is a file for spreadsheets, which no cell can harm', async () => {
  await added(supervisor, forum, { key: '=key', question: '', answer: '=HYPERLINK("https://evil.example")' });
  await added(supervisor, forum, { key: 'b', question: "'-q", answer: 'Two\n"lines", one; cell' });
  for (const cookie of [supervisor, account.agent]) {
    const answer = await call('GET', `/api/forums/${forum}/export`, { cookie });
    const headers = ['Content-Type', 'Content-Disposition', 'Cache-Control'].map((name) =>
      answer.headers.get(name),
    );
    expect(headers).toEqual([
      'text/csv; charset=utf-8',
      `attachment; filename="responses.csv"; filename*=UTF-8''Orders-%20%E2%80%9Cpaid%E2%80%9D%20-%20late.csv`,
      'no-store',
    ]);
    expect(
      new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(await answer.arrayBuffer()),
    ).toBe(
      [
        '\ufeffkey,question,answer',
        `'=key,,"'=HYPERLINK(""https://evil.example"")"`,
        `b,''-q,"Two\n""lines"", one; cell"`,
      ].join('\r\n'),
    );
  }
  const own = await call('GET', `/api/forums/${ownForum(account.users.agent)}/export`, {
    cookie: account.agent,
  });
  expect([own.headers.get('Content-Disposition'), (await own.text()).length]).toEqual([
    `attachment; filename="responses.csv"; filename*=UTF-8''templates.csv`,
    'key,question,answer'.length,
  ]);
  expect((await call('GET', `/api/forums/${id('forum')}/export`, { cookie: supervisor })).status).toBe(404);
});

test('CAN-22 an export fills another forum with the same responses in the same order', async () => {
  for (const [at, answer] of ['=1', "'=1", '-', '\r\nx\r', '"', ';', '\t', 'a\ufeff', '😀|'].entries())
    await added(supervisor, forum, {
      key: `${at}`,
      answer: `${answer}x`,
      question: answer.trim().slice(0, 5),
    });
  const exported = await call('GET', `/api/forums/${forum}/export`, { cookie: supervisor });
  const bytes = new Uint8Array(await exported.arrayBuffer());
  expect(await load(bytes)).toEqual(report({ unchanged: 9 }));
  const other = await newForum(account, 'Copy');
  expect(await load(bytes, { of: other.id })).toEqual(report({ added: 9 }));
  expect(await textsIn(other.id)).toEqual(await textsIn());
  const { forums } = (await ask<{ forums: Forum[] }>('GET', '/api/forums', { cookie: supervisor })).body;
  expect(forums.map(({ title, count }) => [title, count])).toContainEqual(['Copy', 9]);
});

/** Texts with what a spreadsheet or a reader of CSV may take for something else. */
const odd = fc.constantFrom(...'=+-@|＝\t\r\n\'",;# \ufeff\u2028ё😀aA0');
const textOf = (most: number) =>
  fc.oneof(
    fc.array(odd, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: most }),
  );
const response = fc
  .record({ key: textOf(40), question: textOf(60), answer: textOf(200) })
  .filter((each) => faultOf(each) === undefined);

test('CAN-26 no cell of an export is a formula, whichever separator a spreadsheet assumes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(response, { maxLength: 8 }), async (responses) => {
      const file = (await new Response(writeCsv(responses)).text()).replace('\ufeff', '');
      // The wrong separator: each one, and each line break, begins a cell, and quotes are taken off.
      for (const cell of file.split(/[;\t\r\n]/)) expect(cell).not.toMatch(/^"*[=+\-@|＝＋－＠]/u);
      // The right one: a quoted cell ends at its quote.
      const cells = file.match(/(?<=^|,|\r\n)(?:"(?:[^"]|"")*"|[^,"\r\n]*)/g) ?? [];
      for (const cell of cells) expect(cell).not.toMatch(/^"?[=+\-@|＝＋－＠\t\r\n]/u);
    }),
    { numRuns: 300 },
  );
});

test('CAN-26 apostrophes of an export: before formulas, also after a separator within a text, and nowhere else', async () => {
  const answers = ['=1', 'Hi;=1', 'a\n- b\n\n"-c', "it's 5 - 3; yes", 'a, -b; -c', '＝x', "'=y", '\t'];
  const all = answers.map((answer) => ({ key: '', question: '', answer: `${answer}.` }));
  const file = await new Response(writeCsv(all)).text();
  expect(file.replace('\ufeff', '').split('\r\n')).toEqual([
    'key,question,answer',
    ",,'=1.",
    ",,Hi;'=1.",
    `,,"a\n'- b\n\n'""-c."`,
    ",,it's 5 - 3; yes.",
    ',,"a, -b; -c."',
    ",,'＝x.",
    ",,''=y.",
    ",,'\t.",
  ]);
});

test('CAN-22 every exported response reads back as it was, with any text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(response, { maxLength: 8 }), async (responses) => {
      const fileOfFirst = async (count: number) =>
        new Uint8Array(await new Response(writeCsv(responses.slice(0, count))).arrayBuffer());
      const read = readCsv(await fileOfFirst(responses.length));
      if (isRefusal(read)) throw new Error(read.message);
      expect(read.faults).toEqual([]);
      expect(read.lines.map(({ texts: each }): ResponseTexts => each)).toEqual(responses);
      // Each begins on the line after those before it.
      for (const [index, { line }] of read.lines.entries()) {
        const before = new TextDecoder().decode(await fileOfFirst(index));
        expect(line).toBe(before.split(/\r\n|[\r\n]/).length + 1);
      }
    }),
    { numRuns: 300 },
  );
});

test('CAN-19 any bytes are read without an error', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 100 }).map((text) => bytesOf(`key;answer;question\n${text}`)),
    fc.array(odd, { maxLength: 60 }).map((parts) => bytesOf(`key,answer,question\n${parts.join('')}`)),
  );
  fc.assert(
    fc.property(bytes, (file) => {
      const read = readCsv(file);
      if (isRefusal(read)) throw new Error(read.message);
      for (const { texts: each } of read.lines) expect(faultOf(each)).toBeUndefined();
    }),
  );
});
