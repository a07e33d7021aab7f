/** The statuses of an agent. */
import * as v from 'valibot';

/** In the menu's order (F11). `worker/domain/people/status.ts` has the meaning of each. */
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
/** The status that an agent chose. */
export const Status = v.picklist(statuses);
export type Status = v.InferOutput<typeof Status>;
