/** The parties of a conversation: who causes an entry, and who owns the conversation. */
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
