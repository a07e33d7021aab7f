/** Files: which are accepted, by name and content; names, ranges, parts and dimensions. */
import { TextProof, type Evidence } from '#domain/files/evidence';
import { dimensionsOf, isLight, isShowable } from '#domain/files/images';
import { cleanFileName, disposition } from '#domain/files/names';
import { sliceOf } from '#domain/files/ranges';
import { Scans } from '#domain/files/scans';
import { agrees, extensionOf, extensions, fileTypes, mayBe } from '#domain/files/types';
import { directoryOf, namesIn } from '#domain/files/zip';
import { lengthOf, maxFileSize, missing, partSize, partCount } from '#domain/files/parts';
import { type FileExtension } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zipOf } from '../helpers/zip.ts';

const latin = (text: string) => Uint8Array.from(text, (mark) => mark.charCodeAt(0));

/** The evidence of a whole file. */
function evidenceOf(bytes: Uint8Array): Evidence {
  const text = new TextProof();
  text.add(bytes);
  const place = directoryOf(bytes.subarray(-65_557), bytes.length);
  const names = place && namesIn(bytes.subarray(place.offset, place.offset + place.length), place);
  return { head: bytes.subarray(0, 65_536), names, text: text.end() };
}

const office = (folder: string) => zipOf(['[Content_Types].xml', '_rels/.rels', `${folder}/document.xml`]);
const iwork = zipOf(['Index/Document.iwa', 'preview.jpg']);
const samples: Readonly<Record<FileExtension, readonly Uint8Array[]>> = {
  png: [latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
  jpg: [latin('\xff\xd8\xff\xe0\0\x10JFIF'), latin('\xff\xd8\xff\xe1\0\x10Exif')],
  jpeg: [latin('\xff\xd8\xff\xdb')],
  gif: [latin('GIF89a\x01\0\x01\0'), latin('GIF87a\x01\0\x01\0')],
  mp3: [latin('ID3\x04\0'), latin('\xff\xfb\x90\x64'), latin('\xff\xf3\x40\xc4')],
  mp4: [latin('\0\0\0 ftypisom\0\0\x02\0'), latin('\0\0\0\x18ftypmp42\0\0\0\0')],
  pdf: [latin('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0')],
  docx: [office('word')],
  xlsx: [office('xl')],
  pptx: [office('ppt')],
  txt: [new TextEncoder().encode('Привет'), latin('\xff\xfeH\0i\0'), new Uint8Array()],
  csv: [new TextEncoder().encode('key;answer\r\n')],
  rtf: [latin('{\\rtf1\\ansi}')],
  pages: [iwork],
  numbers: [iwork],
  key: [iwork],
};
/** Those that a content of one type may have. */
const alike: readonly (readonly FileExtension[])[] = [
  ['jpg', 'jpeg'],
  ['txt', 'csv'],
  ['pages', 'numbers', 'key'],
];

test('F84 a file is accepted under an extension exactly if its content is of that type', () => {
  for (const [of, contents] of Object.entries(samples) as [FileExtension, Uint8Array[]][]) {
    const fits = alike.find((group) => group.includes(of)) ?? [of];
    for (const bytes of contents) {
      const accepted = extensions.filter((extension) => agrees(extension, evidenceOf(bytes)));
      expect({ of, accepted: accepted.sort() }).toEqual({ of, accepted: [...fits].sort() });
    }
  }
});

test('F84 no file is refused by its head that would be accepted whole', () => {
  const cases = Object.entries(samples) as [FileExtension, Uint8Array[]][];
  const accepted = cases.flatMap(([extension, contents]) => contents.map((bytes) => ({ extension, bytes })));
  for (const { extension, bytes } of accepted) expect(mayBe(extension, bytes)).toBe(true);
  const texts = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(texts, fc.boolean(), fc.nat(), (text, wide, cut) => {
      const bytes = wide ? utf16(text) : new TextEncoder().encode(text);
      // A head may end within a character.
      const head = bytes.subarray(0, cut % (bytes.length + 1));
      if (agrees('txt', evidenceOf(bytes))) expect(mayBe('txt', head)).toBe(true);
    }),
  );
});

