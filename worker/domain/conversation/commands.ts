/** The commands of a conversation. `decide` judges a command. */
import {
  cleanName,
  type AgentParty,
  type ConversationType,
  type EntryOf,
  type Mention,
  type Owner,
  type Target,
} from '#protocol';

/** Made by the sender once; `prev` is the command that must stand in the log before this one. */
interface Given {
  readonly id: string;
  readonly prev?: string | undefined;
}

/** Those with an `id` are safe to repeat: the log remembers the id. */
export type Command =
  | ({
      t: 'message.send';
      text: string;
      quote?: number | undefined;
      canned?: readonly string[] | undefined;
      files?: readonly string[] | undefined;
    } & Given)
  | ({ t: 'message.edit'; target: number; text: string } & Given)
  | ({ t: 'message.delete'; target: number } & Given)
  | ({ t: 'note.add'; text: string; mentions?: readonly Mention[] | undefined } & Given)
  | ({ t: 'stage.set'; stage: 'in_progress' } & Given)
  | ({ t: 'codes.set'; codes: readonly string[] } & Given)
  /** `codes` and `note` are an agent's. */
  | ({
      t: 'conversation.close';
      codes?: readonly string[] | undefined;
      note?: string | undefined;
    } & Given)
  | ({ t: 'conversation.return' } & Given)
  | ({ t: 'visitor.identify'; name?: string | undefined; email?: string | undefined } & Given)
  | ({ t: 'visitor.block' } & Given)
  /** The visitor waits no longer, and wants to be answered later. */
  | ({ t: 'conversation.defer' } & Given)
  /** The visitor waits again. */
  | ({ t: 'conversation.resume' } & Given)
  /** From the dispatcher, which has reserved the capacity under this generation. */
  | ({ t: 'assign' } & Assigning)
  /** From the dispatcher: passes what an agent owns on to a group or another campaign. */
  | { t: 'transfer'; by: AgentParty; to: Target; note?: string | undefined; generation: number }
  /** The owner has not written in time. */
  | { t: 'forward'; generation: number }
  /** From the dispatcher: the owner of this generation is gone. */
  | { t: 'unassign'; generation: number; reason: EntryOf<'agent.unassigned'>['reason'] }
  | { t: 'visitor.left' }
  | { t: 'visitor.returned' }
  | { t: 'idle' }
  /** The log has reached its greatest size. */
  | { t: 'full' };

/** A command with an id, which may therefore arrive twice. */
export type GivenCommand = Extract<Command, Given>;

/** A change of owner. */
export interface Assigning {
  readonly agent: Owner;
  readonly generation: number;
  /** The type of the reserved capacity. Any type if absent (an earlier version). */
  readonly type?: ConversationType | undefined;
  /** Without it taken by hand. */
  readonly how?: EntryOf<'agent.assigned'>['how'] | undefined;
  /** The agent who passes it on, and a note; absent if the new owner takes it themselves. */
  readonly by?: AgentParty | undefined;
  readonly note?: string | undefined;
  /** The generation of the owner from whom it goes on; without it nobody has it. */
  readonly from?: number | undefined;
}

/** The part of a visitor's details that is stored. */
export function identified(said: { name?: string | undefined; email?: string | undefined }): {
  name?: string;
  email?: string;
} {
  const name = said.name === undefined ? undefined : cleanName(said.name);
  return { ...(name && { name }), ...(said.email && { email: said.email }) };
}
