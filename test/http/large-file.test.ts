/** F85: exactly 100 MB go both ways, through the Worker and R2. */
import { maxFileSize, partSize } from '#domain/files/parts';
import { type Upload } from '#protocol';
import { expect, test } from 'vitest';
import { ask, bearer, id, newAccount, newSite, newVisitor } from './client.ts';
import { uploadsOf } from './uploading.ts';

/** A part of a text, other than each other part. Made one at a time: a test needs less memory than its file. */
const partOf = (part: number, length: number) => new Uint8Array(length).fill(96 + part);

const hex = (digest: ArrayBuffer) =>
  [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

test('F85 F87 exactly 104,857,600 bytes are sent by a visitor, and arrive byte for byte at an agent', async () => {
  const account = await newAccount();
  const { site } = await newSite(account);
  const { token } = await newVisitor(site);
  const uploads = uploadsOf({ site, token });
  const file = id('file');
  const begun = await uploads.begin({ id: file, name: 'large.txt', size: maxFileSize });
  expect(begun.status).toBe(200);
  const digest = new crypto.DigestStream('SHA-256');
  const writer = digest.getWriter();
  for (let part = 1; part <= 13; part++) {
    const bytes = partOf(part, Math.min(partSize, maxFileSize - (part - 1) * partSize));
    await writer.write(bytes);
    expect((await uploads.part(file, part, bytes)).status).toBe(200);
  }
  await writer.close();
  const sha256 = hex(await digest.digest);
  const { body } = await uploads.complete(file);
  expect((body as Upload).file).toEqual({
    id: file,
    name: 'large.txt',
    type: 'txt',
    size: maxFileSize,
    sha256,
  });
  const { body: sent } = await ask<{ conversation: string }>('POST', '/api/widget/messages', {
    headers: bearer(token),
    body: { id: crypto.randomUUID(), site, text: '', files: [file] },
  });
  const served = await uploadsOf({ cookie: account.agent }).read(sent.conversation, file);
  expect(served.headers.get('content-length')).toBe(`${maxFileSize}`);
  expect(served.headers.get('content-disposition')).toContain('attachment; filename="large.txt"');
  const arrived = new crypto.DigestStream('SHA-256');
  await served.body?.pipeTo(arrived);
  expect(hex(await arrived.digest)).toBe(sha256);
}, 300_000);
