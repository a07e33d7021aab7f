import type { FileInfo } from '#protocol';

/** An image of a message, with its sender's name and the time, for the viewer. */
export interface SentImage {
  readonly file: FileInfo;
  readonly by: string;
  readonly at: number;
}
