/**
 * Passwords: scrypt, stored in PHC form (`$scrypt$ln=14,r=8,p=5$salt$hash`), so that the parameters can be raised
 * while old hashes stay valid. The form, the parameters and the comparison are here; the hash itself is made elsewhere
 * (hashing.ts).
 */
import type { Lane } from '#domain/people/backlog';
import type { HashCost } from '#domain/people/hashing';
import { isRefusal, type Refusal } from '#protocol';
import type { Env } from '../../actors/stubs.ts';
import { derive } from './hashing.ts';

/**
 * OWASP's row for 16 MiB: an isolate has 128 MiB for all its requests. Production caps N·r·p at 2^20 (local workerd
 * does not); its cap on PBKDF2 is too low to be an alternative.
 */
export const scryptParameters = { ln: 14, r: 8, p: 5 } as const;
const saltLength = 16;
const hashLength = 32;

/** The password's hash in PHC form; a refusal if too many hashes are waiting. */
export async function hashPassword(
  env: Env,
  password: string,
  lane: Lane,
  salt = crypto.getRandomValues(new Uint8Array(saltLength)),
): Promise<string | Refusal> {
  const { ln, r, p } = scryptParameters;
  const order = { password: normal(password), salt, length: hashLength, cost: scryptParameters, lane };
  const hash = await derive(env, order);
  return isRefusal(hash) ? hash : `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash)}`;
}

/**
 * True if the password matches the hash. Without a hash (no user has that email) it does the same work, and returns
 * false. A refusal means that the password was not checked, so the attempt does not count.
 */
export async function verifyPassword(
  env: Env,
  password: string,
  hash: string | undefined,
  lane: Lane,
): Promise<boolean | Refusal> {
  const known = parse(hash ?? nobodys) ?? parse(nobodys);
  if (!known) return false;
  const { salt, cost } = known;
  const order = { password: normal(password), salt, length: known.hash.length, cost, lane };
  const given = await derive(env, order);
  if (isRefusal(given)) return given;
  return crypto.subtle.timingSafeEqual(given, known.hash) && hash !== undefined;
}

/** NFC, so that the same password typed on another keyboard is the same password. */
const normal = (password: string) => password.normalize('NFC');

function parse(text: string): { cost: HashCost; salt: Uint8Array; hash: Uint8Array } | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    text,
  );
  if (!match?.[4] || !match[5]) return undefined;
  const cost = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  return { cost, salt: fromBase64(match[4]), hash: fromBase64(match[5]) };
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const { ln, r, p } = scryptParameters;
/** The hash of no password: a password for an unknown email is compared with it. */
const nobodys = `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(new Uint8Array(saltLength))}$${toBase64(new Uint8Array(hashLength))}`;
