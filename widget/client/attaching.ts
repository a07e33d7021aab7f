/**
 * Files that are attached to a message before it is sent, as a composer sees them. A composer has a scope: a
 * conversation in the workspace, the site in the widget.
 */
import type { FileExtension, FileInfo, RefusalCode } from '#protocol';

/** Why a file cannot be sent. `unreadable`: the browser cannot read it any more. `too_many_files`: for one message. */
export type Failing = RefusalCode | 'unreadable' | 'too_many_files';

/** A file of a composer, or of a message that waits for its files. */
export interface Attached {
  /** The id of its upload. */
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** By its name; null if no such file may be sent. */
  readonly type: FileExtension | null;
  /**
   * `waiting`: for its turn, or for the network. `sending`: parts are on their way. `checking`: the server reads the
   * content. `ready`: it can be sent. `failed`: refused for good, or until the next try.
   */
  readonly state: 'waiting' | 'sending' | 'checking' | 'ready' | 'failed';
  /** Bytes that have arrived. */
  readonly sent: number;
  /** Why it failed. */
  readonly code?: Failing | undefined;
  /** Another try may help. */
  readonly again?: boolean | undefined;
  /** Once it is ready. */
  readonly file?: FileInfo | undefined;
  /** The address of the image in this browser. */
  readonly preview?: string | undefined;
}

/** The text and the quote beside the files. */
export interface Written {
  readonly text: string;
  readonly quote?: number | undefined;
  readonly canned?: readonly string[] | undefined;
}

/** A message that was sent while its files were still on their way. It survives a reload with them. */
export interface Held extends Written {
  /** The id of the command. */
  readonly id: string;
  readonly scope: string;
  /** The time of sending, in the client's milliseconds. */
  readonly at: number;
  readonly files: readonly Attached[];
}

export interface AttachmentsView {
  /** The composer's files, in the order in which they were added. */
  readonly attached: readonly Attached[];
  /** The messages that wait for their files, in order. */
  readonly held: readonly Held[];
}

export interface Attaching {
  of(scope: string): AttachmentsView;
  /** Adds files and begins to upload them. A file that may not be sent is shown as `failed`, with its code. */
  add(scope: string, files: Iterable<File>): void;
  /** Adds a file that is uploaded already, from another device's draft. */
  attach(scope: string, file: FileInfo): void;
  /** Adds a copy of a canned response's file, which the server makes. `preview` is the address of its image. */
  copy(scope: string, file: FileInfo, preview?: string): void;
  /** Removes a file, and cancels its upload. */
  remove(scope: string, id: string): void;
  retry(id: string): void;
  /** Takes the composer's files into a message, which is sent once they are ready; failed ones stay behind. */
  send(scope: string, written: Written): void;
  /** Removes a message that waits for its files, and its files. */
  discard(held: string): void;
}
