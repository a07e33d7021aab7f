/**
 * Files and messages that are not sent yet, in the browser's IndexedDB, so that they survive a reload. Where a browser
 * forbids it, or it is full, everything works but that.
 */
import type { FileInfo } from '#protocol';
import type { Failing, Written } from './attaching.ts';

interface Stored {
  readonly id: string;
  /** The site, or the user. Another one's records are left alone. */
  readonly owner: string;
  readonly scope: string;
  /** The tab that sends it. */
  readonly tab: string;
  readonly at: number;
}

export interface StoredFile extends Stored {
  readonly name: string;
  readonly size: number;
  /** Null once the server has it. */
  readonly bytes: Blob | null;
  /** Its small image. */
  readonly small: Blob | null;
  readonly file?: FileInfo | undefined;
  /** The canned response's file that the server copies: this one has no bytes here. */
  readonly source?: string | undefined;
  readonly code?: Failing | undefined;
  /** The held message that it belongs to; null: the composer. */
  readonly message: string | null;
}

export interface StoredMessage extends Stored, Written {}

export interface UploadStore {
  /** False once the browser has refused to store something: a closing page loses what it has. */
  readonly lasts: boolean;
  /** The records of an owner, oldest first. */
  load(owner: string): Promise<{ files: StoredFile[]; messages: StoredMessage[] }>;
  putFile(file: StoredFile): void;
  putMessage(message: StoredMessage): void;
  dropFile(id: string): void;
  dropMessage(id: string): void;
}

const [files, messages] = ['files', 'messages'] as const;
/** Records that nobody has taken up after this time are removed; milliseconds. */
const longest = 7 * 86_400_000;

export function browserStore(now: () => number): UploadStore {
  let opened: Promise<IDBDatabase> | undefined;
  let lasts = true;
  const open = () => (opened ??= openDatabase());
  /** Changes run one after the other. A change that fails is lost: the upload goes on. */
  let turn: Promise<unknown> = Promise.resolve();
  const change = (name: string, edit: (store: IDBObjectStore) => void) => {
    turn = turn
      .then(async () => {
        const transaction = (await open()).transaction(name, 'readwrite');
        edit(transaction.objectStore(name));
        await done(transaction);
      })
      .catch(() => (lasts = false));
  };
  const all = async <T extends Stored>(name: string, owner: string): Promise<T[]> => {
    const request = (await open()).transaction(name).objectStore(name).getAll() as IDBRequest<T[]>;
    const found = await answer(request);
    for (const { id, at } of found) if (at < now() - longest) change(name, (store) => void store.delete(id));
    return found.filter((each) => each.owner === owner).sort((a, b) => a.at - b.at);
  };
  return {
    get lasts() {
      return lasts;
    },
    async load(owner) {
      try {
        return { files: await all(files, owner), messages: await all(messages, owner) };
      } catch {
        return { files: [], messages: [] };
      }
    },
    putFile: (file) => change(files, (store) => void store.put(file)),
    putMessage: (message) => change(messages, (store) => void store.put(message)),
    dropFile: (id) => change(files, (store) => void store.delete(id)),
    dropMessage: (id) => change(messages, (store) => void store.delete(id)),
  };
}

/** Stores nothing beyond the page. */
export function memoryStore(): UploadStore {
  const [kept, said] = [new Map<string, StoredFile>(), new Map<string, StoredMessage>()];
  return {
    lasts: false,
    load: (owner) =>
      Promise.resolve({
        files: [...kept.values()].filter((each) => each.owner === owner),
        messages: [...said.values()].filter((each) => each.owner === owner),
      }),
    putFile: (file) => void kept.set(file.id, file),
    putMessage: (message) => void said.set(message.id, message),
    dropFile: (id) => void kept.delete(id),
    dropMessage: (id) => void said.delete(id),
  };
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open('parley-files', 1);
  request.onupgradeneeded = () => {
    for (const name of [files, messages]) request.result.createObjectStore(name, { keyPath: 'id' });
  };
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error('the browser’s storage failed', { cause: request.error }));
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(new Error('the browser’s storage failed', { cause: transaction.error }));
  });
}
