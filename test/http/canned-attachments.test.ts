/** Files of canned responses: saved, read, copied into a message's uploads, and deleted. */
import {
  maxFilesOfResponse,
  type FileInfo,
  type FileSpace,
  type ForumFile,
  type ResponseDetails,
  type Upload,
} from '#protocol';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { agentStub, dispatcherStub } from '../../worker/actors/stubs.ts';
import { keysOf } from '../actors/files-scene.ts';
import { moveClock, ways } from '../actors/scene.ts';
import { added, newForum, put, texts, uuid } from './canned.ts';
import { ask, call, env, id, newAccount, type TestAccount } from './client.ts';
import { faults, faultyBucket } from './faulty-bucket.ts';
import { jpeg } from './photo-files.ts';
import { sendFile, uploadsOf } from './uploading.ts';

const day = 24 * 3_600_000;

let account: TestAccount;
let forum: string;
let supervisor: string;
let agent: string;
beforeEach(async () => {
  account = await newAccount();
  ({ supervisor, agent } = account);
  forum = (await newForum(account)).id;
});
afterEach(() => void vi.restoreAllMocks());

const bytesOf = (text: string) => new TextEncoder().encode(text);
const newUpload = (text: string, cookie = supervisor) =>
  sendFile({ cookie }, 'size chart.txt', bytesOf(text));
const refused = (status: number, code: string, more = {}) =>
  expect.objectContaining({ status, body: expect.objectContaining({ refused: code, ...more }) as unknown });
const read = (file: string, cookie = agent, path = '', headers = {}) =>
  call('GET', `/api/canned/files/${file}${path}`, { cookie, headers });
const copy = (file: string, cookie = agent, as = id('file')) =>
  ask<Upload>('POST', `/api/canned/files/${file}/copy`, { cookie, body: { id: as } });
const fileOf = async (of = forum, cookie = agent) =>
  (await ask<ForumFile>('GET', `/api/forums/${of}/responses`, { cookie })).body;
const get = async (response: string) =>
  (await ask<ResponseDetails>('GET', `/api/forums/${forum}/responses/${response}`, { cookie: agent })).body;
const remove = (path: string) => ask('DELETE', path, { cookie: supervisor });
const restore = (path: string) => ask('POST', `${path}/restore`, { cookie: supervisor });

/** Runs what is due: deletes the uploads that expired, and the files that no response has. */
async function sweep(user = account.users.supervisor): Promise<void> {
  for (const stub of [agentStub(env, account.id, user), dispatcherStub(env, account.id)])
    await runDurableObjectAlarm(stub);
}

async function withFile(text = 'EU 44 is UK 10') {
  const upload = await newUpload(text);
  const response = await added(supervisor, forum, { files: [upload.id] });
  return { upload, response, path: `/api/forums/${forum}/responses/${response.id}` };
}

test('CAN-28 CAN-29 CAN-30 a response is saved with uploads, which become the account’s', async () => {
  const [one, two] = [await newUpload('one'), await newUpload('two')];
  const response = await added(supervisor, forum, { files: [two.id, one.id] });
  expect(response.files).toEqual([two, one]);
  expect(await fileOf()).toEqual({
    ...{ forum, version: 2 },
    responses: [{ id: response.id, ...texts, version: 1, files: [two, one] }],
  });
  // A retry changes nothing; another order does.
  expect((await put(supervisor, forum, response.id, { files: [two.id, one.id] })).body.version).toBe(1);
  const turned = await put(supervisor, forum, response.id, { version: 1, files: [one.id, two.id] });
  expect(turned.body).toMatchObject({
    files: [one, two],
    version: 2,
    previous: { ...texts, files: [two, one] },
  });
  // An earlier client changes the text alone.
  const typed = await put(supervisor, forum, response.id, { version: 2, answer: 'Other' });
  expect(typed.body).toMatchObject({ answer: 'Other', files: [one, two], version: 3 });
  // The agent's uploads are theirs still: they can cancel them.
  expect((await uploadsOf({ cookie: supervisor }).cancel(one.id)).status).toBe(200);
  expect((await read(one.id)).status).toBe(200);
});

test('CAN-29 a save with a file that is unknown, incomplete, a colleague’s or another response’s changes nothing', async () => {
  const { upload, response } = await withFile();
  const foreign = await newUpload('foreign', agent);
  const begun = id('file');
  await uploadsOf({ cookie: supervisor }).begin({ id: begun, name: 'a.txt', size: 5 });
  const before = await get(response.id);
  for (const file of [id('file'), begun, foreign.id])
    expect(await put(supervisor, forum, response.id, { version: 1, files: [file] })).toEqual(
      refused(404, 'not_found', { field: 'files' }),
    );
  expect(await get(response.id)).toEqual(before);
  // The upload belongs to that response alone, in whatever forum.
  const [other] = [await newForum(account, 'Other')];
  for (const place of [forum, other.id])
    expect(await put(supervisor, place, id('response'), { files: [upload.id] })).toEqual(
      refused(404, 'not_found', { field: 'files' }),
    );
  const many = Array.from({ length: maxFilesOfResponse + 1 }, () => id('file'));
  for (const files of [many, [upload.id, upload.id], ['x']])
    expect(await put(supervisor, forum, response.id, { version: 1, files })).toEqual(
      refused(400, 'bad_request'),
    );
});

