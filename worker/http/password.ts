// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- an ambient declaration has no other way to come along
/// <reference path="./node-crypto.d.ts" />
/**
 * Passwords: scrypt, kept in PHC form (`$scrypt$ln=14,r=8,p=5$salt$hash`), so that the parameters can rise and old hashes still hold.
 * A hash takes about 0.2 s of processor time, in which the isolate does nothing else.
 */
import { refuse, type Refusal } from '#protocol';
import { scryptSync, timingSafeEqual } from 'node:crypto';

/**
 * OWASP's row for 16 MiB: an isolate has 128 MiB for all its requests. Production caps N·r·p at 2^20 (local workerd does not);
 * it caps PBKDF2 so low that it is no choice.
 */
export const scryptParameters = { ln: 14, r: 8, p: 5 } as const;
const saltLength = 16;
const hashLength = 32;

export function hashPassword(
  password: string,
  salt = crypto.getRandomValues(new Uint8Array(saltLength)),
): string {
  const { ln, r, p } = scryptParameters;
  const hash = derive(password, salt, hashLength, scryptParameters);
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash)}`;
}

/**
 * True where the password is the one that was hashed. Without a hash (nobody has that email) it does the same work, and says
 * false.
 */
export function verifyPassword(password: string, hash: string | undefined): boolean {
  const known = parse(hash ?? nobodys) ?? parse(nobodys);
  if (!known) return false;
  const given = derive(password, known.salt, known.hash.length, known);
  return timingSafeEqual(given, known.hash) && hash !== undefined;
}

interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

function derive(password: string, salt: Uint8Array, length: number, { ln, r, p }: Cost): Uint8Array {
  // NFC, so that the same password typed on another keyboard is the same password.
  const N = 2 ** ln;
  return scryptSync(password.normalize('NFC'), salt, length, { N, r, p, maxmem: 256 * N * r });
}

function parse(text: string): (Cost & { salt: Uint8Array; hash: Uint8Array }) | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    text,
  );
  if (!match?.[4] || !match[5]) return undefined;
  const cost = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  return { ...cost, salt: fromBase64(match[4]), hash: fromBase64(match[5]) };
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const { ln, r, p } = scryptParameters;
/** The hash of no password, with which an unknown email is checked. */
const nobodys = `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(new Uint8Array(saltLength))}$${toBase64(new Uint8Array(hashLength))}`;

/** One hash and a pause for the other requests of the isolate, in milliseconds. */
const slot = 250;
/** Who would have to wait longer than this is asked to come back. */
const longestQueue = 5_000;
let nextSlot = 0;

/**
 * Waits for a turn to hash, one at a time. Turns are given by the clock: a queue of promises would stand still for ever behind a
 * request whose client has gone, since the runtime drops its work.
 */
export async function turnToHash(): Promise<Refusal | undefined> {
  const now = Date.now();
  const mine = Math.max(now, nextSlot);
  if (mine - now > longestQueue) return refuse('slow_down', { retryAfter: mine - now });
  nextSlot = mine + slot;
  if (mine > now) await scheduler.wait(mine - now);
  return undefined;
}
