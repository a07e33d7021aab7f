/** Files over HTTP: uploads in parts, checks, and how a file of a message is served. */
import { maxFileSize, partSize } from '#domain/files/parts';
import { type FileInfo } from '#protocol';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { ask, bearer, call, env, id, newAccount, newSite, newVisitor, type TestAccount } from './client.ts';
import { comment, exif, jfif, jpeg, png } from './photo-files.ts';
import { sendFile, sha256, tryToSend, uploadsOf, type Sender } from './uploading.ts';

const text = (words: string) => new TextEncoder().encode(words);

let account: TestAccount;
let site: string;
beforeAll(async () => {
  account = await newAccount();
  ({ site } = await newSite(account));
});

interface Visitor {
  readonly id: string;
  readonly site: string;
  readonly token: string;
}
const visitor = async (): Promise<Visitor> => {
  const { id: of, token } = await newVisitor(site);
  return { id: of, site, token };
};
const agent = () => ({ cookie: account.agent });

/** A message of a visitor, with files and without text. */
const say = (from: Visitor, files: string[], words = '', command = crypto.randomUUID()) =>
  ask<{ conversation: string; seq: number; refused?: string; field?: string }>(
    'POST',
    '/api/widget/messages',
    {
      headers: bearer(from.token),
      body: { id: command, site, text: words, ...(files.length > 0 && { files }) },
    },
  );

/** A text of several parts, each of another letter. */
function long(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += partSize) bytes.fill(97 + ((at / partSize) % 26), at, at + partSize);
  return bytes;
}

const keys = async () =>
  (await env.FILES.list({ prefix: `files/${account.id}/` })).objects.map(({ key }) => key);

test.each(['agent', 'visitor'])(
  'FIL-2 FIL-3 FIL-4 an upload by an %s: begun, sent in parts, completed',
  async (who) => {
    const sender: Sender = who === 'agent' ? agent() : await visitor();
    const uploads = uploadsOf(sender);
    const [file, bytes] = [id('file'), long(partSize + 10)];
    const begun = { id: file, size: bytes.length, partSize, stored: [], sums: [] };
    const body = { id: file, name: 'Notes.TXT', size: bytes.length };
    expect(await uploads.begin(body)).toEqual({ status: 200, body: begun });
    expect(await uploads.begin(body)).toEqual({ status: 200, body: begun });
    expect(await uploads.begin({ ...body, size: 1 })).toMatchObject({ body: { refused: 'id_reused' } });
    expect(await uploads.complete(file)).toMatchObject({ body: { refused: 'conflict', field: 'parts' } });
    const sums = [await sha256(bytes.subarray(0, partSize)), await sha256(bytes.subarray(partSize))];
    const last = { ...begun, stored: [2], sums: [sums[1]] };
    expect(await uploads.part(file, 2, bytes.subarray(partSize))).toEqual({ status: 200, body: last });
    expect(await uploads.part(file, 2, text('other byte'))).toEqual({ status: 200, body: last });
    const sent = { ...begun, stored: [1, 2], sums };
    expect(await uploads.part(file, 1, bytes.subarray(0, partSize))).toEqual({ status: 200, body: sent });
    expect(await uploads.look(file)).toEqual({ status: 200, body: sent });
    const info = {
      id: file,
      name: 'Notes.TXT',
      type: 'txt',
      size: bytes.length,
      sha256: await sha256(bytes),
    };
    for (let time = 0; time < 2; time++)
      expect(await uploads.complete(file)).toEqual({ status: 200, body: { ...sent, file: info } });
    expect(await uploads.part(file, 1, text('late'))).toEqual({ status: 200, body: { ...sent, file: info } });
  },
);

test('FIL-6 a part of another length, or that does not exist, is refused and not stored', async () => {
  const uploads = uploadsOf(await visitor());
  const file = id('file');
  await uploads.begin({ id: file, name: 'a.txt', size: 10 });
  for (const wrong of ['123456789', '12345678901', ''])
    expect(await uploads.part(file, 1, text(wrong))).toMatchObject({
      status: 400,
      body: { refused: 'bad_request', field: 'content-length' },
    });
  for (const part of [0, 2, 99, 100])
    expect(await uploads.part(file, part, text('1234567890'))).toMatchObject({ status: 404 });
  expect((await uploads.look(file)).body.stored).toEqual([]);
});