test('CAN-32 I13 a file is read by users who can read its forum, with range and name, and by no other', async () => {
  const { upload } = await withFile('0123456789');
  const whole = await read(upload.id);
  expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
  expect(whole.headers.get('Content-Disposition')).toContain('attachment; filename="size chart.txt"');
  const slice = await read(upload.id, agent, '', { Range: 'bytes=2-4' });
  expect([slice.status, await slice.text()]).toEqual([206, '234']);
  expect((await read(upload.id, agent, '/thumbnail')).status).toBe(404);
  const stranger = await newAccount();
  expect((await read(upload.id, stranger.agent)).status).toBe(404);
  expect(await copy(upload.id, stranger.agent)).toEqual(refused(404, 'not_found'));
  // A personal template's file is its author's.
  const own = `for_${account.users.agent.slice(4)}`;
  const mine = await newUpload('mine', agent);
  await added(agent, own, { files: [mine.id] });
  expect((await read(mine.id)).status).toBe(200);
  for (const path of ['', '/thumbnail']) expect((await read(mine.id, supervisor, path)).status).toBe(404);
  expect(await copy(mine.id, supervisor)).toEqual(refused(404, 'not_found'));
  // A removed forum's is nobody's.
  await remove(`/api/forums/${forum}`);
  expect((await read(upload.id)).status).toBe(404);
});

test('CAN-33 a copy is a complete upload of the user, and repeating it is safe', async () => {
  const uploads = uploadsOf({ cookie: supervisor });
  const file = id('file');
  const photo = jpeg(40, 30);
  await uploads.begin({ id: file, name: 'chart.jpg', size: photo.length });
  await uploads.part(file, 1, photo);
  await uploads.thumbnail(file, jpeg(20, 15));
  const { file: info } = (await uploads.complete(file)).body;
  await added(supervisor, forum, { files: [file] });
  const as = id('file');
  const first = await copy(file, agent, as);
  expect(first).toMatchObject({ status: 200, body: { id: as, file: { ...info, id: as } } });
  expect(await copy(file, agent, as)).toEqual(first);
  // Upload, the account's and the copy, each with a small image.
  expect(await keysOf(account.id)).toHaveLength(6);
  expect((await read(file, agent, '/thumbnail')).headers.get('Content-Type')).toBe('image/jpeg');
  const { upload: other } = await withFile();
  expect(await copy(other.id, agent, as)).toEqual(refused(409, 'id_reused'));
  // Another user's copy has an id of its own.
  expect((await copy(file, supervisor, as)).status).toBe(200);
});

test.each(ways)(
  'CAN-34 a file that no response has is deleted a day later, and its upload after its own day (%s)',
  async (way) => {
    const clock = moveClock();
    const { upload, response } = await withFile('old');
    const second = await newUpload('new');
    await put(supervisor, forum, response.id, { version: 1, files: [second.id] });
    const pass = async (time: number) => {
      clock.by(time);
      if (way === 'evicted') await evictDurableObject(dispatcherStub(env, account.id));
      await sweep();
      await sweep();
    };
    // The texts before the visit have it still, so the change can be undone days later.
    await pass(3 * day);
    expect(await keysOf(account.id)).toHaveLength(2);
    const undone = await put(supervisor, forum, response.id, { version: 2, files: [upload.id] });
    expect(undone.body).toMatchObject({ files: [upload], previous: { files: [second] } });
    const edit = uuid();
    await put(supervisor, forum, response.id, { version: 3, files: [], edit });
    await put(supervisor, forum, response.id, { version: 4, files: [], answer: 'b', edit });
    await pass(2 * day);
    expect(await keysOf(account.id)).toHaveLength(1);
    expect((await read(upload.id)).status).toBe(200);
    await put(supervisor, forum, response.id, { version: 5, files: [], answer: 'c' });
    await pass(day - 60_000);
    expect((await read(upload.id)).status).toBe(200);
    await pass(180_000);
    expect((await read(upload.id)).status).toBe(404);
    expect(await keysOf(account.id)).toEqual([]);
  },
);

