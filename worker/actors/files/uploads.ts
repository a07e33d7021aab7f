/**
 * The uploads of one sender, an agent or a visitor: which parts are stored, which file is whole, which message has it.
 * R2 can list neither uploads nor parts, so this is their only record. It knows no HTTP: the Worker moves the bytes.
 */
import * as pace from '#domain/base/bucket';
import { thumbnailKey } from '#domain/files/names';
import { lengthOf, missing, partSize } from '#domain/files/parts';
import {
  isRefusal,
  refuse,
  type FileExtension,
  type FileInfo,
  type Refusal,
  type Upload,
  type UploadBody,
} from '#protocol';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host } from '../../runtime/host.ts';
import { report } from '../../runtime/report.ts';
import type {
  ClaimedFile,
  Copying,
  Holding,
  Joined,
  Joining,
  PartTicket,
  SmallImage,
  StoredPart,
} from '../contracts/files.ts';
import { Attempts } from './attempts.ts';
import type { Row } from './storage.ts';
import { fileOf, smallOf, UploadRows, viewOf } from './upload-rows.ts';

export interface UploadEnds {
  readonly bucket: R2Bucket;
  /** The account, or why this sender may send no files now. */
  account(): string | Refusal;
  /** The most files and bytes of a day; null: no limit of their own. */
  readonly ofDay: { readonly files: number; readonly bytes: number } | null;
  /** Asks a conversation for one of this sender's messages. */
  holds(conversation: string, command: string): Promise<Holding>;
  /** True if the sender still needs a complete upload that is in no message. */
  isKept(file: string): boolean;
  /** Uploads have changed: the alarm may be due earlier. */
  changed(): void;
}

/** Uploads of a sender that are not joined yet (FIL-9). */
const atOnce = 2;
/** An upload that was not used for this long gives way to another, in milliseconds. */
const idle = 600_000;
/** Parts arrive at this pace: so many a second, so many at once, of 1 MiB each. */
const [rate, burst, unit] = [32, 512, 1_048_576];
/** Requests about uploads: so many a second, so many at once. */
const [requests, requestsAtOnce] = [5, 100];
/** How many uploads one run of the sweep looks at. */
const sweptAtOnce = 50;

export class Uploads implements Duty {
  readonly name = 'uploads';
  readonly #host: Host;
  readonly #ends: UploadEnds;
  readonly #rows: UploadRows;
  readonly #attempts: Attempts;
  /** Lost on hibernation, in the sender's favour. */
  #bytes: pace.Bucket;
  #requests: pace.Bucket;

  constructor(host: Host, ends: UploadEnds) {
    this.#host = host;
    this.#ends = ends;
    this.#rows = new UploadRows(host.sql, () => host.now());
    this.#attempts = new Attempts(() => host.now());
    this.#bytes = pace.fill(burst, host.now());
    this.#requests = pace.fill(requestsAtOnce, host.now());
  }

  async begin(body: UploadBody & { readonly extension: FileExtension }): Promise<Upload | Refusal> {
    const refusal = this.#request();
    if (refusal) return refusal;
    const account = this.#ends.account();
    if (isRefusal(account)) return account;
    const { id, name, size, extension } = body;
    const known = this.#rows.get(id);
    if (known && (known.state === 'gone' || known.name !== name || known.size !== size))
      return refuse('id_reused');
    if (!known) {
      const full = this.#room(size);
      if (full) return full;
      const key = `files/${account}/${secretName(this.#host)}`;
      this.#rows.insert({ id, key, name, extension, size });
      this.#ends.changed();
    }
    return this.#opened(id);
  }

  view(id: string): Upload | Refusal {
    return this.#request() ?? this.#view(id);
  }