test('FIL-6 a client that drops its line in the middle of a part is refused, not logged, and sends it again', async () => {
  const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => errors.mockRestore());
  const vera = await visitor();
  const uploads = uploadsOf(vera);
  const [file, bytes] = [id('file'), long(1_000_000)];
  await uploads.begin({ id: file, name: 'a.txt', size: bytes.length });
  const { readable, writable } = new IdentityTransformStream();
  const putting = call('PUT', `/api/widget/files/${file}/parts/1?site=${site}`, {
    headers: { ...bearer(vera.token), 'Content-Type': 'application/octet-stream' },
    body: readable,
  });
  const line = writable.getWriter();
  await line.write(bytes.subarray(0, 600_000));
  await line.abort(new Error('the line is lost'));
  expect(await (await putting).json()).toMatchObject({ refused: 'bad_request', field: 'content-length' });
  expect((await uploads.look(file)).body.stored).toEqual([]);
  expect(errors.mock.calls).toEqual([]);
  expect((await uploads.part(file, 1, bytes)).body.stored).toEqual([1]);
  expect(await uploads.complete(file)).toMatchObject({ body: { file: { size: bytes.length } } });
});

test('FIL-6 F85 100 MB and a byte, nothing, and an endless size are refused before a byte is sent', async () => {
  const uploads = uploadsOf(await visitor());
  const size = (bytes: number) => uploads.begin({ id: id('file'), name: 'a.txt', size: bytes });
  expect(await size(maxFileSize)).toMatchObject({ status: 200 });
  expect(await size(maxFileSize + 1)).toMatchObject({
    status: 413,
    body: { refused: 'too_large', field: 'size' },
  });
  for (const wrong of [0, -1, 1.5, Number.MAX_VALUE]) expect((await size(wrong)).status).toBe(400);
});

test('FIL-9 a sender has two unfinished uploads; a third begins when one is complete or cancelled', async () => {
  const sender = await visitor();
  const uploads = uploadsOf(sender);
  const [one, two, three, four] = [id('file'), id('file'), id('file'), id('file')];
  const begin = async (file: string) =>
    (await uploads.begin({ id: file, name: 'a.txt', size: 1 })).body.refused;
  expect([await begin(one), await begin(two), await begin(three)]).toEqual([
    undefined,
    undefined,
    'slow_down',
  ]);
  await uploads.part(one, 1, text('a'));
  await uploads.complete(one);
  expect([await begin(three), await begin(four)]).toEqual([undefined, 'slow_down']);
  expect(await uploads.cancel(two)).toEqual({ status: 200, body: {} });
  expect(await uploads.cancel(two)).toEqual({ status: 200, body: {} });
  expect(await begin(four)).toBeUndefined();
  expect(await uploads.look(two)).toMatchObject({ status: 404 });
  expect(await begin(two)).toBe('id_reused');
});

test('FIL-10 a visitor sends so many files and bytes a day, an account has so many; then file_quota', async () => {
  const caps = (given: object) => ({ CAPS: JSON.stringify(given) });
  const quota = async (bytes: number, given: object) => {
    const uploads = uploadsOf(await visitor(), caps(given));
    return (await uploads.begin({ id: id('file'), name: 'a.txt', size: bytes })).body;
  };
  expect(await quota(10, { fileBytesPerAccount: 9 })).toMatchObject({ refused: 'file_quota' });
  expect(await quota(9, { fileBytesPerAccount: 9 })).not.toHaveProperty('refused');
  const uploads = uploadsOf(await visitor());
  const half = 262_144_000 / 3;
  const begin = async (size: number) => {
    const file = id('file');
    const { body } = await uploads.begin({ id: file, name: 'a.txt', size });
    return { file, refused: body.refused };
  };
  expect(half).toBeLessThan(maxFileSize);
  // Of a cancelled upload only the bytes that arrived count.
  for (let time = 0; time < 8; time++) {
    const { file, refused } = await begin(maxFileSize);
    expect(refused).toBeUndefined();
    await uploads.cancel(file);
  }
});

test('FIL-12 FIL-14 F83 a screenshot is a visitor’s first message; agents and the visitor read it, unchanged', async () => {
  const vera = await visitor();
  const bytes = png(640, 480);
  const file = await sendFile(vera, 'Снимок экрана.png', bytes);
  const small = jpeg(64, 48);
  await uploadsOf(vera).thumbnail(file.id, small);
  const { status, body } = await say(vera, [file.id]);
  expect(status).toBe(200);
  const described = { ...file, width: 640, height: 480, thumbnail: { width: 64, height: 48 } };
  const entry = { kind: 'message.sent', text: '', files: [described] };
  for (const side of ['visitor', 'agent'] as const) {
    const range = await conversationStub(env, account.id, body.conversation).range(side, undefined, 10);
    const { entries } = JSON.parse(range as string) as { entries: { seq: number }[] };
    expect(entries.find(({ seq }) => seq === body.seq)).toMatchObject(entry);
  }
  for (const reader of [vera, agent(), { cookie: account.supervisor }]) {
    const served = await uploadsOf(reader).read(body.conversation, file.id);
    expect(served.status).toBe(200);
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': `${bytes.length}`,
      'content-disposition':
        'inline; filename="______ ______.png"; filename*=UTF-8\'\'%D0%A1%D0%BD%D0%B8%D0%BC%D0%BE%D0%BA%20%D1%8D%D0%BA%D1%80%D0%B0%D0%BD%D0%B0.png',
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      etag: `"${file.sha256}"`,
    });
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
    const preview = await uploadsOf(reader).read(body.conversation, file.id, {}, '/thumbnail');
    expect(preview.headers.get('content-type')).toBe('image/jpeg');
    expect(new Uint8Array(await preview.arrayBuffer())).toEqual(small);
  }
});