test('S5 the head of a program, a page or a drawing is refused under every extension but that of a text', () => {
  for (const head of [
    'MZ\x90\0',
    '\x7fELF\x02\x01\x01\0',
    '#!/bin/sh\n',
    '<!doctype html>',
    '<svg xmlns="x"/>',
  ]) {
    const passing = extensions.filter((extension) => mayBe(extension, latin(head)));
    const isText = !/[\0\x7f-\xff]/.test(head);
    expect({ head, passing }).toEqual({ head, passing: isText ? ['txt', 'csv'] : [] });
  }
});

test('F84 programs, pages, scripts, archives and other media are accepted under no extension', () => {
  const foreign: Readonly<Record<string, Uint8Array>> = {
    exe: latin('MZ\x90\0\x03\0\0\0'),
    elf: latin('\x7fELF\x02\x01\x01\0'),
    zip: zipOf(['a.exe']),
    jar: zipOf(['META-INF/MANIFEST.MF', 'Main.class']),
    docm: zipOf(['[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin']),
    webp: latin('RIFF\0\0\0\0WEBPVP8 '),
    mov: latin('\0\0\0\x14ftypqt  \0\0\0\0'),
    heic: latin('\0\0\0\x18ftypheic\0\0\0\0'),
    'text in another encoding': latin('\xcf\xf0\xe8\xe2\xe5\xf2'),
    'text with NUL': latin('a\0b'),
  };
  for (const [name, bytes] of Object.entries(foreign))
    expect({ name, accepted: extensions.filter((each) => agrees(each, evidenceOf(bytes))) }).toEqual({
      name,
      accepted: [],
    });
});

test('F84 only the last extension of a name counts, and only those of the table', () => {
  expect(extensionOf('Report.final.PDF')).toBe('pdf');
  for (const name of [
    'photo.png.exe',
    'page.html',
    'drawing.svg',
    'png',
    'a.',
    '.',
    'a.constructor',
    'a.png ',
  ])
    expect({ name, extension: extensionOf(name) }).toEqual({ name, extension: null });
});

test('F84 only images, audio and video of the table are ever shown in place', () => {
  const shown = extensions.filter((extension) => fileTypes[extension].shown !== 'none');
  expect(shown).toEqual(['png', 'jpg', 'jpeg', 'gif', 'mp3', 'mp4']);
});

test('F84 text is judged alike whatever pieces it arrives in', () => {
  const content = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => new TextEncoder().encode(text)),
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => utf16(text)),
    fc.uint8Array({ maxLength: 40 }),
  );
  fc.assert(
    fc.property(content, fc.array(fc.nat(8), { maxLength: 20 }), (bytes, cuts) => {
      const whole = evidenceOf(bytes).text;
      const proof = new TextProof();
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        proof.add(bytes.subarray(at, at + cut));
        at += cut;
      }
      expect(proof.end()).toBe(whole);
    }),
  );
});

function utf16(text: string): Uint8Array {
  const units = Array.from(`\ufeff${text}`, (mark) =>
    Array.from({ length: mark.length }, (_, i) => mark.charCodeAt(i)),
  );
  return Uint8Array.from(units.flat().flatMap((unit) => [unit & 255, unit >> 8]));
}

test('S5 a zip is read only if its directory is whole, small, and no bomb', () => {
  const sound = office('word');
  expect(evidenceOf(sound).names).toEqual(['[Content_Types].xml', '_rels/.rels', 'word/document.xml']);
  expect(evidenceOf(sound.subarray(0, -1)).names).toBeNull();
  expect(evidenceOf(Uint8Array.from([...latin('MZ'), ...sound])).names).toBeNull();
  expect(evidenceOf(Uint8Array.from([...sound, 0])).names).toBeNull();
  const bomb = zipOf(['[Content_Types].xml', 'word/document.xml'], {
    packed: 1_000,
    unpacked: 4_000_000_000,
  });
  expect(evidenceOf(bomb).names).toBeNull();
  const many = zipOf(Array.from({ length: 10_001 }, (_, index) => `word/${index}`));
  expect(evidenceOf(many).names).toBeNull();
});

