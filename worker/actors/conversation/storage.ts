/** What a Conversation keeps: its log, and a few registers. */
import type { ConversationSettings, Marks } from '#protocol';
import type { Cursors } from '../../runtime/followers.ts';
import { logTable } from '../../runtime/log.ts';

/** Append-only. */
export const migrations: readonly string[] = [logTable];

/** What a conversation is from its first moment on. */
export interface Birthright {
  /** The actor's own name; `ctx.id.name` may be missing after a cold alarm. */
  readonly account: string;
  readonly id: string;
  /** Random; a cursor belongs to it. */
  readonly epoch: string;
  /** The campaign's settings when the conversation began. */
  readonly settings: ConversationSettings;
}

/** Cursors and marks: stored late, in one row. If lost, they are recomputed from the log and the tabs' sockets. */
export interface Progress {
  readonly cursors: Cursors;
  readonly marks: Marks;
  /** The owner's, whose mark it is. */
  readonly generation: number;
  /** The highest mark of any owner. Earlier versions did not store it. */
  readonly seen?: { readonly delivered: number; readonly read: number };
}

// A type and not an interface: it has to fit `Record<string, unknown>`.
export type ConversationRegisters = {
  self: Birthright;
  progress: Progress;
  /** Beside those who see all, only these agents may follow; the dispatcher says so. Without it everybody may. */
  viewers: readonly string[];
  /** Nobody is taken under this generation, nor under an earlier one. */
  withdrawn: number;
  /** When the visitor's last tab went, until they are back or have left. */
  goneAt: number;
  /** The visitor has signed out for good: no credential of theirs is accepted any more. */
  signedOut: boolean;
};
