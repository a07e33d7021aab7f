/** Whether a visitor finds somebody: what the widget knows of a campaign's agents, and all that it may know. */
import * as v from 'valibot';

/** `available`: somebody has a place; `busy`: those who are here have none; `away`: nobody is here who takes live chats. */
export const availabilities = ['available', 'busy', 'away'] as const;
export const Availability = v.picklist(availabilities);
export type Availability = v.InferOutput<typeof Availability>;

/** The one frame of a lobby's socket: first, and with each change. */
export const LobbyFrame = v.object({ t: v.literal('availability'), state: Availability });
export type LobbyFrame = v.InferOutput<typeof LobbyFrame>;