test('S5 no bytes make the readers of zips and images throw', () => {
  const broken = fc.tuple(
    fc.constantFrom(...Object.values(samples).flat()),
    fc.uint8Array({ maxLength: 60 }),
    fc.nat(),
  );
  fc.assert(
    fc.property(broken, ([sample, noise, at]) => {
      const bytes = Uint8Array.from(sample);
      bytes.set(noise.subarray(0, bytes.length - (at % (bytes.length + 1))), at % (bytes.length + 1));
      const { names } = evidenceOf(bytes);
      expect(names === null || Array.isArray(names)).toBe(true);
      dimensionsOf(bytes);
    }),
  );
});

test('F86 the dimensions of an image are read from its head', () => {
  const png = latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0');
  expect(dimensionsOf(png)).toEqual({ width: 640, height: 480 });
  expect(dimensionsOf(latin('GIF89a\x80\x02\xe0\x01'))).toEqual({ width: 640, height: 480 });
  const jpeg = latin('\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03x\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03');
  expect(dimensionsOf(jpeg)).toEqual({ width: 640, height: 480 });
  expect(dimensionsOf(latin('\xff\xd8\xff\xe0\0\x00ab\xff\xc2\0\x11\x08\x01\xe0'))).toBeNull();
  expect(isShowable({ width: 50_000, height: 50_000 })).toBe(false);
  expect(isShowable({ width: 8_000, height: 6_000 })).toBe(true);
});

test('F85 exactly 100 MB is 13 parts, and every byte is in one of them', () => {
  expect(partCount(maxFileSize)).toBe(13);
  expect(lengthOf(13, maxFileSize)).toBe(maxFileSize - 12 * partSize);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: maxFileSize }), (size) => {
      const parts = missing(size, new Set());
      const lengths = parts.map((part) => lengthOf(part, size) ?? 0);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
      expect(lengths.slice(0, -1).every((length) => length === partSize)).toBe(true);
      expect(lengthOf(parts.length + 1, size)).toBeNull();
      expect(missing(size, new Set(parts.slice(0, -1)))).toEqual(parts.slice(-1));
    }),
  );
});

test('F87 a range is one slice, or unsatisfiable, or the whole file', () => {
  expect(sliceOf('bytes=0-99', 1_000)).toEqual({ offset: 0, length: 100 });
  expect(sliceOf('bytes=900-', 1_000)).toEqual({ offset: 900, length: 100 });
  expect(sliceOf('bytes=-100', 1_000)).toEqual({ offset: 900, length: 100 });
  expect(sliceOf('bytes=0-5000', 1_000)).toEqual({ offset: 0, length: 1_000 });
  for (const header of ['bytes=1000-', 'bytes=-0', 'bytes=5000-6000'])
    expect(sliceOf(header, 1_000)).toBe('unsatisfiable');
  for (const header of [null, '', 'bytes=0-1,5-9', 'items=0-1', 'bytes=5-1', 'bytes=-', 'bytes=a-b'])
    expect(sliceOf(header, 1_000)).toBeNull();
  fc.assert(
    fc.property(fc.nat(2_000), fc.nat(2_000), fc.nat(1_000), (first, last, size) => {
      const slice = sliceOf(`bytes=${first}-${last}`, size);
      if (slice === null || slice === 'unsatisfiable') return;
      expect(slice.offset).toBe(first);
      expect(slice.length).toBeGreaterThan(0);
      expect(slice.offset + slice.length).toBeLessThanOrEqual(size);
    }),
  );
});

test('S5 a file’s name has no folder, no hidden or reordering character, and keeps its extension', () => {
  expect(cleanFileName('../../etc/passwd.txt')).toBe('passwd.txt');
  expect(cleanFileName('C:\\Users\\me\\Отчёт.pdf')).toBe('Отчёт.pdf');
  expect(cleanFileName('invoice\u202efdp.exe')).toBe('invoicefdp.exe');
  expect(cleanFileName('a\r\nX-Type: html.png')).toBe('a X-Type_ html.png');
  expect(cleanFileName('...')).toBe('file');
  const long = cleanFileName(`${'я'.repeat(300)}.docx`);
  expect(Array.from(long)).toHaveLength(120);
  expect(long.endsWith('.docx')).toBe(true);
});

