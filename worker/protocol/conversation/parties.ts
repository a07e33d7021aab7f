/** Parties: the visitor, agents and the system. */
import * as v from 'valibot';
import { UserId, VisitorId } from '../base/ids.ts';

export const VisitorParty = v.object({ kind: v.literal('visitor'), id: VisitorId });
export const AgentParty = v.object({ kind: v.literal('agent'), id: UserId, name: v.string() });
/**
 * The agent who owns a conversation. `photo` is the path of the photo at the time of taking it, if visitors may see
 * it.
 */
export const Owner = v.object({ ...AgentParty.entries, photo: v.optional(v.string()) });
export const SystemParty = v.object({ kind: v.literal('system') });

/** The party who caused an entry. The name of an agent is the name at that time, and never changes in the history. */
export const Party = v.variant('kind', [VisitorParty, AgentParty, SystemParty]);
export type Party = v.InferOutput<typeof Party>;
export type AgentParty = v.InferOutput<typeof AgentParty>;
export type Owner = v.InferOutput<typeof Owner>;