test('CAN-11 CAN-34 a removed response or forum returns with its files, and without a restore they are deleted', async () => {
  const clock = moveClock();
  const { upload, response, path } = await withFile();
  for (const removed of [path, `/api/forums/${forum}`]) {
    expect((await remove(removed)).status).toBe(200);
    clock.by(5_000);
    expect((await restore(removed)).status).toBe(200);
    clock.by(2 * day);
    await sweep();
    expect(await get(response.id)).toMatchObject({ files: [upload] });
    expect((await read(upload.id)).status).toBe(200);
  }
  await remove(`/api/forums/${forum}`);
  for (let run = 0; run < 3; run++) {
    clock.by(day + 120_000);
    await sweep();
  }
  expect(await keysOf(account.id)).toEqual([]);
});

test('CAN-31 files of responses count against the account’s space, and beyond it a save is refused', async () => {
  const { upload } = await withFile('0123456789');
  const space = await ask<FileSpace>('GET', '/api/account/files', { cookie: supervisor });
  expect(space.body).toMatchObject({ used: upload.size, files: 1 });
  const more = await newUpload('0123456789');
  const body = { ...texts, version: 0, edit: uuid(), files: [more.id] };
  const full = await ask('PUT', `/api/forums/${forum}/responses/${id('response')}`, {
    cookie: supervisor,
    body,
    env: { CAPS: JSON.stringify({ fileBytesPerAccount: upload.size + 9 }) },
  });
  expect(full).toEqual(refused(413, 'file_quota', { field: 'files' }));
});

test('CAN-22 CAN-34 an import changes texts and leaves the files', async () => {
  const { upload, response } = await withFile();
  const csv = 'key,question,answer\nreturns,How?,Imported';
  const headers = { 'Content-Type': 'text/csv' };
  await ask('POST', `/api/forums/${forum}/import`, { cookie: supervisor, body: bytesOf(csv), headers });
  expect(await get(response.id)).toMatchObject({
    ...{ answer: 'Imported', files: [upload] },
    previous: { ...texts, files: [upload] },
  });
  const file = await call('GET', `/api/forums/${forum}/export`, { cookie: agent });
  expect(await file.text()).toBe('key,question,answer\r\nreturns,How?,Imported');
});

/** Aborts the supervisor's actor and the dispatcher, whatever they are doing. */
async function kill(): Promise<void> {
  for (const stub of [agentStub(env, account.id, account.users.supervisor), dispatcherStub(env, account.id)])
    await runInDurableObject(stub, (_, ctx) => ctx.abort('killed')).catch(() => undefined);
}

async function until<T extends { status: number }>(step: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await step().catch(() => undefined);
    if (answer?.status === 200) return answer;
    if (tries === 8) throw new Error(`given up: ${JSON.stringify(answer)}`);
  }
}

test.each(faults.flatMap((fault) => [0, 1, 2, 3].map((step) => [fault, step] as const)))(
  'R7 a file that R2 “%s” at step %i is saved and copied by repeating, and nothing is left over in the end',
  async (fault, step) => {
    const clock = moveClock();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const upload = await newUpload('precious');
    const response = id('response');
    const bucket = faultyBucket(env.FILES, kill);
    onTestFinished(() => bucket.end());
    // Steps: the save gets and puts, the copy gets and puts.
    bucket.plan(step, fault);
    const edit = uuid();
    const saved = await until(() => put(supervisor, forum, response, { files: [upload.id], edit }));
    expect(saved.body).toMatchObject({ version: 1, files: [upload] });
    const as = id('file');
    const copied = await until(() => copy(upload.id, supervisor, as));
    bucket.end();
    expect(copied.body.file).toEqual({ ...upload, id: as } satisfies FileInfo);
    const shown = await read(upload.id);
    expect([shown.status, await shown.text()]).toEqual([200, 'precious']);
    // The uploads expire, and the response's own file stays.
    for (let run = 0; run < 3; run++) {
      clock.by(day + 120_000);
      await sweep();
    }
    expect(await keysOf(account.id)).toHaveLength(1);
    await remove(`/api/forums/${forum}/responses/${response}`);
    for (let run = 0; run < 3; run++) {
      clock.by(day + 120_000);
      await sweep();
    }
    expect(await keysOf(account.id)).toEqual([]);
  },
);

test.each(faults)(
  'R7 a save or copy that is given up when R2 “%s” leaves nothing after a day',
  async (fault) => {
    const clock = moveClock();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { upload } = await withFile('kept');
    const lost = await newUpload('lost');
    const bucket = faultyBucket(env.FILES, kill);
    onTestFinished(() => bucket.end());
    bucket.plan(1, fault);
    bucket.plan(3, fault);
    await put(supervisor, forum, id('response'), { files: [lost.id], version: 5 }).catch(() => undefined);
    await copy(upload.id, supervisor).catch(() => undefined);
    bucket.end();
    for (let run = 0; run < 4; run++) {
      clock.by(day + 120_000);
      await sweep();
    }
    expect(await keysOf(account.id)).toHaveLength(1);
    expect((await read(upload.id)).status).toBe(200);
  },
);
