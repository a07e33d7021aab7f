/** The audit log: who signed in or changed something, when and from which address. */
import * as v from 'valibot';
import { AuditId, UserId } from '../base/ids.ts';

export const auditKinds = [
  'sign_in.done',
  'sign_in.refused',
  'password.changed',
  'password.link_asked',
  'email.confirmed',
  'second_factor.on',
  'second_factor.off',
  'user.added',
  'user.invited',
  'user.changed',
  'user.deleted',
  'user.restored',
  'user.password_set',
  'group.added',
  'group.changed',
  'group.deleted',
  'account.changed',
  'site.added',
  'site.changed',
  'campaign.added',
  'campaign.changed',
  'forum.added',
  'forum.changed',
  'forum.deleted',
  'forum.restored',
  'response.added',
  'response.changed',
  'response.deleted',
  'response.restored',
  'responses.imported',
] as const;
export const AuditKind = v.picklist(auditKinds);
export type AuditKind = v.InferOutput<typeof AuditKind>;

const Named = v.object({ id: v.string(), name: v.string() });

export const AuditEntry = v.object({
  id: AuditId,
  at: v.number(),
  kind: AuditKind,
  /** The user who did it, by their name at that time; null if unknown, as with a wrong password. */
  by: v.nullable(Named),
  /** Null if the deployment does not know it. */
  address: v.nullable(v.string()),
  /** The browser's own description. */
  device: v.string(),
  /** The object of the action, if it is not the user themselves. */
  subject: v.nullable(Named),
  /** For a change: each field with its old and new value. Never a secret. */
  changes: v.nullable(v.record(v.string(), v.tuple([v.unknown(), v.unknown()]))),
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

/** Filters and the key of a page, newest first. */
export const AuditQuery = v.object({
  kind: v.optional(AuditKind),
  user: v.optional(UserId),
  /** `next` of the previous page. */
  after: v.optional(v.pipe(v.string(), v.maxLength(60))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
  ),
});
export type AuditQuery = v.InferOutput<typeof AuditQuery>;
export const AuditPage = v.object({ entries: v.array(AuditEntry), next: v.nullable(v.string()) });
export type AuditPage = v.InferOutput<typeof AuditPage>;