test('FIL-12 a message with the same id and the same files is the same one; with other files its id is used', async () => {
  const vera = await visitor();
  const [one, two] = [await sendFile(vera, 'a.txt', text('a')), await sendFile(vera, 'b.txt', text('b'))];
  const command = crypto.randomUUID();
  const first = await say(vera, [one.id], 'Look', command);
  expect(await say(vera, [one.id], 'Look', command)).toEqual(first);
  expect(await say(vera, [two.id], 'Look', command)).toMatchObject({ body: { refused: 'id_reused' } });
  expect(await say(vera, [], 'Look', command)).toMatchObject({ body: { refused: 'id_reused' } });
  expect(await say(vera, [two.id], 'Look')).toMatchObject({ body: { seq: first.body.seq + 1 } });
});

test('FIL-13 a file that is unknown, incomplete, another sender’s or in another message is not found', async () => {
  const [vera, other] = [await visitor(), await visitor()];
  const refused = { status: 404, body: { refused: 'not_found', field: 'files' } };
  const unfinished = id('file');
  await uploadsOf(vera).begin({ id: unfinished, name: 'a.txt', size: 1 });
  const foreign = await sendFile(other, 'a.txt', text('a'));
  const agents = await sendFile(agent(), 'a.txt', text('a'));
  const taken = await sendFile(vera, 'a.txt', text('a'));
  for (const file of [id('file'), unfinished, foreign.id, agents.id])
    expect(await say(vera, [file])).toMatchObject(refused);
  // No conversation has begun.
  const session = await ask<{ conversations: unknown[] }>('GET', `/api/widget/session?site=${site}`, {
    headers: bearer(vera.token),
  });
  expect(session.body.conversations).toEqual([]);
  expect(await say(vera, [taken.id])).toMatchObject({ status: 200 });
  expect(await say(vera, [taken.id])).toMatchObject(refused);
  expect(await say(vera, [foreign.id, taken.id])).toMatchObject(refused);
  expect(await say(other, [foreign.id])).toMatchObject({ status: 200 });
  expect(await uploadsOf(vera).cancel(taken.id)).toMatchObject({ body: { refused: 'conflict' } });
});

test('FIL-12 a message has text or files, ten files at most, and each once', async () => {
  const vera = await visitor();
  const file = await sendFile(vera, 'a.txt', text('a'));
  expect(await say(vera, [])).toMatchObject({ status: 400, body: { field: 'text' } });
  expect(await say(vera, [], ' \u200b')).toMatchObject({ status: 400, body: { field: 'text' } });
  expect(await say(vera, [file.id, file.id])).toMatchObject({ status: 400, body: { field: 'files' } });
  const many = Array.from({ length: 11 }, () => id('file'));
  expect(await say(vera, many)).toMatchObject({ status: 400, body: { field: 'files' } });
});

test('FIL-14 neither another visitor nor another account reads a file, nor does it in another conversation', async () => {
  const [vera, other] = [await visitor(), await visitor()];
  const file = await sendFile(vera, 'a.txt', text('secret'));
  const { body: hers } = await say(vera, [file.id]);
  const { body: his } = await say(other, [], 'Hello');
  const elsewhere = await newAccount();
  for (const [reader, conversation] of [
    [other, hers.conversation],
    [other, his.conversation],
    [vera, his.conversation],
    [{ cookie: elsewhere.administrator }, hers.conversation],
    [agent(), his.conversation],
    [agent(), id('conversation')],
  ] as const)
    for (const path of ['', '/thumbnail']) {
      const answer = await uploadsOf(reader).read(conversation, file.id, {}, path);
      expect([answer.status, await answer.text()]).toEqual([404, expect.not.stringContaining('secret')]);
    }
});

