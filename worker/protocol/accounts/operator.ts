/** The requests of the deployment's operator. */
import * as v from 'valibot';
import { AccountId, ConversationId, SiteId, UserId } from '../base/ids.ts';
import { Email, Name } from '../base/text.ts';
import { Role } from '../people/roles.ts';
import { TimeZone } from './account.ts';

export const NewUser = v.strictObject({
  email: Email,
  name: Name,
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(200)),
  roles: v.pipe(v.array(Role), v.minLength(1)),
});
export const NewAccount = v.strictObject({ name: Name, timeZone: TimeZone, users: v.array(NewUser) });
export const MadeAccount = v.object({
  account: v.object({ id: AccountId, name: v.string(), timeZone: v.string() }),
  users: v.array(v.object({ id: UserId, email: v.string(), name: v.string(), roles: v.array(Role) })),
});

/** The last rebuilt user or conversation: users are rebuilt before conversations. */
const RebuiltUpTo = v.union([UserId, ConversationId]);
/**
 * Without `after`, the account's history is dropped first. An answer with `next` is to be repeated with `after: next`.
 */
export const Rebuild = v.strictObject({ account: AccountId, after: v.optional(RebuiltUpTo) });
export const Rebuilt = v.object({ conversations: v.number(), next: v.nullable(RebuiltUpTo) });
export type Rebuilt = v.InferOutput<typeof Rebuilt>;

/** The demo account and its site. */
export const DemoAccount = v.object({ account: AccountId, site: SiteId });
/** `none`: without canned responses. */
export const DemoQuery = v.object({ responses: v.optional(v.picklist(['none'])) });
