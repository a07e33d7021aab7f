/** The roles of a user. */
import * as v from 'valibot';

export const roles = ['agent', 'supervisor', 'administrator'] as const;
/** A user has a set of roles, because a user may be agent and supervisor at once. */
export const Role = v.picklist(roles);
export type Role = v.InferOutput<typeof Role>;
