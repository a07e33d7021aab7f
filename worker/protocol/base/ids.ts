/**
 * Identifiers. The prefix of an id names its kind; the rest is 128 random bits in Crockford's base32, lower case, so
 * an id cannot be guessed, fits in a path, and has no meaningful order.
 */
import * as v from 'valibot';

export const idKinds = {
  account: 'acc',
  user: 'usr',
  group: 'grp',
  site: 'sit',
  campaign: 'cam',
  visitor: 'vis',
  conversation: 'con',
  session: 'ses',
  audit: 'aud',
  photo: 'pho',
  device: 'dev',
  code: 'cod',
  forum: 'for',
  response: 'rsp',
  file: 'fil',
} as const;

export type IdKind = keyof typeof idKinds;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes an id of a kind from 26 random bytes (one character a byte; five bits of each are used). */
export function makeId(kind: IdKind, random: Uint8Array): string {
  let text = `${idKinds[kind]}_`;
  for (let i = 0; i < 26; i++) text += alphabet.charAt((random[i] ?? 0) & 31);
  return text;
}

// The annotation lets bundlers of visitors' pages drop the schemas.
/* @__NO_SIDE_EFFECTS__ */
const idOf = (kind: IdKind) =>
  v.pipe(v.string(), v.regex(new RegExp(`^${idKinds[kind]}_[0-9a-hjkmnp-tv-z]{26}$`)));

export const AccountId = idOf('account');
export const UserId = idOf('user');
export const GroupId = idOf('group');
export const SiteId = idOf('site');
export const CampaignId = idOf('campaign');
export const VisitorId = idOf('visitor');
export const ConversationId = idOf('conversation');
export const SessionId = idOf('session');
export const AuditId = idOf('audit');
export const PhotoId = idOf('photo');
export const DeviceId = idOf('device');
export const CodeId = idOf('code');
export const ForumId = idOf('forum');
export const ResponseId = idOf('response');
export const FileId = idOf('file');

/** The id that a client gives a command: a UUID in lower case, preferably version 7. It makes a retry safe. */
export const CommandId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
);

/** Makes a UUIDv7 (RFC 9562, 5.7) from a time in milliseconds and ten random bytes. */
export function makeCommandId(now: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let rest = Math.floor(now);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += (bytes[i] ?? 0).toString(16).padStart(2, '0');
  }
  return text;
}
