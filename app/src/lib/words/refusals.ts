/** The text of a refusal, by its code, in the user's language. */
import type { Refusal, RefusalCode, Refused, SessionEnding } from '#protocol';
import { m } from '#words/app';
import { span } from '../chat/when.ts';

const words: Readonly<Record<RefusalCode, () => string>> = {
  bad_request: m.refused_bad_request,
  bad_frame: m.refused_bad_frame,
  too_large: m.refused_too_large,
  signed_out: m.refused_signed_out,
  wrong_credentials: m.refused_wrong_credentials,
  code_needed: m.refused_code_needed,
  wrong_code: m.refused_wrong_code,
  wrong_password: m.refused_wrong_password,
  second_factor_needed: m.refused_second_factor_needed,
  forbidden: m.refused_forbidden,
  wrong_address: m.refused_wrong_address,
  wrong_origin: m.refused_wrong_origin,
  blocked: m.refused_blocked,
  not_found: m.refused_not_found,
  method_not_allowed: m.refused_method_not_allowed,
  already_taken: m.refused_already_taken,
  id_reused: m.refused_id_reused,
  conversation_closed: m.refused_conversation_closed,
  conversation_full: m.refused_conversation_full,
  file_type: m.refused_file_type,
  file_quota: m.refused_file_quota,
  forum_full: m.refused_forum_full,
  out_of_order: m.refused_out_of_order,
  not_owner: m.refused_not_owner,
  not_online: m.refused_not_online,
  not_receiving: m.refused_not_receiving,
  no_place: m.refused_no_place,
  offered: m.refused_offered,
  offer_over: m.refused_offer_over,
  too_late: m.refused_too_late,
  stale_generation: m.refused_stale_generation,
  conflict: m.refused_conflict,
  last_administrator: m.refused_last_administrator,
  own_rights: m.refused_own_rights,
  locks_you_out: m.refused_locks_you_out,
  no_addresses: m.refused_no_addresses,
  no_mail: m.refused_no_mail,
  email_taken: m.refused_email_taken,
  email_held: m.refused_email_held,
  link_expired: m.refused_link_expired,
  code_required: m.refused_code_required,
  unsupported: m.refused_unsupported,
  too_many_invitations: m.refused_too_many_invitations,
  slow_down: m.refused_slow_down,
  queue_full: m.refused_queue_full,
  too_many_chats: m.refused_too_many_chats,
  internal: m.refused_internal,
  unavailable: m.refused_unavailable,
};

const endings: Readonly<Record<SessionEnding, () => string>> = {
  rights: m.ended_rights,
  password: m.ended_password,
  addresses: m.ended_addresses,
  deleted: m.ended_deleted,
  expired: m.ended_expired,
};

export function refusalWords(refusal: Refusal | Refused): string {
  const code = 'refused' in refusal ? refusal.refused : refusal.code;
  if (code === 'signed_out' && 'reason' in refusal && refusal.reason) return endings[refusal.reason]();
  if (code === 'slow_down' && refusal.retryAfter !== undefined)
    return m.refused_slow_down_for({ span: span(refusal.retryAfter + 999) });
  // A later server may send a code that this page doesn't know: then the server's text is better than none.
  return words[code]?.() ?? refusal.message;
}
