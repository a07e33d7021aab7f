/** A server of uploads on paper (FIL-1 to FIL-11), a line to it that loses calls and answers, and a clock. */
import { createHash } from 'node:crypto';
import { lengthOf, maxFileSize, missing, partSize } from '#domain/files/parts';
import type { FileInfo, Upload, UploadBody } from '#protocol';
import type { Environment } from '../../widget/client/environment.ts';
import type { Tabs } from '../../widget/client/tabs.ts';
import type { UploadsApi } from '../../widget/client/uploads-api.ts';
import type { Answer } from '../../widget/client/visitor-api.ts';

/** The fate of a call. `deaf`: it never arrives. `mute`: it takes effect, and its answer is lost. */
export type Fate = 'ok' | 'deaf' | 'mute' | 'slow_down' | 'unavailable';

interface Stored {
  readonly body: UploadBody;
  readonly parts: Map<number, Uint8Array>;
  whole: boolean;
}

export class PaperFiles {
  readonly uploads = new Map<string, Stored>();
  readonly cancelled = new Set<string>();
  /** The files of canned responses. */
  readonly canned = new Map<string, FileInfo>();
  /** Parts on their way now, by upload; and the highest numbers seen. */
  readonly #inFlight = new Map<string, number>();
  most = { uploads: 0, parts: 0 };

  /** A client's line to it. `fate` decides each call. */
  line(fate: () => Fate): UploadsApi {
    const call = async <T>(act: () => Answer<T>): Promise<Answer<T>> => {
      const told = fate();
      if (told === 'deaf') return { lost: true };
      if (told === 'slow_down' || told === 'unavailable')
        return { refused: told, message: '', ...(told === 'slow_down' && { retryAfter: 1_000 }) };
      const answer = act();
      return told === 'mute' ? { lost: true } : answer;
    };
    return {
      begin: (body) => call(() => this.#begin(body)),
      part: async (id, part, blob, { progress }) => {
        const running = (this.#inFlight.get(id) ?? 0) + 1;
        this.#inFlight.set(id, running);
        this.most.parts = Math.max(this.most.parts, running);
        this.most.uploads = Math.max(this.most.uploads, this.#inFlight.size);
        const bytes = new Uint8Array(await blob.arrayBuffer());
        progress(bytes.length);
        const answer = await call(() => this.#part(id, part, bytes));
        if (running > 1) this.#inFlight.set(id, running - 1);
        else this.#inFlight.delete(id);
        return answer;
      },
      copy: (source, id) => call(() => this.#copy(source, id)),
      thumbnail: (id) => call(() => this.#found(id)),
      complete: (id) => call(() => this.#complete(id)),
      cancel: (id) =>
        call(() => {
          this.uploads.delete(id);
          this.cancelled.add(id);
          return { ok: {} };
        }),
    };
  }

  bytesOf(id: string): Uint8Array {
    const { parts } = this.uploads.get(id) ?? { parts: new Map<number, Uint8Array>() };
    return Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
  }

  #begin(body: UploadBody): Answer<Upload> {
    if (body.size > maxFileSize) return { refused: 'too_large', message: '' };
    if (this.cancelled.has(body.id)) return { refused: 'id_reused', message: '' };
    const known = this.uploads.get(body.id);
    if (known && (known.body.name !== body.name || known.body.size !== body.size))
      return { refused: 'id_reused', message: '' };
    if (!known) this.uploads.set(body.id, { body, parts: new Map(), whole: false });
    return this.#found(body.id);
  }

  #copy(source: string, id: string): Answer<Upload> {
    const canned = this.canned.get(source);
    if (!canned) return { refused: 'not_found', message: '' };
    if (this.cancelled.has(id)) return { refused: 'id_reused', message: '' };
    const body = { id, name: canned.name, size: canned.size };
    this.uploads.set(id, { body, parts: new Map(), whole: true });
    return this.#found(id);
  }

  #part(id: string, part: number, bytes: Uint8Array): Answer<Upload> {
    const upload = this.uploads.get(id);
    if (!upload) return { refused: 'not_found', message: '' };
    if (bytes.length !== lengthOf(part, upload.body.size)) return { refused: 'bad_request', message: '' };
    upload.parts.set(part, bytes);
    return this.#found(id);
  }

  #complete(id: string): Answer<Upload> {
    const upload = this.uploads.get(id);
    if (!upload) return { refused: 'not_found', message: '' };
    if (missing(upload.body.size, new Set(upload.parts.keys())).length > 0)
      return { refused: 'conflict', message: '' };
    // A content that its name does not fit, as the tests write it.
    if (upload.body.name.startsWith('fake')) {
      this.uploads.delete(id);
      return { refused: 'file_type', message: '' };
    }
    upload.whole = true;
    return this.#found(id);
  }

  #found(id: string): Answer<Upload> {
    const upload = this.uploads.get(id);
    if (!upload) return { refused: 'not_found', message: '' };
    const { body, parts, whole } = upload;
    const stored = [...parts.keys()].sort((a, b) => a - b);
    const file: FileInfo = { id, name: body.name, type: 'pdf', size: body.size, sha256: 'of the content' };
    return {
      ok: {
        id,
        size: body.size,
        partSize,
        stored,
        sums: stored.map((part) => sumOf(parts.get(part))),
        ...(whole && { file }),
      },
    };
  }
}

const sumOf = (bytes: Uint8Array = new Uint8Array()) => createHash('sha256').update(bytes).digest('hex');

/** A clock that runs only when it is told to. */
export class PaperClock {
  #now = 1_000_000;
  readonly #tasks = new Set<{ readonly at: number; readonly task: () => void }>();

  readonly env: Environment = {
    connect: () => {
      throw new Error('no socket is needed');
    },
    now: () => this.#now,
    random: () => 0.5,
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    after: (delay, task) => {
      const planned = { at: this.#now + delay, task };
      this.#tasks.add(planned);
      return () => void this.#tasks.delete(planned);
    },
    onWake: () => () => undefined,
  };

  /** Lets everything happen that needs no timer, and goes on to the next one; false if there is none. */
  async step(): Promise<boolean> {
    // Reading a file and its digest take turns of the real clock.
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    const [next] = [...this.#tasks].sort((a, b) => a.at - b.at);
    if (!next) return false;
    this.#tasks.delete(next);
    this.#now = Math.max(this.#now, next.at);
    next.task();
    return true;
  }
}

/** The tabs of a browser on paper. */
export class PaperTabs {
  readonly #open = new Set<string>();
  readonly #waiting: { readonly tab: string; readonly work: () => Promise<void> }[] = [];
  #count = 0;

  open(): Tabs {
    const mine = `tab ${++this.#count}`;
    this.#open.add(mine);
    return {
      mine,
      afterwards: (tab, work) => {
        if (tab === mine) return;
        if (this.#open.has(tab)) this.#waiting.push({ tab, work });
        else void work();
      },
      end: () => this.close(mine),
    };
  }

  close(tab: string): void {
    if (!this.#open.delete(tab)) return;
    for (const { tab: awaited, work } of this.#waiting.splice(0)) {
      if (awaited === tab) void work();
      else this.#waiting.push({ tab: awaited, work });
    }
  }
}
