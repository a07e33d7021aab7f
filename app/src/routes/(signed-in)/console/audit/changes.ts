/** Describes the changed fields of an entry. An old entry may contain values of a former format. */
import {
  roles,
  type AccountBody,
  type AuditEntry,
  type CampaignBody,
  type CampaignCode,
  type CampaignSettings,
  type ForumBody,
  type GroupBody,
  type Routing,
  type SiteBody,
  type UserBody,
} from '#protocol';
import { m } from '#words/app';
import { isolated } from '$lib/chat/names.ts';
import { languageNames } from '$lib/language.svelte.ts';
import { assignmentWords } from '$lib/words/assignments.ts';
import { rolesInWords } from '$lib/words/roles.ts';
import { seesWords } from '$lib/words/sees.ts';

type Field =
  | keyof UserBody
  | 'pendingEmail'
  | keyof GroupBody
  | keyof AccountBody
  | keyof SiteBody
  | keyof ForumBody
  // Of an import: the number of the forum's responses.
  | 'responses'
  | Exclude<keyof CampaignBody, 'settings'>
  | Exclude<keyof CampaignSettings, 'version'>;

const fieldWords: Readonly<Record<Field, () => string>> = {
  email: m.email,
  pendingEmail: m.field_pending_email,
  name: m.thing_name,
  nickname: m.user_nickname,
  language: m.language,
  roles: m.users_roles,
  showsPhoto: m.field_photo,
  manages: m.user_manages,
  groups: m.groups,
  limits: m.user_limits,
  ipRules: m.user_addresses,
  members: m.users,
  timeZone: m.account_zone,
  sees: m.account_sees,
  needsSecondFactor: m.account_second_factor,
  assignment: m.account_assignment,
  offerSeconds: m.account_offer_seconds,
  missedLimit: m.account_missed_limit,
  offlineProcessing: m.account_offline_processing,
  messageEditMinutes: m.account_edit_minutes,
  origins: m.website_origins,
  campaign: m.campaign,
  campaigns: m.forum_campaigns,
  responses: m.forum_responses,
  enabled: m.campaign_enabled,
  color: m.campaign_color,
  title: m.campaign_title,
  subtitle: m.campaign_subtitle,
  opening: m.campaign_greeting,
  closing: m.campaign_farewell,
  introduction: m.campaign_introduction,
  askName: m.campaign_ask_name,
  askEmail: m.campaign_ask_email,
  sneakPreview: m.campaign_preview,
  idleMinutes: m.campaign_idle,
  routing: m.campaign_routing,
  codes: m.campaign_codes,
  multipleCodes: m.campaign_codes_multiple,
  codeRequired: m.campaign_codes_required,
};
const asked: Readonly<Record<string, () => string>> = {
  no: m.campaign_ask_no,
  optional: m.campaign_ask_optional,
  required: m.campaign_ask_required,
};

