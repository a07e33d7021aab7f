/**
 * The files of a person's composers: uploads two at a time (FIL-9), and the messages that wait for them. Both survive
 * a reload.
 */
import { extensionOf } from '#domain/files/types';
import { maxFileSize } from '#domain/files/parts';
import { isBlank, makeCommandId, maxFileName, maxFilesOfMessage, type FileInfo } from '#protocol';
import type { Attaching, AttachmentsView, Failing, Held, Written } from './attaching.ts';
import { hasBytes, itemOf, newFileId, type Item } from './attached-item.ts';
import type { Environment } from './environment.ts';
import { Pause } from './pause.ts';
import type { Tabs } from './tabs.ts';
import { thumbnailOf } from './thumbnails.ts';
import { Upload } from './upload.ts';
import type { StoredFile, StoredMessage, UploadStore } from './upload-store.ts';
import type { UploadsApi } from './uploads-api.ts';

/** A message whose files are all ready. The same `id` may be handed over twice, after a reload. */
export interface Outgoing extends Written {
  readonly id: string;
  readonly at: number;
  readonly files: readonly FileInfo[];
}

export interface AttachmentsOptions {
  readonly env: Environment;
  readonly api: UploadsApi;
  readonly store: UploadStore;
  readonly tabs: Tabs;
  /** The owner of these files: a site's visitor, or a user. */
  readonly owner: string;
  /** Sends a message, and keeps it until it is answered. */
  send(scope: string, message: Outgoing): void;
  changed(): void;
  /** By default the browser's. */
  readonly thumbnail?: ((file: Blob) => Promise<Blob | null>) | undefined;
}

const atOnce = 2;

