/** One upload: it goes on after every loss until the server has the file, or refuses it for good (FIL-2 to FIL-5). */
import { lengthOf, missing, partSize } from '#domain/files/parts';
import { isTransient, type FileInfo, type Upload as Stored } from '#protocol';
import type { Failing } from './attaching.ts';
import type { Environment } from './environment.ts';
import { Pause } from './pause.ts';
import type { UploadsApi } from './uploads-api.ts';
import type { Answer, Failure } from './visitor-api.ts';

/** How an upload ended. `again`: another try may help. `renew`: its id is used up, so that it needs another one. */
export type Ending =
  | { readonly file: FileInfo }
  | { readonly code: Failing; readonly again: boolean }
  | { readonly renew: true }
  | { readonly stopped: true };

export interface UploadOptions {
  readonly env: Environment;
  readonly api: UploadsApi;
  readonly id: string;
  readonly name: string;
  readonly bytes: Blob;
  /** The server copies this file instead. */
  readonly source: string | undefined;
  readonly small: Promise<Blob | null>;
  /** An earlier page began it, maybe with another file of this name. */
  readonly resumed: boolean;
  /** `waiting`: for the network. */
  moved(state: 'waiting' | 'sending' | 'checking', sent: number): void;
}

/** A line that is cut again and again without any progress is not tried at once; milliseconds. */
const briefly = 1_000;

export class Upload {
  readonly #options: UploadOptions;
  readonly #pause: Pause;
  readonly #abort = new AbortController();
  #verified: boolean;
  #thumbnailSent = false;
  #arrived = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
    this.#verified = !options.resumed;
    this.#pause = new Pause(options.env, () => options.moved('waiting', this.#arrived));
  }

  /** Ends it here: no request follows. */
  stop(): void {
    this.#abort.abort();
    this.#pause.cancel();
  }

  async run(): Promise<Ending> {
    const { api, id, name, bytes, source } = this.#options;
    while (!this.#stopped) {
      const begun = source
        ? ((await api.copy?.(source, id)) ?? { refused: 'not_found', message: '' })
        : await api.begin({ id, name, size: bytes.size });
      const step = 'ok' in begun ? await this.#goOn(begun.ok) : await this.#after(begun);
      if (step) return this.#stopped ? { stopped: true } : step;
    }
    return { stopped: true };
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Sends what is missing. Null: it is to be looked at again. */
  async #goOn(stored: Stored): Promise<Ending | null> {
    const { api, id } = this.#options;
    if (stored.file) return { file: stored.file };
    this.#arrived = arrivedOf(stored);
    this.#options.moved('sending', this.#arrived);
    try {
      if (!(await this.#isSame(stored))) return { renew: true };
      for (const part of missing(stored.size, new Set(stored.stored))) {
        const sent = await this.#sendPart(part);
        if (!('ok' in sent)) return await this.#after(sent);
        this.#pause.over();
      }
    } catch {
      return { code: 'unreadable', again: false };
    }
    const small = await this.#sendThumbnail();
    if (small) return this.#after(small);
    if (this.#stopped) return null;
    this.#options.moved('checking', this.#arrived);
    const completed = await api.complete(id);
    if (!('ok' in completed)) return this.#after(completed);
    return completed.ok.file ? { file: completed.ok.file } : null;
  }

  async #sendPart(part: number): Promise<Answer<Stored>> {
    const { api, id, bytes } = this.#options;
    const length = lengthOf(part, bytes.size) ?? 0;
    const slice = bytes.slice((part - 1) * partSize, (part - 1) * partSize + length);
    // A file that was changed or removed on the disk fails here, and not as a lost line.
    const read = new Blob([await slice.arrayBuffer()]);
    if (this.#stopped) return { lost: true };
    const progress = (sent: number) => this.#options.moved('sending', this.#arrived + Math.min(sent, length));
    const answer = await api.part(id, part, read, { progress, signal: this.#abort.signal });
    if ('ok' in answer) this.#arrived = arrivedOf(answer.ok);
    this.#options.moved('sending', this.#arrived);
    return answer;
  }

  /** Without it the file is sent all the same: only a lost line is a reason to come back. */
  async #sendThumbnail(): Promise<Failure | null> {
    if (this.#thumbnailSent) return null;
    const { api, id, small } = this.#options;
    const image = await small;
    if (!image || this.#stopped) return null;
    const answer = await api.thumbnail(id, image);
    if (!('ok' in answer) && ('lost' in answer || isTransient(answer.refused))) return answer;
    this.#thumbnailSent = true;
    return null;
  }

  /** Compares the parts that an earlier page sent with this file. */
  async #isSame({ stored, sums, size }: Stored): Promise<boolean> {
    if (this.#verified) return true;
    const { bytes } = this.#options;
    if (size !== bytes.size) return false;
    for (const [index, part] of stored.entries()) {
      const start = (part - 1) * partSize;
      const slice = bytes.slice(start, start + (lengthOf(part, size) ?? 0));
      if ((await sumOf(slice)) !== sums[index]) return false;
    }
    this.#verified = true;
    return true;
  }

  /** After a request that failed: waits, or ends. */
  async #after(failure: Failure): Promise<Ending | null> {
    if (this.#stopped) return null;
    if ('lost' in failure) await this.#pause.wait();
    else if (failure.refused === 'id_reused') return { renew: true };
    else if (isTransient(failure.refused)) await this.#pause.wait(failure.retryAfter ?? 0);
    // The response has lost this file meanwhile.
    else if (this.#options.source && failure.refused === 'not_found')
      return { code: 'not_found', again: false };
    // A part is missing after all, or the upload has ended: the next look says which.
    else if (failure.refused === 'conflict' || failure.refused === 'not_found')
      await this.#pause.wait(briefly);
    else
      return {
        code: failure.refused,
        again: failure.refused !== 'file_type' && failure.refused !== 'too_large',
      };
    return null;
  }
}

function arrivedOf({ stored, size }: Stored): number {
  return stored.reduce((sum, part) => sum + (lengthOf(part, size) ?? 0), 0);
}

async function sumOf(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
