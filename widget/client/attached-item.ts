/** A file of a composer: its record in the store, what is shown of it, and its upload while that runs. */
import { extensionOf } from '#domain/files/types';
import type { Attached, Failing } from './attaching.ts';
import type { Environment } from './environment.ts';
import type { StoredFile } from './upload-store.ts';
import type { Upload } from './upload.ts';

export interface Item {
  record: StoredFile;
  shown: Attached;
  small: Promise<Blob | null>;
  resumed: boolean;
  upload?: Upload;
}

/** 104 random bits, in a form that every id of a file has. `makeId` would bring the kinds of all ids along. */
export function newFileId({ bytes }: Environment): string {
  return `fil_${Array.from(bytes(13), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export function itemOf(record: StoredFile, small: Promise<Blob | null> | null): Item {
  const { id, name, size, file, code } = record;
  const type = extensionOf(name);
  const state = code ? 'failed' : file ? 'ready' : 'waiting';
  return {
    ...{ record, small: small ?? Promise.resolve(null), resumed: false },
    shown: {
      ...{ id, name, size, type, state, sent: file ? size : 0 },
      ...(code && { code, again: !record.file && hasBytes(record) && retriable(code) }),
      ...(file && { file }),
    },
  };
}

/** Here, or at the server. */
export const hasBytes = ({ bytes, source }: StoredFile) => bytes !== null || source !== undefined;

const retriable = (code: Failing) =>
  !['file_type', 'too_large', 'bad_request', 'too_many_files', 'unreadable', 'not_found'].includes(code);