export class Attachments implements Attaching {
  readonly #options: AttachmentsOptions;
  readonly #items = new Map<string, Item>();
  readonly #held = new Map<string, StoredMessage>();
  /** Cancels that the server has not heard of, by the upload's id. */
  readonly #ending = new Set<Pause>();
  #ended = false;

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /** Takes over what an earlier page left; what another tab has, once that tab has closed. */
  async start(): Promise<void> {
    const { store, tabs, owner } = this.#options;
    const { files, messages } = await store.load(owner);
    for (const tab of new Set([...files, ...messages].map((each) => each.tab)))
      tabs.afterwards(tab, () => this.#takeOver(tab));
    this.#changed();
  }

  end(): void {
    this.#ended = true;
    this.#options.tabs.end();
    for (const { upload, shown } of this.#items.values()) {
      upload?.stop();
      if (shown.preview) URL.revokeObjectURL(shown.preview);
    }
    for (const pause of this.#ending) pause.cancel();
  }

  /** Something would be lost with the page: it is on its way, and this browser stores nothing. */
  get losable(): boolean {
    const moving = [...this.#items.values()].some(
      ({ shown }) => shown.state !== 'failed' && shown.state !== 'ready',
    );
    return !this.#options.store.lasts && (moving || this.#held.size > 0);
  }

  of(scope: string): AttachmentsView {
    const items = [...this.#items.values()].filter(({ record }) => record.scope === scope);
    const filesOf = (message: string | null) =>
      items.filter(({ record }) => record.message === message).map(({ shown }) => shown);
    const held = [...this.#held.values()]
      .filter((message) => message.scope === scope)
      .map(({ id, at, text, quote, canned }): Held => ({
        id,
        scope,
        at,
        text,
        quote,
        canned,
        files: filesOf(id),
      }));
    return { attached: filesOf(null), held };
  }

  /** The scopes that have files, or messages that wait for them. */
  get scopes(): Set<string> {
    const items = [...this.#items.values()].map(({ record }) => record.scope);
    return new Set([...items, ...[...this.#held.values()].map(({ scope }) => scope)]);
  }

  add(scope: string, files: Iterable<File>): void {
    for (const file of files) this.#add(scope, file);
    this.#go();
    this.#changed();
  }

  attach(scope: string, file: FileInfo): void {
    if (this.#items.has(file.id)) return;
    const { id, name, size } = file;
    const record = { ...this.#newRecord(scope, id), name, size, bytes: null, file };
    this.#items.set(id, itemOf(record, null));
    this.#options.store.putFile(record);
    this.#changed();
  }

  copy(scope: string, file: FileInfo, preview?: string): void {
    const { env, store } = this.#options;
    const { id: source, name, size } = file;
    if (this.#composed(scope).some(({ record }) => record.source === source)) return;
    const code = this.#room(scope) ? undefined : ('too_many_files' as const);
    const record = {
      ...this.#newRecord(scope, newFileId(env)),
      ...{ name, size, bytes: null, source, ...(code && { code }) },
    };
    const item = itemOf(record, null);
    if (preview) item.shown = { ...item.shown, preview };
    this.#items.set(record.id, item);
    if (!code) store.putFile(record);
    this.#go();
    this.#changed();
  }

  remove(_scope: string, id: string): void {
    const item = this.#items.get(id);
    if (!item) return;
    this.#drop(item);
    const { message } = item.record;
    if (item.shown.code === undefined || item.shown.state !== 'failed') void this.#cancel(id);
    if (message !== null) this.#flush(item.record.scope);
    this.#go();
    this.#changed();
  }

  retry(id: string): void {
    const item = this.#items.get(id);
    if (item?.shown.state !== 'failed' || !item.shown.again) return;
    this.#fail(item, undefined, false);
    this.#go();
    this.#changed();
  }

  send(scope: string, written: Written): void {
    const { env, store, tabs, owner } = this.#options;
    const items = this.#composed(scope)
      .filter(({ shown }) => shown.state !== 'failed')
      .slice(0, maxFilesOfMessage);
    if (items.length === 0 && isBlank(written.text)) return;
    const id = makeCommandId(env.now(), env.bytes(10));
    const { text, quote, canned } = written;
    const message: StoredMessage = {
      ...{ id, owner, scope, tab: tabs.mine, at: env.now(), text },
      ...(quote !== undefined && { quote }),
      ...(canned && canned.length > 0 && { canned: [...canned] }),
    };
    this.#held.set(id, message);
    for (const item of items) this.#put(item, { ...item.record, message: id });
    if (items.some(({ shown }) => shown.state !== 'ready')) store.putMessage(message);
    this.#flush(scope);
    this.#changed();
  }

  discard(held: string): void {
    const message = this.#held.get(held);
    if (!message) return;
    for (const item of this.#filesOf(held)) {
      this.#drop(item);
      void this.#cancel(item.record.id);
    }
    this.#forget(message);
    this.#flush(message.scope);
    this.#go();
    this.#changed();
  }

  #add(scope: string, file: File): void {
    const { env, store } = this.#options;
    const id = newFileId(env);
    const name = file.name || 'file';
    const code = this.#whyNot(scope, file, name);
    const record = {
      ...this.#newRecord(scope, id),
      name,
      size: file.size,
      bytes: file,
      ...(code && { code }),
    };
    if (code) {
      this.#items.set(id, itemOf(record, null));
      return;
    }
    const small = (this.#options.thumbnail ?? thumbnailOf)(file);
    this.#items.set(id, itemOf(record, small));
    store.putFile(record);
    void this.#preview(id, small);
  }

  #whyNot(scope: string, { size }: File, name: string): Failing | undefined {
    if (extensionOf(name) === null) return 'file_type';
    if (size > maxFileSize) return 'too_large';
    if (size === 0 || Array.from(name).length > maxFileName) return 'bad_request';
    return this.#room(scope) ? undefined : 'too_many_files';
  }

  /** The composer takes another file. */
  #room(scope: string): boolean {
    const others = this.#composed(scope).filter(({ shown }) => shown.state !== 'failed');
    return others.length < maxFilesOfMessage;
  }

  #newRecord(scope: string, id: string) {
    const { env, tabs, owner } = this.#options;
    return { id, owner, scope, tab: tabs.mine, at: env.now(), small: null, message: null };
  }

  /** The records are read again: the tab may have finished some of them. */
  async #takeOver(tab: string): Promise<void> {
    const { store, tabs, owner } = this.#options;
    const { files, messages } = await store.load(owner);
    if (this.#ended) return;
    const taken = messages.filter((message) => message.tab === tab && !this.#held.has(message.id));
    for (const message of taken) {
      this.#held.set(message.id, { ...message, tab: tabs.mine });
      store.putMessage({ ...message, tab: tabs.mine });
    }
    for (const file of files)
      if (file.tab === tab && !this.#items.has(file.id)) this.#takeUp({ ...file, tab: tabs.mine });
    // The files of a message may have been ready, or gone.
    for (const { scope } of taken) this.#flush(scope);
    this.#go();
    this.#changed();
  }

  #takeUp(record: StoredFile): void {
    // Its page closed before the bytes were stored.
    const lost = !hasBytes(record) && !record.file;
    const taken = lost && !record.code ? { ...record, code: 'unreadable' as const } : record;
    const kept = Promise.resolve(taken.small);
    const small = taken.small || !taken.bytes ? kept : (this.#options.thumbnail ?? thumbnailOf)(taken.bytes);
    this.#items.set(record.id, { ...itemOf(taken, small), resumed: true });
    this.#options.store.putFile(taken);
    void this.#preview(record.id, small);
  }

  async #preview(id: string, making: Promise<Blob | null>): Promise<void> {
    const small = await making.catch(() => null);
    const item = this.#items.get(id);
    if (!small || !item || this.#ended) return;
    item.shown = { ...item.shown, preview: URL.createObjectURL(small) };
    this.#put(item, { ...item.record, small });
    this.#changed();
  }

  /** Begins as many uploads as may run. */
  #go(): void {
    if (this.#ended) return;
    const items = [...this.#items.values()];
    let running = items.filter(({ upload }) => upload).length;
    for (const item of items) {
      if (running >= atOnce) return;
      if (item.upload || item.shown.state !== 'waiting' || !hasBytes(item.record)) continue;
      running++;
      void this.#run(item);
    }
  }

  async #run(item: Item): Promise<void> {
    const { env, api } = this.#options;
    const { id, name, source, bytes } = item.record;
    const upload = new Upload({
      ...{ env, api, id, name, source, bytes: bytes ?? new Blob() },
      ...{ small: item.small, resumed: item.resumed },
      moved: (state, sent) => {
        if (item.upload !== upload) return;
        item.shown = { ...item.shown, state, sent };
        this.#changed();
      },
    });
    item.upload = upload;
    const ending = await upload.run();
    if (item.upload !== upload || this.#ended) return;
    delete item.upload;
    if ('file' in ending) this.#ready(item, ending.file);
    else if ('renew' in ending) this.#renew(item);
    else if ('code' in ending) this.#fail(item, ending.code, ending.again);
    this.#go();
    this.#changed();
  }

  #ready(item: Item, file: FileInfo): void {
    item.shown = { ...item.shown, state: 'ready', sent: file.size, file };
    this.#put(item, { ...item.record, bytes: null, file });
    this.#flush(item.record.scope);
  }

  /** The server knows this id as another upload, or as one that has ended: the file is sent under another id. */
  #renew(item: Item): void {
    const { env, store } = this.#options;
    const before = item.record.id;
    const id = newFileId(env);
    // The order of a composer's files is that of the map.
    const items = [...this.#items.values()];
    this.#items.clear();
    item.record = { ...item.record, id };
    item.shown = { ...item.shown, id, state: 'waiting', sent: 0 };
    item.resumed = false;
    for (const each of items) this.#items.set(each.record.id, each);
    store.dropFile(before);
    store.putFile(item.record);
    void this.#cancel(before);
  }

  #fail(item: Item, code: Failing | undefined, again: boolean): void {
    const { code: _, again: __, ...shown } = item.shown;
    item.shown = code ? { ...shown, state: 'failed', code, again } : { ...shown, state: 'waiting' };
    const { code: ___, ...record } = item.record;
    this.#put(item, code ? { ...record, code } : record);
    if (code) this.#flush(item.record.scope);
  }

  /** Sends the messages of a scope whose files are ready, in order. After a failure the sender decides. */
  #flush(scope: string): void {
    if (this.#ended) return;
    for (const message of [...this.#held.values()]) {
      if (message.scope !== scope) continue;
      const items = this.#filesOf(message.id);
      if (items.some(({ shown }) => shown.state === 'failed')) continue;
      if (items.some(({ shown }) => shown.state !== 'ready')) return;
      const { id, at, text, quote, canned } = message;
      const files = items.flatMap(({ shown }) => shown.file ?? []);
      if (files.length > 0 || !isBlank(text))
        this.#options.send(scope, { id, at, text, quote, canned, files });
      for (const item of items) this.#drop(item);
      this.#forget(message);
    }
  }

  #composed(scope: string): Item[] {
    return [...this.#items.values()].filter(
      ({ record }) => record.scope === scope && record.message === null,
    );
  }

  #filesOf(message: string): Item[] {
    return [...this.#items.values()].filter(({ record }) => record.message === message);
  }

  #forget({ id }: StoredMessage): void {
    this.#held.delete(id);
    this.#options.store.dropMessage(id);
  }

  #put(item: Item, record: StoredFile): void {
    item.record = record;
    this.#options.store.putFile(record);
  }

  #drop(item: Item): void {
    const { id } = item.record;
    item.upload?.stop();
    delete item.upload;
    this.#items.delete(id);
    this.#options.store.dropFile(id);
    if (item.shown.preview) URL.revokeObjectURL(item.shown.preview);
  }

  /** Tells the server, as long as this page is open. Otherwise its sweep finds the upload. */
  async #cancel(id: string): Promise<void> {
    const { env, api } = this.#options;
    const pause = new Pause(env, () => undefined);
    this.#ending.add(pause);
    for (let tries = 0; tries < 5 && !this.#ended; tries++) {
      const answer = await api.cancel(id);
      if ('ok' in answer || ('refused' in answer && answer.refused !== 'unavailable')) break;
      await pause.wait();
    }
    this.#ending.delete(pause);
  }

  #changed(): void {
    if (!this.#ended) this.#options.changed();
  }
}
