/** A principal: on whose behalf something is asked. An upgrade carries it from the Worker to an actor, which checks its shape. */
import * as v from 'valibot';
import { AccountId, SessionId, SiteId, UserId, VisitorId } from './ids.ts';
import { Role } from './parties.ts';

/** A visitor acts only through their own conversations. */
export const Principal = v.variant('kind', [
  v.object({
    kind: v.literal('user'),
    account: AccountId,
    id: UserId,
    /** What visitors know them by. */
    name: v.string(),
    /** What colleagues know them by, where that is another. */
    fullName: v.exactOptional(v.string()),
    /** The path of their photo, where visitors may see it. */
    photo: v.exactOptional(v.string()),
    roles: v.pipe(v.array(Role), v.readonly()),
    /** Access to the console has not been taken away. */
    manages: v.boolean(),
    /** Their company asks for a second factor that they have not set up yet: until then they hold no right. */
    mustEnroll: v.exactOptional(v.boolean()),
    /** Their status is Offline: conversations are closed to them (F19). */
    offline: v.exactOptional(v.boolean()),
    session: SessionId,
  }),
  v.object({ kind: v.literal('visitor'), account: AccountId, id: VisitorId, site: SiteId }),
  v.object({ kind: v.literal('operator') }),
]);
export type Principal = v.InferOutput<typeof Principal>;

/** The header in which it rides, in JSON. Only the Worker sets it. */
export const principalHeader = 'x-parley-principal';
