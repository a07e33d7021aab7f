/** Who does something. */
import * as v from 'valibot';
import { UserId, VisitorId } from '../base/ids.ts';

export const VisitorParty = v.object({ kind: v.literal('visitor'), id: VisitorId });
export const AgentParty = v.object({ kind: v.literal('agent'), id: UserId, name: v.string() });
/** An agent who owns a conversation, with the path of the photo that they had on taking it, where visitors may see it. */
export const Owner = v.object({ ...AgentParty.entries, photo: v.optional(v.string()) });
export const SystemParty = v.object({ kind: v.literal('system') });

/** The one who caused an entry. An agent's name is the name at that time: history keeps it. */
export const Party = v.variant('kind', [VisitorParty, AgentParty, SystemParty]);
export type Party = v.InferOutput<typeof Party>;
export type AgentParty = v.InferOutput<typeof AgentParty>;
export type Owner = v.InferOutput<typeof Owner>;

export const roles = ['agent', 'supervisor', 'administrator'] as const;
/** What a user is; a set, since one may be agent and supervisor at once. */
export const Role = v.picklist(roles);
export type Role = v.InferOutput<typeof Role>;

/** An agent's chosen status, in the menu's order (F11). What each means, `#domain` status.ts says. */
export const statuses = [
  'online',
  'invisible',
  'dinner',
  'before_dinner',
  'private_break',
  'short_break',
  'offline_processing',
  'offline',
] as const;
export const Status = v.picklist(statuses);
export type Status = v.InferOutput<typeof Status>;
