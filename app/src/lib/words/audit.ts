/** Texts for the audit log: each kind of action as a filter and as a sentence. A new kind needs both. */
import type { AuditEntry, AuditKind } from '#protocol';
import { m } from '#words/app';
import { isolated } from '$lib/chat/names.ts';

export const kindWords: Readonly<Record<AuditKind, () => string>> = {
  'sign_in.done': m.audit_kind_sign_in_done,
  'sign_in.refused': m.audit_kind_sign_in_refused,
  'password.changed': m.audit_kind_password_changed,
  'password.link_asked': m.audit_kind_password_link_asked,
  'email.confirmed': m.audit_kind_email_confirmed,
  'second_factor.on': m.audit_kind_second_factor_on,
  'second_factor.off': m.audit_kind_second_factor_off,
  'user.added': m.audit_kind_user_added,
  'user.invited': m.audit_kind_user_invited,
  'user.changed': m.audit_kind_user_changed,
  'user.deleted': m.audit_kind_user_deleted,
  'user.restored': m.audit_kind_user_restored,
  'user.password_set': m.audit_kind_user_password_set,
  'group.added': m.audit_kind_group_added,
  'group.changed': m.audit_kind_group_changed,
  'group.deleted': m.audit_kind_group_deleted,
  'account.changed': m.audit_kind_account_changed,
  'site.added': m.audit_kind_site_added,
  'site.changed': m.audit_kind_site_changed,
  'campaign.added': m.audit_kind_campaign_added,
  'campaign.changed': m.audit_kind_campaign_changed,
  'forum.added': m.audit_kind_forum_added,
  'forum.changed': m.audit_kind_forum_changed,
  'forum.deleted': m.audit_kind_forum_deleted,
  'forum.restored': m.audit_kind_forum_restored,
  'response.added': m.audit_kind_response_added,
  'response.changed': m.audit_kind_response_changed,
  'response.deleted': m.audit_kind_response_deleted,
  'response.restored': m.audit_kind_response_restored,
  'responses.imported': m.audit_kind_responses_imported,
};

type Deed = (of: { name: string }) => string;
const deeds: Readonly<Record<AuditKind, Deed>> = {
  'sign_in.done': m.audit_sign_in_done,
  'sign_in.refused': m.audit_sign_in_refused,
  'password.changed': m.audit_password_changed,
  'password.link_asked': m.audit_password_link_asked,
  'email.confirmed': m.audit_email_confirmed,
  'second_factor.on': m.audit_second_factor_on,
  'second_factor.off': m.audit_second_factor_off_of,
  'user.added': m.audit_user_added,
  'user.invited': m.audit_user_invited,
  'user.changed': m.audit_user_changed,
  'user.deleted': m.audit_user_deleted,
  'user.restored': m.audit_user_restored,
  'user.password_set': m.audit_user_password_set,
  'group.added': m.audit_group_added,
  'group.changed': m.audit_group_changed,
  'group.deleted': m.audit_group_deleted,
  'account.changed': m.audit_account_changed,
  'site.added': m.audit_site_added,
  'site.changed': m.audit_site_changed,
  'campaign.added': m.audit_campaign_added,
  'campaign.changed': m.audit_campaign_changed,
  'forum.added': m.audit_forum_added,
  'forum.changed': m.audit_forum_changed,
  'forum.deleted': m.audit_forum_deleted,
  'forum.restored': m.audit_forum_restored,
  'response.added': m.audit_response_added,
  'response.changed': m.audit_response_changed,
  'response.deleted': m.audit_response_deleted,
  'response.restored': m.audit_response_restored,
  'responses.imported': m.audit_responses_imported,
};

/** The action; its author is shown beside it. */
export function deedWords({ kind, subject }: AuditEntry): string {
  if (kind === 'second_factor.off' && !subject) return m.audit_second_factor_off();
  return deeds[kind]({ name: isolated(subject?.name ?? '') });
}
