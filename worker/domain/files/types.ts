/**
 * The types of files that may be sent (F84): one table. The extension and the content must agree; the type that a
 * sender declares decides nothing.
 */
import type { FileExtension } from '#protocol';
import { TextProof, type Evidence } from './evidence.ts';

/** How a file is shown in a transcript. `none`: it can only be downloaded. */
export type Shown = 'image' | 'audio' | 'video' | 'none';

interface FileType {
  readonly media: string;
  readonly shown: Shown;
  /** A zip of documents: its names are at its end. */
  readonly zipped?: true;
  /** True if the content is of this type. */
  proved(evidence: Evidence): boolean;
}

/** Bytes at the beginning, as Latin-1. */
const begins =
  (...starts: string[]) =>
  ({ head }: Evidence) =>
    starts.some((start) => latin(head, 0, start.length) === start);

/** A zip whose directory names all of these. `a/` stands for any file in that folder. */
const zipWith =
  (...names: string[]) =>
  ({ names: listed }: Evidence) =>
    listed !== null &&
    names.every((name) =>
      listed.some((each) => (name.endsWith('/') ? each.startsWith(name) : each === name)),
    );
/** Apple's documents of 2013 and later, whole or as a preview with an index within. */
const apple = (evidence: Evidence) =>
  zipWith('Index/')(evidence) || zipWith('Index.zip')(evidence) || zipWith('index.xml')(evidence);
/** Text that is no document of another type. */
const text = (evidence: Evidence) => evidence.text && !begins('{\\rtf', '%PDF-')(evidence);

const types = {
  png: { media: 'image/png', shown: 'image', proved: begins('\x89PNG\r\n\x1a\n') },
  jpg: { media: 'image/jpeg', shown: 'image', proved: begins('\xff\xd8\xff') },
  jpeg: { media: 'image/jpeg', shown: 'image', proved: begins('\xff\xd8\xff') },
  gif: { media: 'image/gif', shown: 'image', proved: begins('GIF87a', 'GIF89a') },
  mp3: { media: 'audio/mpeg', shown: 'audio', proved: ({ head }) => isMp3(head) },
  mp4: { media: 'video/mp4', shown: 'video', proved: ({ head }) => isMp4(head) },
  pdf: { media: 'application/pdf', shown: 'none', proved: begins('%PDF-') },
  rtf: { media: 'application/rtf', shown: 'none', proved: begins('{\\rtf') },
  txt: { media: 'text/plain', shown: 'none', proved: text },
  csv: { media: 'text/csv', shown: 'none', proved: text },
  docx: office('wordprocessingml.document', 'word/'),
  xlsx: office('spreadsheetml.sheet', 'xl/'),
  pptx: office('presentationml.presentation', 'ppt/'),
  pages: { media: 'application/vnd.apple.pages', shown: 'none', zipped: true, proved: apple },
  numbers: { media: 'application/vnd.apple.numbers', shown: 'none', zipped: true, proved: apple },
  key: { media: 'application/vnd.apple.keynote', shown: 'none', zipped: true, proved: apple },
} as const satisfies Readonly<Record<FileExtension, FileType>>;

export const fileTypes: Readonly<Record<FileExtension, FileType>> = types;
export const extensions = Object.keys(types) as readonly FileExtension[];

/** Office's documents. A document with macros has another extension, so it does not agree with these. */
function office(kind: string, folder: string) {
  const whole = zipWith('[Content_Types].xml', folder);
  return {
    media: `application/vnd.openxmlformats-officedocument.${kind}`,
    shown: 'none',
    zipped: true,
    proved: (evidence: Evidence) =>
      whole(evidence) && !evidence.names?.some((name) => /vbaProject\.bin$/i.test(name)),
  } as const;
}

/** The extension of a name, if files of it may be sent. Only the last one counts, whatever stands before it. */
export function extensionOf(name: string): FileExtension | null {
  const found = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(types, found) ? (found as FileExtension) : null;
}

/** True if the content is what the name says. */
export function agrees(extension: FileExtension, evidence: Evidence): boolean {
  return fileTypes[extension].proved(evidence);
}

/** False if the beginning of a file disproves its type already. */
export function mayBe(extension: FileExtension, head: Uint8Array): boolean {
  if (fileTypes[extension].zipped) return latin(head, 0, 4) === 'PK\x03\x04';
  const text = new TextProof();
  text.add(head);
  return agrees(extension, { head, names: null, text: text.valid });
}

/** The part of a file that proves its type: the names in a zip, all of a text, or the head. */
export function needs(extension: FileExtension): 'names' | 'text' | 'head' {
  if (fileTypes[extension].zipped) return 'names';
  return extension === 'txt' || extension === 'csv' ? 'text' : 'head';
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

/** An ID3 tag, or a frame of MPEG audio, layer III, with a bit rate and a sampling rate that exist (ISO 11172-3). */
function isMp3(head: Uint8Array): boolean {
  if (latin(head, 0, 3) === 'ID3') return true;
  const [sync = 0, version = 0, rates = 0] = head;
  const layer3 = sync === 0xff && (version & 0xe6) === 0xe2 && (version & 0x18) !== 0x08;
  return layer3 && (rates & 0xf0) !== 0xf0 && (rates & 0xf0) !== 0 && (rates & 0x0c) !== 0x0c;
}

/** The file type box comes first (ISO 14496-12), with a brand of MP4. QuickTime and HEIF have brands of their own. */
function isMp4(head: Uint8Array): boolean {
  if (latin(head, 4, 4) !== 'ftyp') return false;
  const brand = latin(head, 8, 4);
  return /^(iso[m2-9]|mp4[12]|avc1|M4V |M4A |M4VP|MSNV|dash|mmp4|f4v |3gp[4-9])$/.test(brand);
}
