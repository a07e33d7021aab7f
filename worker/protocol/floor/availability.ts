/** Availability: what the widget knows of a campaign's agents, and all that it may know. */
import * as v from 'valibot';

/**
 * `available`: an agent has capacity; `busy`: the present agents have none; `away`: no present agent takes live chats.
 */
export const availabilities = ['available', 'busy', 'away'] as const;
export const Availability = v.picklist(availabilities);
export type Availability = v.InferOutput<typeof Availability>;

/** The one frame of a lobby's socket: sent first, and at each change. */
export const LobbyFrame = v.object({ t: v.literal('availability'), state: Availability });
export type LobbyFrame = v.InferOutput<typeof LobbyFrame>;
