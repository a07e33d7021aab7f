/** The files of a response in its editor: the stored ones, and uploads of this visit. */
import type { Attached } from '#client/attaching';
import { Attachments } from '#client/attachments';
import { platform } from '#client/environment';
import { memoryStore } from '#client/upload-store';
import { maxFilesOfResponse, type FileInfo } from '#protocol';
import { cannedThumbnail } from '$lib/files/addresses.ts';
import { uploadsApi } from '$lib/files/uploads-api.ts';
import type { Editing } from './editing.svelte.ts';

export class ResponseFiles {
  /** More files were chosen than a response can have. */
  tooMany = $state(false);
  #uploads = $state.raw<readonly Attached[]>([]);
  readonly shown: readonly Attached[] = $derived.by(() => [
    ...this.#editing.files.map((file) => this.#attached(file)),
    ...this.#uploads.filter(({ state }) => state !== 'ready'),
  ]);
  readonly #editing: Editing;
  readonly #attachments: Attachments;
  /** Uploads that the response has got. */
  readonly #taken = new Set<string>();

  constructor(editing: Editing, user: string) {
    this.#editing = editing;
    this.#attachments = new Attachments({
      ...{ env: platform(), api: uploadsApi, store: memoryStore(), owner: user },
      // Uploads end with the visit: another tab has none to take over.
      tabs: { mine: editing.id, afterwards: () => undefined, end: () => undefined },
      send: () => undefined,
      changed: () => this.#changed(),
    });
    this.#copy(editing.copies);
  }

  /** Uploads files, as many as the response has room for. */
  add(files: Iterable<File>): void {
    const chosen = [...files];
    const room = maxFilesOfResponse - this.#count;
    this.tooMany = chosen.length > room;
    this.#attachments.add(this.#editing.id, chosen.slice(0, room));
  }

  remove(id: string): void {
    this.tooMany = false;
    const { files } = this.#editing;
    if (files.some((file) => file.id === id)) {
      this.#editing.attach(files.filter((file) => file.id !== id));
      void this.#editing.flush();
    } else this.#attachments.remove(this.#editing.id, id);
  }

  retry(id: string): void {
    this.#attachments.retry(id);
  }

  /** True if the account has this file, so that it can be read. */
  stored(id: string): boolean {
    return this.#editing.stored?.files?.some((file) => file.id === id) ?? false;
  }

  end(): void {
    this.#attachments.end();
    this.#editing.uploading = false;
  }

  #copy(files: readonly FileInfo[]): void {
    for (const file of files) this.#attachments.copy(this.#editing.id, file, cannedThumbnail(file));
  }

  get #count(): number {
    return this.shown.filter(({ state }) => state !== 'failed').length;
  }

  #attached(file: FileInfo): Attached {
    const { id, name, size, type } = file;
    const uploaded = this.#uploads.find((upload) => upload.id === id);
    const preview = uploaded?.preview ?? (this.stored(id) ? cannedThumbnail(file) : undefined);
    return { id, name, size, type, state: 'ready', sent: size, file, preview };
  }

  #changed(): void {
    const editing = this.#editing;
    this.#uploads = this.#attachments.of(editing.id).attached;
    const fresh = this.#uploads.flatMap(({ id, file }) => (file && !this.#taken.has(id) ? file : []));
    for (const { id } of fresh) this.#taken.add(id);
    if (fresh.length > 0) editing.attach([...editing.files, ...fresh]);
    editing.uploading = this.#uploads.some(({ state }) => state !== 'ready' && state !== 'failed');
    if (fresh.length > 0) void editing.flush();
  }
}