  /** Admits a part: FIL-9 allows one of an upload at a time. An upload, if the part is stored already. */
  async partBegins(id: string, part: number): Promise<PartTicket | Upload | Refusal> {
    const account = this.#ends.account();
    if (isRefusal(account)) return account;
    const opened = await this.#opened(id);
    if (isRefusal(opened)) return opened;
    const row = this.#rows.live(id);
    const length = row && lengthOf(part, row.size);
    if (!row || !length) return refuse('not_found');
    if (row.state !== 'sending' || row.upload === null || opened.stored.includes(part))
      return this.#request() ?? opened;
    const cost = length / unit;
    const taken = pace.take(this.#bytes, rate, burst, this.#host.now());
    this.#bytes = taken.wait > 0 ? taken.bucket : pace.charge(taken.bucket, cost - 1);
    if (taken.wait > 0) return refuse('slow_down', { retryAfter: taken.wait });
    const ticket = this.#attempts.begin(id, part);
    if (isRefusal(ticket)) return ticket;
    return { ticket, key: row.key, upload: row.upload, length, extension: row.extension };
  }

  partEnds(id: string, part: number, ticket: string, stored: StoredPart | null): Upload | Refusal {
    this.#attempts.end(id, ticket, stored !== null);
    const row = this.#rows.live(id);
    if (!row) return refuse('not_found');
    if (stored && row.state === 'sending') {
      const known = this.#rows.parts(id).some(({ number }) => number === part);
      // Two attempts overlapped, and R2 has one of them: which one, nobody knows. The client sends the part again.
      if (known) this.#rows.dropPart(id, part);
      else this.#rows.addPart(row, part, stored);
    }
    return this.#view(id);
  }

  async refuseContent(id: string): Promise<Refusal> {
    const row = this.#rows.get(id);
    if (row?.state === 'sending') await this.#drop(row);
    return refuse('file_type');
  }

  /** The parts to join. A second attempt has to wait: each reads the whole file. */
  joins(id: string): Joining | Upload | Refusal {
    const refusal = this.#request();
    if (refusal) return refusal;
    const row = this.#rows.live(id);
    if (!row) return refuse('not_found');
    if (row.state !== 'sending') return this.#view(id);
    const parts = this.#rows.parts(id);
    const absent = missing(row.size, new Set(parts.map(({ number }) => number)));
    if (row.upload === null || absent.length > 0) return refuse('conflict', { field: 'parts' });
    const busy = this.#attempts.join(id);
    if (busy) return busy;
    const { key, upload, extension, size } = row;
    return {
      key,
      upload,
      extension,
      size,
      parts: parts.map(({ number, etag }) => ({ partNumber: number, etag })),
    };
  }

  async joined(id: string, result: Joined): Promise<Upload | Refusal> {
    this.#attempts.joined(id);
    const row = this.#rows.get(id);
    if (row?.state === 'gone') await this.#drop(row);
    if (row?.state !== 'sending') return this.#view(id);
    if (result === 'file_type') return this.refuseContent(id);
    if (result === 'failed') return refuse('unavailable');
    if (result === 'parts') return this.#beginsAgain(row);
    this.#rows.becomesWhole(id, result);
    return this.#view(id);
  }

  async setThumbnail(id: string, image: SmallImage, bytes: Uint8Array): Promise<Upload | Refusal> {
    const refusal = this.#request();
    if (refusal) return refusal;
    const row = this.#rows.live(id);
    if (!row) return refuse('not_found');
    if (row.state !== 'sending' && row.state !== 'whole') return this.#view(id);
    const failed = await this.#r2(() => this.#ends.bucket.put(thumbnailKey(row.key), bytes));
    if (failed) return failed;
    const now = this.#rows.get(id);
    if (now?.state === 'sending' || now?.state === 'whole') this.#rows.setSmall(id, image);
    // It was cancelled meanwhile, and may have been cleaned before the image arrived.
    else if (now?.state === 'gone') await this.#drop(now);
    // A message was faster, and shows no thumbnail.
    else if (now?.small === null) await this.#r2(() => this.#ends.bucket.delete(thumbnailKey(row.key)));
    return this.#view(id);
  }

  async cancel(id: string): Promise<Refusal | null> {
    const refusal = this.#request();
    if (refusal) return refusal;
    const row = this.#rows.live(id);
    if (!row) return null;
    if (row.state === 'claimed' || row.state === 'sent') return refuse('conflict');
    await this.#drop(row);
    return null;
  }

  /** Why a message cannot have these files; null if it can. */
  whyNot(files: readonly string[]): Refusal | null {
    const fit = files.every((id) => ['whole', 'claimed'].includes(this.#rows.get(id)?.state ?? ''));
    return fit ? null : refuse('not_found', { field: 'files' });
  }

  /** Those of these uploads that are complete and in no message, in this order. */
  sendable(files: readonly string[]): FileInfo[] {
    return files.flatMap((id) => {
      const row = this.#rows.get(id);
      return (row?.state === 'whole' && fileOf(row)) || [];
    });
  }

  /** A complete upload that is in no message. */
  whole(id: string): ClaimedFile | Refusal {
    const row = this.#rows.get(id);
    const info = row?.state === 'whole' ? fileOf(row) : undefined;
    const small = row && smallOf(row)?.type;
    return row && info ? { info, key: row.key, ...(small && { small }) } : refuse('not_found');
  }

  /** Begins an upload whose content the Worker copies from a file that was checked before; the key of the copy. */
  beginCopy({ id, info }: Copying): { key: string } | Upload | Refusal {
    const refusal = this.#request();
    if (refusal) return refusal;
    const account = this.#ends.account();
    if (isRefusal(account)) return account;
    const { name, size, type: extension } = info;
    const known = this.#rows.get(id);
    if (
      known &&
      (known.state === 'gone' || known.name !== name || known.size !== size || known.upload !== null)
    )
      return refuse('id_reused');
    if (known && known.state !== 'sending') return this.#view(id);
    const key = known?.key ?? `files/${account}/${secretName(this.#host)}`;
    if (!known) this.#rows.insert({ id, key, name, extension, size });
    this.#ends.changed();
    return { key };
  }

  /** The content is there, and its thumbnail, if it has one. */
  async copied({ id, info, small }: Copying): Promise<Upload | Refusal> {
    const { sha256, width, height, thumbnail } = info;
    if (small && thumbnail && this.#rows.get(id)?.state === 'sending')
      this.#rows.setSmall(id, { type: small, ...thumbnail });
    return this.joined(id, { sha256, ...(width && height && { width, height }) });
  }

  /** The 24 hours of these uploads begin anew (FIL-22). */
  used(files: readonly string[]): void {
    for (const id of files) this.#rows.postpone(id);
    this.#ends.changed();
  }

  /** Synchronous, so that two messages cannot both get a file. */
  claim(files: readonly string[], conversation: string, command: string): ClaimedFile[] | Refusal {
    const rows = files.map((id) => this.#rows.get(id));
    const claimed = rows.flatMap((row) => {
      const info = row && fileOf(row);
      const own = row?.conversation === conversation && row.command === command;
      const fits = row?.state === 'whole' || (own && (row.state === 'claimed' || row.state === 'sent'));
      const small = row && smallOf(row)?.type;
      return info && fits ? [{ info, key: row.key, ...(small && { small }) }] : [];
    });
    if (claimed.length !== files.length) return refuse('not_found', { field: 'files' });
    for (const row of rows)
      if (row && row.state !== 'sent') this.#rows.becomesClaimed(row.id, conversation, command);
    this.#ends.changed();
    return claimed;
  }

  settle(conversation: string, command: string, written: boolean): void {
    this.#rows.settle(conversation, command, written ? 'sent' : 'whole');
    this.#ends.changed();
  }

  next(): number | null {
    return this.#rows.nextDue;
  }

  /** The sweep. Each step may be repeated, and one that fails holds up no other. */
  async run(now: number): Promise<void> {
    const swept = await Promise.allSettled(this.#rows.due(now, sweptAtOnce).map((row) => this.#sweep(row)));
    const failed = swept.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #sweep(row: Row): Promise<void> {
    switch (row.state) {
      case 'sent':
        return this.#rows.remove(row.id);
      case 'claimed': {
        const { conversation, command } = row;
        if (conversation === null || command === null) return;
        const holding = await this.#ends.holds(conversation, command);
        const to = { written: 'sent', absent: 'whole', pending: 'claimed' } as const;
        // It was claimed again while the conversation was asked about the claim before.
        if (this.#rows.get(row.id)?.due_at !== row.due_at) return;
        return this.#rows.settle(conversation, command, to[holding]);
      }
      case 'sending':
      case 'whole':
        if (row.state === 'whole' && this.#ends.isKept(row.id)) return this.#rows.postpone(row.id);
        this.#rows.becomesGone(row);
        return this.#clean(row);
      case 'gone':
        return this.#clean(row);
    }
  }

  /** Marks an upload as deleted, and tries to delete it; what fails is left to the sweep. */
  async #drop(row: Row): Promise<void> {
    this.#rows.becomesGone(row);
    this.#ends.changed();
    await this.#clean(row).catch((error: unknown) => report('file_not_deleted', error));
    this.#ends.changed();
  }

  /** The abort comes first: after it R2 joins nothing any more, so the object that is deleted is the last one. */
  async #clean({ id, key, upload }: Row): Promise<void> {
    const { bucket } = this.#ends;
    if (upload !== null) await bucket.resumeMultipartUpload(key, upload).abort();
    await bucket.delete([key, thumbnailKey(key)]);
    const row = this.#rows.get(id);
    if (row?.state === 'gone') this.#rows.becomesCleaned(row);
  }

  /** R2 has other parts than were recorded, after a crash in between: all are sent again, to another upload. */
  async #beginsAgain({ id, key, upload }: Row): Promise<Refusal> {
    if (upload === null) return refuse('conflict', { field: 'parts' });
    const failed = await this.#r2(() => this.#ends.bucket.resumeMultipartUpload(key, upload).abort());
    if (!failed && this.#rows.get(id)?.upload === upload) this.#rows.forgetUpload(id);
    return failed ?? refuse('conflict', { field: 'parts' });
  }

  /** Begins it in R2, if that is not done: an earlier call may have failed in between. */
  async #opened(id: string): Promise<Upload | Refusal> {
    const row = this.#rows.live(id);
    if (row?.state !== 'sending' || row.upload !== null) return this.#view(id);
    const { bucket } = this.#ends;
    const begun = await this.#r2(async () => {
      const { uploadId } = await bucket.createMultipartUpload(row.key);
      const now = this.#rows.get(id);
      if (now?.state === 'sending' && now.upload === null) this.#rows.setUpload(id, uploadId);
      // Another call was first, or it was cancelled.
      else await bucket.resumeMultipartUpload(row.key, uploadId).abort();
    });
    return begun ?? this.#view(id);
  }

  #room(size: number): Refusal | null {
    const sending = this.#rows.sending();
    const stale = sending.find(({ used_at }) => used_at + idle <= this.#host.now());
    if (sending.length >= atOnce && !stale) return refuse('slow_down', { retryAfter: 2_000 });
    const { ofDay } = this.#ends;
    const { files, bytes } = this.#rows.today();
    if (ofDay && (files >= ofDay.files || bytes + size > ofDay.bytes)) return refuse('file_quota');
    if (sending.length >= atOnce && stale) this.#host.background(this.#drop(stale));
    return null;
  }

  #view(id: string): Upload | Refusal {
    const row = this.#rows.live(id);
    return row ? viewOf(row, this.#rows.parts(id), partSize) : refuse('not_found');
  }

  #request(): Refusal | null {
    const account = this.#ends.account();
    if (isRefusal(account)) return account;
    const taken = pace.take(this.#requests, requests, requestsAtOnce, this.#host.now());
    this.#requests = taken.bucket;
    return taken.wait > 0 ? refuse('slow_down', { retryAfter: taken.wait }) : null;
  }

  async #r2(work: () => Promise<unknown>): Promise<Refusal | null> {
    try {
      await work();
      return null;
    } catch (error) {
      report('r2_failed', error);
      return refuse('unavailable');
    }
  }
}

/** 160 random bits. */
function secretName(host: Host): string {
  return [...host.bytes(20)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
