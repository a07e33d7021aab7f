/** The users and groups of an account, as managers see and change them. */
import * as v from 'valibot';
import { CampaignId, GroupId, UserId } from '../base/ids.ts';
import { maxNameLength } from '../base/limits.ts';
import { Email, Name } from '../base/text.ts';
import { Role } from './roles.ts';
import { Status } from './statuses.ts';

/** The languages of Parley's own texts. */
export const languages = ['en', 'ru'] as const;
export const Language = v.picklist(languages);
export type Language = v.InferOutput<typeof Language>;

/** A new password: long enough, and never cut. */
export const Password = v.pipe(v.string(), v.minLength(8), v.maxLength(200));

/** The most conversations at once; null is no limit. */
export const Limit = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)));
export type Limit = v.InferOutput<typeof Limit>;

/** The name that visitors see; empty if it is the user's name. */
export const Nickname = v.union([v.literal(''), Name]);

/** An address, or a range of them in CIDR notation, as typed. The server parses it, and refuses an invalid one. */
export const IpRule = v.pipe(v.string(), v.maxLength(64));

export const UserBody = v.strictObject({
  email: Email,
  name: Name,
  nickname: Nickname,
  language: Language,
  roles: v.pipe(v.array(Role), v.minLength(1), v.maxLength(3)),
  /** Visitors see their photo, if they have one. */
  showsPhoto: v.boolean(),
  /** Access to the console. Supervisors and administrators have it by default; an agent never has it. */
  manages: v.boolean(),
  groups: v.pipe(v.array(GroupId), v.maxLength(200)),
  /** Live conversations, and those that need no answer at once (NRT). */
  limits: v.strictObject({ live: Limit, nrt: Limit }),
  /** The addresses from which they may sign in and work; empty: all. */
  ipRules: v.pipe(v.array(IpRule), v.maxLength(100)),
});
export type UserBody = v.InferOutput<typeof UserBody>;

/** Without a password they are invited by mail, and choose one. With a password they confirm their email by mail. */
export const NewUserBody = v.strictObject({ ...UserBody.entries, password: v.optional(Password) });
export type NewUserBody = v.InferOutput<typeof NewUserBody>;

export const User = v.object({
  id: UserId,
  ...UserBody.entries,
  /** The path of their photo. */
  photo: v.nullable(v.string()),
  /** They have a second factor. */
  secondFactor: v.boolean(),
  /** They were invited, and have not chosen a password yet. */
  invited: v.boolean(),
  /** The email's owner has confirmed it, which signing in requires. False for a deleted user. */
  emailConfirmed: v.boolean(),
  /** The email that replaces this one once its owner has confirmed it, which is possible `until` then. */
  pendingEmail: v.nullable(v.object({ email: v.string(), until: v.number() })),
  createdAt: v.number(),
  /** Null for an active user. A deleted user's name stays in the history. */
  deletedAt: v.nullable(v.number()),
});
export type User = v.InferOutput<typeof User>;

/** The fields of a user that are changed together. */
export function userBodyOf(user: User): UserBody {
  const fields = Object.keys(UserBody.entries) as (keyof UserBody)[];
  return Object.fromEntries(fields.map((field) => [field, user[field]])) as UserBody;
}

const limitOfPage = v.optional(
  v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
);
const search = v.optional(v.pipe(v.string(), v.maxLength(maxNameLength)));
/** `next` of the previous page. */
const after = v.optional(v.pipe(v.string(), v.maxLength(600)));

/** Filters and the key of a page of users, by name. All given filters must match. */
export const UsersQuery = v.object({
  search,
  group: v.optional(GroupId),
  /** The users whom this campaign's routing asks: agents on one of its levels, or every agent if it has none. */
  campaign: v.optional(CampaignId),
  status: v.optional(v.picklist(['active', 'deleted'])),
  after,
  limit: limitOfPage,
});
export type UsersQuery = v.InferOutput<typeof UsersQuery>;
export const UsersPage = v.object({ users: v.array(User), next: v.nullable(v.string()) });
export type UsersPage = v.InferOutput<typeof UsersPage>;

/** The risks of a change of one's own row that the user has confirmed, separated by commas; `1` confirms them all. */
export const SureQuery = v.object({ sure: v.optional(v.string()) });

/** Setting a password is a request of its own, because no answer contains one. */
export const SetPassword = v.strictObject({ password: Password });

/** Sets another user's status. */
export const SetStatusBody = v.strictObject({ status: Status });

export const GroupBody = v.strictObject({
  name: Name,
  members: v.pipe(v.array(UserId), v.maxLength(1_500)),
});
export type GroupBody = v.InferOutput<typeof GroupBody>;
export const Group = v.object({ id: GroupId, ...GroupBody.entries });
export type Group = v.InferOutput<typeof Group>;
export const GroupsList = v.object({ groups: v.array(Group) });

export const GroupsQuery = v.object({ search });
