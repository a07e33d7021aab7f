/** The roles of a user. */
import * as v from 'valibot';

export const roles = ['agent', 'supervisor', 'administrator'] as const;
/** The roles of a user are a set: one user can be agent and supervisor at once. */
export const Role = v.picklist(roles);
export type Role = v.InferOutput<typeof Role>;
