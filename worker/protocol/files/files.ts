/** Files of messages: uploads in parts, and what a message says of its files (FIL-1). */
import * as v from 'valibot';
import { FileId, SiteId } from '../base/ids.ts';
import { maxFileName, maxFilesOfMessage } from '../base/limits.ts';
import { isBlank, typed } from '../base/text.ts';

/** The extensions of files that may be sent (F84); `#domain/files/types` has the table. */
export const FileExtension = v.picklist([
  ...['png', 'jpg', 'jpeg', 'gif', 'mp3', 'mp4', 'pdf', 'docx', 'txt', 'rtf', 'pages', 'csv'],
  ...['xlsx', 'numbers', 'pptx', 'key'],
] as const);
export type FileExtension = v.InferOutput<typeof FileExtension>;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** A whole, checked file, as a message shows it. */
export const FileInfo = v.object({
  id: FileId,
  /** The sender's name of it, made safe to show and to save. */
  name: v.string(),
  type: FileExtension,
  /** Bytes. */
  size: v.number(),
  /** Of the content, in lower-case hexadecimal. */
  sha256: v.string(),
  /** Of an image that may be shown, in pixels. */
  width: v.optional(count),
  height: v.optional(count),
  /** The size of the small image that its sender's browser made, in pixels. */
  thumbnail: v.optional(v.object({ width: count, height: count })),
});
export type FileInfo = v.InferOutput<typeof FileInfo>;

/** The files of a message that is sent: complete uploads of its sender, each once. */
export const MessageFiles = v.optional(
  v.pipe(
    v.array(FileId),
    v.minLength(1),
    v.maxLength(maxFilesOfMessage),
    v.check((ids) => new Set(ids).size === ids.length, 'repeated'),
  ),
);

/** True unless a message has neither text nor files. */
export function saysSomething({ text, files }: { text: string; files?: string[] | undefined }): boolean {
  return files !== undefined || !isBlank(text);
}

/** Begins an upload. The client makes the id, so that a repeat begins nothing twice. */
export const UploadBody = v.object({
  id: FileId,
  name: v.pipe(
    typed(maxFileName),
    v.check((name) => !isBlank(name), 'blank'),
  ),
  /** Bytes. A greater one than `maxFileSize` is `too_large`; 0 is `bad_request`. */
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});
export type UploadBody = v.InferOutput<typeof UploadBody>;
/** The same by a visitor. */
export const VisitorUploadBody = v.object({ site: SiteId, ...UploadBody.entries });

/** An upload as the server has it. */
export const Upload = v.object({
  id: FileId,
  size: v.number(),
  /** The length of every part but the last, in bytes. */
  partSize: v.number(),
  /** The numbers of the stored parts, from 1, in order. */
  stored: v.array(count),
  /**
   * The SHA-256 of each of them, in the same order: a client that resumes after a reload can tell whether its file has
   * changed.
   */
  sums: v.array(v.string()),
  /** Once it is complete and checked. */
  file: v.optional(FileInfo),
});
export type Upload = v.InferOutput<typeof Upload>;

/** The bytes that an account's files take, for the console. */
export const FileSpace = v.object({
  /** Bytes and number of the files in messages. */
  used: v.number(),
  files: v.number(),
  /** Bytes. */
  limit: v.number(),
});
export type FileSpace = v.InferOutput<typeof FileSpace>;
