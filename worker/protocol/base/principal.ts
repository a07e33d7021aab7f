/**
 * A principal: the identity behind a request. An upgrade passes it from the Worker to an actor, which checks its shape.
 */
import * as v from 'valibot';
import { Role } from '../people/roles.ts';
import { AccountId, SessionId, SiteId, UserId, VisitorId } from './ids.ts';

/** A visitor has access only to their own conversations. */
export const Principal = v.variant('kind', [
  v.object({
    kind: v.literal('user'),
    account: AccountId,
    id: UserId,
    /** The name that visitors see. */
    name: v.string(),
    /** The name that colleagues see, if it is another. */
    fullName: v.exactOptional(v.string()),
    /** The path of the photo, if visitors may see it. */
    photo: v.exactOptional(v.string()),
    roles: v.pipe(v.array(Role), v.readonly()),
    /** The user has access to the console. */
    manages: v.boolean(),
    /** The account requires a second factor that the user has not set up: until then they have no rights. */
    mustEnroll: v.exactOptional(v.boolean()),
    /** The status is Offline: conversations are closed to the user (F19). */
    offline: v.exactOptional(v.boolean()),
    session: SessionId,
  }),
  v.object({ kind: v.literal('visitor'), account: AccountId, id: VisitorId, site: SiteId }),
  v.object({ kind: v.literal('operator') }),
]);
export type Principal = v.InferOutput<typeof Principal>;

/** The header that contains it, as JSON. Only the Worker sets it. */
export const principalHeader = 'x-parley-principal';
