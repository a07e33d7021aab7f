/** S5: files that pretend to be others. None of the forbidden is ever shown in place, and no answer lacks a header. */
import { extensions } from '#domain/files/types';
import { beforeAll, expect, test } from 'vitest';
import { zipOf } from '../helpers/zip.ts';
import { ask, bearer, id, newAccount, newSite, newVisitor } from './client.ts';
import { bytes, jpeg, png } from './photo-files.ts';
import { tryToSend, uploadsOf } from './uploading.ts';

let site: string;
let agent: string;
beforeAll(async () => {
  const account = await newAccount();
  agent = account.agent;
  ({ site } = await newSite(account));
});

const script = '<script>alert(1)</script>';
const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${script}</svg>`;
const html = `<!doctype html><html><body>${script}</body></html>`;
const exe = bytes('MZ\x90\0\x03\0\0\0', 'This program cannot be run in DOS mode', [0, 0, 0]);
const gif = (width = 64, height = width) =>
  bytes('GIF89a', [width & 255, width >> 8, height & 255, height >> 8, 0, 0, 0, 0x3b]);
const jar = zipOf(['META-INF/MANIFEST.MF', 'Main.class']);
const docx = zipOf(['[Content_Types].xml', '_rels/.rels', 'word/document.xml']);
const bomb = zipOf(['[Content_Types].xml', 'word/document.xml'], { packed: 4_000, unpacked: 4_200_000_000 });
const pdf = bytes('%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF');

/**
 * A name, its content, and what becomes of it: `refused`; `saved`, it can only be downloaded; or `shown`, in place, as
 * the type that its first bytes have, which runs nothing.
 */
type Line = readonly [name: string, content: Uint8Array, outcome: 'refused' | 'saved' | 'shown', as?: string];
const corpus: readonly Line[] = [
  // Programs, pages and drawings, under their own names and under others.
  ...[
    'exe',
    'com',
    'bat',
    'js',
    'jar',
    'apk',
    'html',
    'htm',
    'xhtml',
    'svg',
    'xml',
    'php',
    'lnk',
    'webp',
    'zip',
    'docm',
  ].map((extension): Line => [`a.${extension}`, png(), 'refused']),
  ...extensions
    .filter((extension) => !['txt', 'csv'].includes(extension))
    .flatMap((extension): Line[] => [
      [`program.${extension}`, exe, 'refused'],
      [`drawing.${extension}`, bytes(svg), 'refused'],
      [`page.${extension}`, bytes(html), 'refused'],
      [`archive.${extension}`, jar, 'refused'],
    ]),
  ['program.txt', exe, 'refused'],
  ['page.txt', bytes(html), 'saved', 'text/plain'],
  ['drawing.csv', bytes(svg), 'saved', 'text/csv'],
  ['formula.csv', bytes('=HYPERLINK("http://evil.example")'), 'saved', 'text/csv'],
  // Polyglots: two types at once.
  ['gifar.gif', bytes(gif(), jar), 'shown', 'image/gif'],
  ['script.gif', bytes('GIF89a/*', [16, 0], '*/=1;alert(1)//'), 'shown', 'image/gif'],
  ['page.jpg', bytes(jpeg(), html), 'shown', 'image/jpeg'],
  ['archive.png', bytes(png(), jar), 'shown', 'image/png'],
  ['page.png', bytes('\x89PNG\r\n\x1a\n', html), 'saved', 'image/png'],
  ['page.mp3', bytes('ID3\x04\0\0\0\0\0\0', html), 'shown', 'audio/mpeg'],
  ['page.mp4', bytes('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', html), 'shown', 'video/mp4'],
  ['page.pdf', bytes(pdf, html), 'saved', 'application/pdf'],
  ['script.pdf', pdf, 'saved', 'application/pdf'],
  ['program.docx', bytes(exe, docx), 'refused'],
  ['document.docx', bytes(docx, exe), 'refused'],
  // Names.
  ['photo.png.exe', png(), 'refused'],
  ['photo.exe.png', exe, 'refused'],
  ['photo.html.png', png(), 'shown', 'image/png'],
  ['photo\u202egnp.exe', exe, 'refused'],
  ['photo\u202eexe.png', png(), 'shown', 'image/png'],
  ['photo.png\u200b', png(), 'shown', 'image/png'],
  ['../../etc/passwd.txt', bytes('x'), 'saved', 'text/plain'],
  ['..\\..\\boot.txt', bytes('x'), 'saved', 'text/plain'],
  ['a\r\nContent-Type: text/html\r\n\r\n<script>.png', png(), 'shown', 'image/png'],
  ['a"; filename="b.html.png', png(), 'shown', 'image/png'],
  ['.png', png(), 'refused'],
  ['png', png(), 'refused'],
  // Bombs.
  ['bomb.docx', bomb, 'refused'],
  ['many.docx', zipOf(Array.from({ length: 10_001 }, (_, index) => `word/${index}`)), 'refused'],
  ['huge.png', png(50_000, 50_000), 'saved', 'image/png'],
  ['huge.gif', gif(65_535, 65_535), 'saved', 'image/gif'],
  ['huge.jpg', jpeg(60_000, 60_000), 'saved', 'image/jpeg'],
  ['scans.jpg', jpeg(640, 640, [], 101), 'saved', 'image/jpeg'],
  ['progressive.jpg', jpeg(640, 640, [], 100), 'shown', 'image/jpeg'],
  ['large.png', png(8_000, 6_000), 'shown', 'image/png'],
];

test('S5 F84 renamed programs, pages, polyglots, deceptive names and bombs: none of them can run', async () => {
  const readers = async () => {
    const { token } = await newVisitor(site);
    return { visitor: { site, token }, agent: { cookie: agent } };
  };
  let { visitor, ...others } = await readers();
  const found = [];
  const headers: string[] = [];
  const names: string[] = [];
  for (const [index, [name, content]] of corpus.entries()) {
    // A visitor has a pace, and this test is faster.
    if (index % 10 === 9) ({ visitor, ...others } = await readers());
    const { body } = await tryToSend(visitor, name, content);
    if (!body.file) {
      found.push([name, body.refused === 'file_type' ? 'refused' : JSON.stringify(body), undefined]);
      continue;
    }
    const { body: sent } = await ask<{ conversation: string }>('POST', '/api/widget/messages', {
      headers: bearer(visitor.token),
      body: { id: crypto.randomUUID(), site, text: '', files: [body.file.id] },
    });
    const outcomes = new Set<string>();
    let type: string | null = null;
    for (const reader of [visitor, others.agent]) {
      const answer = await uploadsOf(reader).read(sent.conversation, body.file.id);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(content);
      const get = (header: string) => answer.headers.get(header);
      type = get('content-type');
      outcomes.add(get('content-disposition')?.startsWith('inline;') ? 'shown' : 'saved');
      headers.push(
        [
          ...['x-content-type-options', 'content-security-policy', 'cross-origin-resource-policy'].map(get),
          get('cache-control'),
        ].join(' | '),
      );
      names.push(`${get('content-disposition')} ${type}`);
    }
    found.push([name, [...outcomes].join(), type ?? undefined]);
  }
  expect(found).toEqual(corpus.map(([name, , outcome, as]) => [name, outcome, as]));
  const complete =
    "nosniff | sandbox; default-src 'none'; frame-ancestors 'none' | same-origin | private, no-cache";
  expect(headers.filter((each) => each !== complete)).toEqual([]);
  // No header has a character that ends it, reorders it or leads to another folder.
  expect(
    names.filter((each) => /[^\x20-\x7e]|\.\.|[/\\](?!plain|csv|png|gif|jpeg|mpeg|mp4|pdf)/.test(each)),
  ).toEqual([]);
  const inline = found.filter(([, outcome], index) => outcome === 'shown' && corpus[index]?.[2] !== 'shown');
  const forbidden = corpus.filter(([, , outcome]) => outcome !== 'shown').length;
  const whole = headers.filter((each) => each === complete).length;
  console.log(
    `S5 files ${corpus.length}, of ${forbidden} forbidden ones served inline ${inline.length}, headers complete ${whole}/${headers.length}`,
  );
}, 300_000);

test('S5 the type that a sender declares for a part decides nothing, and no other body is accepted', async () => {
  const { token } = await newVisitor(site);
  const uploads = uploadsOf({ site, token });
  const file = id('file');
  await uploads.begin({ id: file, name: 'a.png', size: png().length });
  for (const type of ['image/png', 'text/html', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    expect(await uploads.part(file, 1, png(), { 'Content-Type': type })).toMatchObject({
      status: 400,
      body: { refused: 'bad_request', field: 'content-type' },
    });
});
