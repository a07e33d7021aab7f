/** The part of a sender's RPC that concerns files, the same for a Visitor and an Agent. */
import { refuse, type FileExtension, type Refusal, type Upload, type UploadBody } from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import type {
  ClaimedFile,
  Copying,
  FileSender,
  Joined,
  Joining,
  PartTicket,
  SmallImage,
  StoredPart,
} from '../contracts/files.ts';
import type { Env } from '../env.ts';
import type { Uploads } from './uploads.ts';

/** The answer of an object with an invented name, which stores nothing. */
const nobody = () => refuse('signed_out');

export abstract class Sender extends DurableObject<Env> implements FileSender {
  /** Undefined for an object that stores nothing. */
  protected abstract uploads(): Uploads | undefined;

  async beginUpload(body: UploadBody & { readonly extension: FileExtension }): Promise<Upload | Refusal> {
    return (await this.uploads()?.begin(body)) ?? nobody();
  }

  upload(file: string): Upload | Refusal {
    return this.uploads()?.view(file) ?? nobody();
  }

  async partBegins(file: string, part: number): Promise<PartTicket | Upload | Refusal> {
    return (await this.uploads()?.partBegins(file, part)) ?? nobody();
  }

  partEnds(file: string, part: number, ticket: string, stored: StoredPart | null): Upload | Refusal {
    return this.uploads()?.partEnds(file, part, ticket, stored) ?? nobody();
  }

  async refuseContent(file: string): Promise<Refusal> {
    return (await this.uploads()?.refuseContent(file)) ?? nobody();
  }

  joins(file: string): Joining | Upload | Refusal {
    return this.uploads()?.joins(file) ?? nobody();
  }

  async joined(file: string, result: Joined): Promise<Upload | Refusal> {
    return (await this.uploads()?.joined(file, result)) ?? nobody();
  }

  async setThumbnail(file: string, image: SmallImage, bytes: Uint8Array): Promise<Upload | Refusal> {
    return (await this.uploads()?.setThumbnail(file, image, bytes)) ?? nobody();
  }

  async cancelUpload(file: string): Promise<Refusal | null> {
    const uploads = this.uploads();
    return uploads ? uploads.cancel(file) : nobody();
  }

  wholeUpload(file: string): ClaimedFile | Refusal {
    return this.uploads()?.whole(file) ?? nobody();
  }

  beginCopy(copying: Copying): { key: string } | Upload | Refusal {
    return this.uploads()?.beginCopy(copying) ?? nobody();
  }

  async copied(copying: Copying): Promise<Upload | Refusal> {
    return (await this.uploads()?.copied(copying)) ?? nobody();
  }

  claimFiles(files: readonly string[], conversation: string, command: string): ClaimedFile[] | Refusal {
    return this.uploads()?.claim(files, conversation, command) ?? nobody();
  }

  settleClaim(conversation: string, command: string, written: boolean): void {
    this.uploads()?.settle(conversation, command, written);
  }
}
