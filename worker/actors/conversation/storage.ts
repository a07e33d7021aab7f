/** What a Conversation keeps: its log, a few registers, the cursors of its followers. */
import type { Marks } from '#protocol';
import { followersTable } from '../followers.ts';
import { logTable } from '../log.ts';
import { registersTable } from '../registers.ts';

/** Append-only. */
export const migrations: readonly string[] = [logTable, registersTable, followersTable];

/** What a campaign's settings said when the conversation began. */
export interface ConversationSettings {
  readonly idleMinutes: number;
  readonly sneakPreview: boolean;
}

// A type and not an interface: it has to fit `Record<string, unknown>`.
export type ConversationRegisters = {
  /** The actor's own name; `ctx.id.name` may be missing after a cold alarm. */
  name: { account: string; id: string };
  /** Random; a cursor belongs to it. */
  epoch: string;
  settings: ConversationSettings;
  /** With the generation of the owner whose mark it is. */
  marks: { marks: Marks; generation: number };
  /** When the visitor's last tab went, until they are back or have left. */
  goneAt: number;
};
