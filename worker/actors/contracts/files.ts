/** The RPC interface of senders of files (Visitor and Agent), and the shapes that cross it. */
import type { FileExtension, FileInfo, Refusal, Upload, UploadBody } from '#protocol';

/** Permission to store one part now. */
export interface PartTicket {
  /** Names this attempt. */
  readonly ticket: string;
  readonly key: string;
  /** R2's id of the multipart upload. */
  readonly upload: string;
  /** The bytes that the part must have. */
  readonly length: number;
  readonly extension: FileExtension;
}

/** A part as R2 has stored it. */
export interface StoredPart {
  readonly etag: string;
  readonly sha256: string;
}

/** An upload with all its parts, to be joined and checked. */
export interface Joining extends Pick<PartTicket, 'key' | 'upload' | 'extension'> {
  readonly size: number;
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
}

/** The result of joining: what the content proves; it proves another type; R2 has other parts; R2 failed. */
export type Joined = Pick<FileInfo, 'sha256' | 'width' | 'height'> | 'file_type' | 'parts' | 'failed';

/** A thumbnail that was checked. */
export interface SmallImage {
  readonly type: 'image/jpeg' | 'image/png';
  readonly width: number;
  readonly height: number;
}

/** A file that a message may have. The key is R2's, and never leaves the server. */
export interface ClaimedFile {
  readonly info: FileInfo;
  readonly key: string;
  /** The media type of its thumbnail. */
  readonly small?: SmallImage['type'];
}

/** A file that is copied to an upload with this id. */
export interface Copying extends Omit<ClaimedFile, 'key'> {
  readonly id: string;
}

/** Whether a conversation has a message: `pending`, it is about to decide. */
export type Holding = 'written' | 'pending' | 'absent';

export interface FileSender {
  /** Begins an upload, or returns the one that has this id already. */
  beginUpload(body: UploadBody & { readonly extension: FileExtension }): Promise<Upload | Refusal>;
  upload(file: string): Upload | Refusal;
  /** Admits a part; an upload, if the part is stored already. */
  partBegins(file: string, part: number): Promise<PartTicket | Upload | Refusal>;
  /** The attempt has ended; null: without a stored part. */
  partEnds(file: string, part: number, ticket: string, stored: StoredPart | null): Upload | Refusal;
  /** The content disproves the name: deletes the upload. */
  refuseContent(file: string): Promise<Refusal>;
  /** The parts to join; an upload, if it is whole already. */
  joins(file: string): Joining | Upload | Refusal;
  joined(file: string, result: Joined): Promise<Upload | Refusal>;
  setThumbnail(file: string, image: SmallImage, bytes: Uint8Array): Promise<Upload | Refusal>;
  /** Deletes an upload that is in no message. Safe to repeat. */
  cancelUpload(file: string): Promise<Refusal | null>;
  /** A complete upload that is in no message, to be copied. */
  wholeUpload(file: string): ClaimedFile | Refusal;
  /** Begins an upload that is copied from a checked file; an upload, if it is whole already. Safe to repeat. */
  beginCopy(copying: Copying): { key: string } | Upload | Refusal;
  copied(copying: Copying): Promise<Upload | Refusal>;
  /** Gives all of these files to one message, or none. The same message may claim them again. */
  claimFiles(files: readonly string[], conversation: string, command: string): ClaimedFile[] | Refusal;
  /** The message was written, or never will be. */
  settleClaim(conversation: string, command: string, written: boolean): void;
}
