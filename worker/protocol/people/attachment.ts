/** The attachment of an agent's socket. It outlives a deploy, so it is checked when it is read. */
import * as v from 'valibot';
import { SessionId } from '../base/ids.ts';

export const AgentAttachment = v.object({
  session: SessionId,
  /** The time when it was accepted. */
  at: v.number(),
});
export type AgentAttachment = v.InferOutput<typeof AgentAttachment>;