test('F87 the header of a download has the name whole, and cannot be broken out of', () => {
  expect(disposition('attachment', 'Отчёт "1".pdf')).toBe(
    'attachment; filename="_____ _1_.pdf"; filename*=UTF-8\'\'%D0%9E%D1%82%D1%87%D1%91%D1%82%20%221%22.pdf',
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
      const clean = cleanFileName(name);
      const header = disposition('inline', clean);
      expect(header).toMatch(/^inline; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.!#$&+\-^`|~%]*$/);
      expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(clean);
    }),
  );
});

test('F86 a photo that browsers turn has the dimensions that they show', () => {
  const plain = { width: 640, height: 480 };
  const turned = { width: 480, height: 640 };
  const cases = fc.record({
    little: fc.boolean(),
    orientation: fc.integer({ min: 0, max: 9 }),
    before: fc.array(fc.integer({ min: 0x0100, max: 0x0111 }), { maxLength: 5 }),
    cutAt: fc.option(fc.nat({ max: 80 })),
  });
  fc.assert(
    fc.property(cases, ({ little, orientation, before, cutAt }) => {
      const photo = photoOf(orientation, little, before);
      const swaps = orientation >= 5 && orientation <= 8;
      expect(dimensionsOf(photo)).toEqual(swaps ? turned : plain);
      // A part of the file gives the same dimensions or none.
      if (cutAt !== null)
        expect([null, swaps ? turned : plain]).toContainEqual(dimensionsOf(photo.subarray(0, cutAt)));
    }),
  );
});

/** The head of a JPEG of 640 by 480 pixels whose EXIF has these tags and then the orientation. */
function photoOf(orientation: number, little: boolean, before: readonly number[]): Uint8Array {
  const number = (value: number, bytes: number) => {
    const big = Array.from({ length: bytes }, (_, at) => (value >> (8 * (bytes - 1 - at))) & 255);
    return little ? big.reverse() : big;
  };
  const field = (tag: number, value: number) => [
    ...[...number(tag, 2), ...number(3, 2), ...number(1, 4)],
    ...[...number(value, 2), 0, 0],
  ];
  const tiff = [
    ...[...latin(little ? 'II*\0' : 'MM\0*'), ...number(8, 4), ...number(before.length + 1, 2)],
    ...[...before.flatMap((tag) => field(tag, 7)), ...field(0x0112, orientation)],
  ];
  const length = tiff.length + 8;
  return Uint8Array.from([
    ...latin('\xff\xd8\xff\xe1'),
    ...[length >> 8, length & 255, ...latin('Exif\0\0'), ...tiff],
    ...latin('\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03'),
  ]);
}

test('S5 the scans of a JPEG are counted, whatever pieces it arrives in; those of a preview within it are not', () => {
  const segment = (marker: number, body: number[]) => [0xff, marker, 0, body.length + 2, ...body];
  const scan = [...segment(0xda, [1, 1, 0, 0, 0, 0]), 1, 0xff, 0, 2, 0xff, 0xd3, 4];
  const preview = segment(0xe1, [0xff, 0xd8, ...scan, 0xff, 0xd9]);
  fc.assert(
    fc.property(fc.nat(300), fc.array(fc.integer({ min: 1, max: 9 })), (count, lengths) => {
      const scans = Array.from({ length: count }, () => scan).flat();
      const end = [0xff, 0xff, 0xd9, ...scan];
      const file = Uint8Array.from([0xff, 0xd8, ...preview, ...segment(0xc2, [8, 0, 8]), ...scans, ...end]);
      const counted = new Scans();
      let at = 0;
      for (const length of lengths) counted.add(file.subarray(at, (at += length)));
      counted.add(file.subarray(at));
      expect(counted.count).toBe(count);
    }),
  );
});

test('S5 a large image without a small one is not loaded with its message', () => {
  const light = (
    width: number,
    height: number,
    size: number,
    thumbnail?: { width: number; height: number },
  ) =>
    isLight({
      ...{ id: 'fil_a', name: 'a.png', type: 'png', sha256: '', size, width, height },
      ...(thumbnail && { thumbnail }),
    });
  expect([light(2_000, 2_000, 2_000_000), light(2_001, 2_000, 9), light(9, 9, 2_000_001)]).toEqual([
    ...[true, false, false],
  ]);
  expect(light(8_000, 6_000, 90_000_000, { width: 640, height: 480 })).toBe(true);
});