/** Names of groups and campaigns by their ids, if they still exist. */
export type Names = ReadonlyMap<string, string>;
export interface Change {
  readonly field: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

export function changesOf({ kind, changes }: AuditEntry, names: Names): Change[] {
  return Object.entries(changes ?? {}).map(([field, [before, after]]) => {
    const label = field === 'name' && kind.startsWith('user.') ? m.person_name : fieldWords[field as Field];
    const became = field === 'members' ? `${words(field, after, names)}${moved(before, after)}` : null;
    return {
      field,
      // A later server may send fields that this page doesn't know.
      label: label?.() ?? field,
      before: words(field, before, names),
      after: became ?? words(field, after, names),
    };
  });
}

function words(field: string, value: unknown, names: Names): string {
  if (Array.isArray(value)) return listWords(field, value, names);
  if (field === 'limits') return limitWords(value);
  if (field === 'routing') return routingWords(value);
  if (field === 'assignment') return own(assignmentWords, value)?.() ?? plain(value);
  if (field === 'offerSeconds' && typeof value === 'number') return m.field_seconds({ count: value });
  if (field === 'missedLimit' && value === null) return m.field_never();
  if (field === 'messageEditMinutes' && typeof value === 'number')
    return value === 0 ? m.field_never() : m.field_minutes({ count: value });
  if (field === 'language') return own(languageNames, value) ?? plain(value);
  if (field === 'sees') return own(seesWords, value)?.() ?? plain(value);
  if (field === 'askName' || field === 'askEmail') return own(asked, value)?.() ?? plain(value);
  if (field === 'campaigns' && value === null) return m.forums_everywhere();
  if (typeof value === 'boolean') return value ? m.field_yes() : m.field_no();
  if (value === null || value === undefined) return m.field_none();
  if (field === 'campaign') return names.get(plain(value)) ?? m.field_unknown_campaign();
  if (value === '') return m.field_empty();
  if (typeof value === 'string') return field === 'timeZone' ? value.replaceAll('_', ' ') : value;
  return plain(value);
}

/** As text, whatever the value is: an object's own `toString` may be anything. */
const plain = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const own = <T>(table: Readonly<Record<string, T>>, key: unknown): T | undefined =>
  Object.hasOwn(table, plain(key)) ? table[plain(key)] : undefined;

function listWords(field: string, value: readonly unknown[], names: Names): string {
  if (field === 'members') return m.groups_users({ count: value.length });
  if (field === 'campaigns') return campaignWords(value, names);
  if (value.length === 0) return m.field_none();
  if (field === 'codes') return codeWords(value);
  if (field === 'roles') return rolesInWords(roles.filter((role) => value.includes(role)));
  if (field !== 'groups') return value.map(plain).join(', ');
  const known = value.map((id) => names.get(plain(id)));
  return known.every((name) => name !== undefined)
    ? known.join(', ')
    : m.field_groups({ count: value.length });
}

function campaignWords(value: readonly unknown[], names: Names): string {
  if (value.length === 0) return m.forums_nowhere();
  return value.map((id) => isolated(names.get(plain(id)) ?? m.field_unknown_campaign())).join(', ');
}

function limitWords(value: unknown): string {
  const { live, nrt } = (value ?? {}) as Partial<UserBody['limits']>;
  const limit = (of: unknown) => (typeof of === 'number' ? of : m.field_unlimited());
  return m.field_limits({ live: limit(live), nrt: limit(nrt) });
}

/** The titles of success codes, the archived ones apart. */
function codeWords(value: readonly unknown[]): string {
  const codes = value.map((code) => (code ?? {}) as Partial<CampaignCode>);
  const titles = (archived: boolean) =>
    codes
      .filter((code) => (code.archived === true) === archived)
      .map(({ title }) => isolated(plain(title)))
      .join(', ') || m.field_none();
  const some = codes.some(({ archived }) => archived);
  return some ? m.field_codes_archived({ codes: titles(false), archived: titles(true) }) : titles(false);
}

/** A summary: the agents of all levels would not fit a line. */
function routingWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value ? plain(value) : m.field_none();
  const { levels, forwarding, forwardAfter, leaveLevel } = value as Partial<Routing>;
  const count = Array.isArray(levels) ? levels.length : 0;
  const later = typeof forwardAfter === 'number';
  return [
    count > 0 ? m.field_levels({ count }) : m.field_everybody(),
    forwarding?.enabled === true && m.field_transfers(),
    later && m.field_forward({ seconds: forwardAfter }),
    later && leaveLevel === true && m.field_leave(),
  ]
    .filter((part) => part !== false)
    .join(', ');
}

/** The number of added and removed items: the length alone may be unchanged. */
function moved(before: unknown, after: unknown): string {
  if (!Array.isArray(before) || !Array.isArray(after)) return '';
  const came = after.filter((id) => !before.includes(id)).length;
  const went = before.filter((id) => !after.includes(id)).length;
  const parts = [came && `+${came}`, went && `−${went}`].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
