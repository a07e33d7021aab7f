/** A Conversation's stored state: its log, and a few registers. */
import type { ConversationSettings, Marks } from '#protocol';
import type { Cursors } from '../../runtime/followers.ts';
import { logTable } from '../../runtime/log.ts';
import { filesTable } from './files.ts';

/** Append-only. */
export const migrations: readonly string[] = [logTable, filesTable];

/** Facts of a conversation that never change. */
export interface Birthright {
  /** The actor's own name; `ctx.id.name` may be missing after a cold alarm. */
  readonly account: string;
  readonly id: string;
  /** Random; a cursor belongs to it. */
  readonly epoch: string;
  /** The campaign's settings when the conversation began. */
  readonly settings: ConversationSettings;
  /** The keys of the followers from now that it began with. Absent if there were none, and in earlier versions. */
  readonly followers?: readonly string[];
}

/** Cursors and marks: stored late, in one row. If lost, they are recomputed from the log and the tabs' sockets. */
export interface Progress {
  readonly cursors: Cursors;
  readonly marks: Marks;
  /** The generation of the owner whose mark it is. */
  readonly generation: number;
  /** The highest mark of any owner. Earlier versions did not store it. */
  readonly seen?: { readonly delivered: number; readonly read: number };
}

// A type and not an interface: it has to fit `Record<string, unknown>`.
export type ConversationRegisters = {
  self: Birthright;
  progress: Progress;
  /** Only these agents, beside those who see all, may follow, as the dispatcher set it. Absent: all may. */
  viewers: readonly string[];
  /** No agent becomes owner under this generation or an earlier one. */
  withdrawn: number;
  /** When the visitor's last tab closed, until they are back or have left. */
  goneAt: number;
  /** The visitor has signed out for good: no credential of theirs is accepted any more. */
  signedOut: boolean;
};