test('FIL-16 FIL-17 other types than the shown ones are downloaded; ranges, revalidation and ?save=1', async () => {
  const vera = await visitor();
  const file = await sendFile(vera, '../a\r\nb.txt', text('0123456789'));
  const picture = await sendFile(vera, 'a.png', png(64, 64));
  const { body } = await say(vera, [file.id, picture.id]);
  const read = (headers = {}, of: FileInfo = file) => uploadsOf(vera).read(body.conversation, of.id, headers);
  const whole = await read();
  expect(whole.headers.get('content-disposition')).toBe(
    'attachment; filename="a b.txt"; filename*=UTF-8\'\'a%20b.txt',
  );
  const parts: [string, number, string, string | null][] = [
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-1', 206, '9', 'bytes 9-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ];
  for (const [Range, status, content, stated] of parts) {
    const answer = await read({ Range });
    expect([Range, answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([
      Range,
      status,
      content,
      stated,
    ]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const tag = whole.headers.get('etag') ?? '';
  const again = await read({ 'If-None-Match': tag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect((await read({ Range: 'bytes=1-1', 'If-Range': tag })).status).toBe(206);
  expect((await read({ Range: 'bytes=1-1', 'If-Range': '"other"' })).status).toBe(200);
  const saved = await call(
    'GET',
    `/api/widget/conversations/${body.conversation}/files/${picture.id}?site=${site}&save=1`,
    { headers: bearer(vera.token) },
  );
  expect(saved.headers.get('content-disposition')).toMatch(/^attachment; /);
  expect((await read({}, picture)).headers.get('content-disposition')).toMatch(/^inline; /);
});

test('FIL-8 a thumbnail is a picture up to 640 pixels a side, and nothing else', async () => {
  const vera = await visitor();
  const uploads = uploadsOf(vera);
  const file = await sendFile(vera, 'a.png', png(64, 64));
  const set = async (bytes: Uint8Array, type?: string) =>
    (await uploads.thumbnail(file.id, bytes, type)).status;
  const html = text('<script>alert(1)</script>');
  expect({
    'a JPEG': await set(jpeg(640, 1)),
    'a PNG': await set(png(1, 640), 'image/png'),
    'too wide': await set(jpeg(641, 10)),
    'too high': await set(png(10, 641), 'image/png'),
    'of another type': await set(png(10, 10)),
    SVG: await set(html, 'image/svg+xml'),
    HTML: await set(html),
    'with EXIF': await set(jpeg(64, 64, [jfif, exif])),
    'with a comment': await set(jpeg(64, 64, [comment])),
    'of 100 scans': await set(jpeg(64, 64, [jfif], 100)),
    'of 101 scans': await set(jpeg(64, 64, [jfif], 101)),
    'with something after it': await set(Uint8Array.from([...jpeg(), ...html])),
    'too large': await set(new Uint8Array(100_001)),
  }).toEqual({
    ...{ 'a JPEG': 200, 'a PNG': 200, 'too wide': 400, 'too high': 400, 'of another type': 400, SVG: 400 },
    ...{
      HTML: 400,
      'with EXIF': 400,
      'with a comment': 400,
      'of 100 scans': 200,
      'of 101 scans': 400,
      'with something after it': 400,
      'too large': 413,
    },
  });
});

test('S5 a program under the name of a picture is refused with its first part, and nothing of it stays', async () => {
  const vera = await visitor();
  const before = await keys();
  const uploads = uploadsOf(vera);
  const file = id('file');
  await uploads.begin({ id: file, name: 'cat.png', size: partSize + 1 });
  const program = new Uint8Array(partSize);
  program.set(text('MZ'));
  expect(await uploads.part(file, 1, program)).toMatchObject({ status: 415, body: { refused: 'file_type' } });
  expect(await uploads.look(file)).toMatchObject({ status: 404 });
  expect(await keys()).toEqual(before);
});

test('FIL-18 managers read how many bytes the account’s files take', async () => {
  const mine = await newAccount();
  const { site: shop } = await newSite(mine);
  const { token } = await newVisitor(shop);
  const from = { site: shop, token };
  const files = [
    await sendFile(from, 'a.txt', text('12345')),
    await sendFile(from, 'b.txt', text('1234567')),
  ];
  const { body } = await ask<{ conversation: string }>('POST', '/api/widget/messages', {
    headers: bearer(token),
    body: { id: crypto.randomUUID(), site: shop, text: '', files: files.map(({ id: of }) => of) },
  });
  const space = () => ask('GET', '/api/account/files', { cookie: mine.supervisor });
  const limit = 107_374_182_400;
  await conversationStub(env, mine.id, body.conversation).rearchive();
  await expect.poll(space).toEqual({ status: 200, body: { used: 12, files: 2, limit } });
  expect((await ask('GET', '/api/account/files', { cookie: mine.agent })).status).toBe(403);
});

test('FIL-10 a blocked visitor sends no files', async () => {
  const vera = await visitor();
  const { body } = await say(vera, [], 'Hello');
  const conversation = body.conversation;
  const { visitorStub } = await import('../../worker/actors/stubs.ts');
  const note = { visitor: vera.id, conversation, open: false, blocked: true, contact: {} };
  await visitorStub(env, account.id, vera.id).conversationNoted(note);
  expect(await tryToSend(vera, 'a.txt', text('a'))).toMatchObject({
    status: 403,
    body: { refused: 'blocked' },
  });
});
