/** A reader's actions on a message of a log. */
import { whyNot, type Reviser } from '#domain/conversation/revising';
import type { Revisable } from '#domain/conversation/revisions';

export interface Can {
  readonly reply: boolean;
  readonly edit: boolean;
  readonly remove: boolean;
}

export interface MessageActions {
  can(entry: Revisable): Can;
  reply(entry: Revisable): void;
  edit(entry: Revisable): void;
  remove(entry: Revisable): void;
}

/** By the rules of the server. `writes`: the reader may write to the visitor. `entry` is in its revised form. */
export function canDo(entry: Revisable, reviser: Reviser, writes: boolean): Can {
  return {
    // The visitor reads the reply, and no notes.
    reply: writes && entry.kind === 'message.sent' && !entry.deleted,
    edit: whyNot('edit', entry, reviser) === null,
    remove: whyNot('delete', entry, reviser) === null,
  };
}

/** The actions of the sender on a message that waits for its files. */
export interface HeldActions {
  remove(file: string): void;
  retry(file: string): void;
  discard(message: string): void;
}
