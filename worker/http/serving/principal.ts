/**
 * Identifies the caller. This is the only code that turns a cookie, a bearer token or a subprotocol into a principal,
 * for HTTP and sockets alike. The ids in a credential only select the actor that stores it; the secret is the proof.
 */
import {
  type Principal,
  AccountId,
  check,
  type DeviceId,
  isRefusal,
  principalHeader,
  refuse,
  SessionId,
  SiteId,
  subprotocol,
  tokenSubprotocol,
  UserId,
  VisitorId,
  type Refusal,
} from '#protocol';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { agentStub, visitorStub } from '../../actors/stubs.ts';
import { admits } from '../people/ip-rules.ts';
import { clientAddress } from './address.ts';
import type { Exchange } from './exchange.ts';
import { isUpgrade } from './guard.ts';

export type UserPrincipal = Extract<Principal, { kind: 'user' }>;
export type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>;

const userCookie = 'parley';
/**
 * One cookie for each site: two sites of a company can share their cookies, and a visitor of one is unknown on the
 * other.
 */
const visitorCookie = (site: string) => `parley-visitor-${site}`;

/** The signed-in user, by the session cookie. */
export async function userOf(c: Exchange): Promise<UserPrincipal | Refusal> {
  const parts = parse(getCookie(c, userCookie, 'host'), [AccountId, UserId, SessionId]);
  if (!parts) return refuse('signed_out');
  const [account, user, session, secret] = parts as [string, string, string, string];
  const known = await agentStub(c.env, account, user).authenticate(session, secret);
  if (isRefusal(known)) return known;
  return admits(known.ipRules, clientAddress(c)) ? known.principal : refuse('wrong_address');
}

/** A visitor's claim to an identity. The visitor's actor checks the secret. */
export interface VisitorCredential {
  readonly account: string;
  readonly id: string;
  readonly secret: string;
}

/** The visitor's credential in the request, unchecked. A token is used alone; without one, the site's cookie. */
export function visitorToken(c: Exchange, site: string | undefined): string | undefined {
  const cookie = () =>
    isRefusal(check(SiteId, site)) ? undefined : getCookie(c, visitorCookie(site ?? ''), 'host');
  return bearer(c) ?? tokenProtocol(c) ?? cookie();
}

/** True if the page's own script sends the credential, because the cookie does not survive. */
export function carriesToken(c: Exchange): boolean {
  return bearer(c) !== undefined;
}

/** A visitor's credential, parsed but not proved. */
export function visitorCredential(c: Exchange, site: string | undefined): VisitorCredential | Refusal {
  const parts = parse(visitorToken(c, site), [AccountId, VisitorId]);
  if (!parts) return refuse('signed_out');
  const [account, id, secret] = parts as [string, string, string];
  return { account, id, secret };
}

/** The visitor of the site that the address names (VIS-8), or the body. */
export async function visitorOf(
  c: Exchange,
  site = c.req.query('site'),
): Promise<VisitorPrincipal | Refusal> {
  const credential = visitorCredential(c, site);
  if (isRefusal(credential)) return credential;
  return visitorStub(c.env, credential.account, credential.id).authenticate(credential.secret);
}

/** The operator, proved by the deployment's secret. If no secret is set, every caller is refused. */
export async function operatorOf(c: Exchange): Promise<Principal | Refusal> {
  const secret = c.env.OPERATOR_SECRET;
  const given = bearer(c);
  if (!secret || !given || !(await same(given, secret))) return refuse('forbidden');
  return { kind: 'operator' };
}

type IdSchema = typeof AccountId | typeof UserId | typeof SessionId | typeof VisitorId | typeof DeviceId;

/** Splits a credential, `ID.ID.SECRET`. Only a well-formed id ever becomes an actor's name. */
export function parse(token: string | undefined, ids: readonly IdSchema[]): string[] | undefined {
  const parts = token?.split('.') ?? [];
  if (parts.length !== ids.length + 1) return undefined;
  if (ids.some((schema, index) => isRefusal(check(schema, parts[index])))) return undefined;
  return /^[A-Za-z0-9_-]{20,128}$/.test(parts.at(-1) ?? '') ? parts : undefined;
}

function bearer(c: Exchange): string | undefined {
  return c.req.header('Authorization')?.replace(/^Bearer +/i, '');
}

/** A browser cannot set a header on a socket's request, so the token is a second subprotocol (VIS-5). */
function tokenProtocol(c: Exchange): string | undefined {
  if (!isUpgrade(c.req.raw)) return undefined;
  return protocolsOf(c.req.raw)
    .find((name) => name.startsWith(tokenSubprotocol))
    ?.slice(tokenSubprotocol.length);
}

export function protocolsOf(request: Request): string[] {
  return (request.headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((name) => name.trim());
}

/** Compares hashes, so that the time taken reveals neither the length nor the position of the first difference. */
async function same(a: string, b: string): Promise<boolean> {
  const hash = async (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await hash(a), await hash(b));
}

/** A new session, as its cookie contains it. */
export interface Opened {
  readonly session: string;
  readonly secret: string;
  readonly expiresAt: number;
  /** The session survives the end of the browser. */
  readonly remembered: boolean;
}

export function keepUser(c: Exchange, user: { account: string; id: string }, opened: Opened): void {
  const { session, secret, expiresAt, remembered } = opened;
  const maxAge = Math.min(Math.floor((expiresAt - Date.now()) / 1_000), longest);
  setCookie(c, userCookie, [user.account, user.id, session, secret].join('.'), {
    prefix: 'host',
    httpOnly: true,
    sameSite: 'Lax',
    ...(remembered && { maxAge }),
  });
}

/** The token at the end of a mailed link, parsed but not proved. */
export function linkToken(token: string): { account: string; user: string; secret: string } | undefined {
  const [account, user, secret] = parse(token, [AccountId, UserId]) ?? [];
  return account && user && secret ? { account, user, secret } : undefined;
}

export function forgetUser(c: Exchange): void {
  deleteCookie(c, userCookie, { prefix: 'host', httpOnly: true, sameSite: 'Lax' });
}

export function keepVisitor(c: Exchange, site: string, token: string, maxAge = longest): void {
  const rest = { httpOnly: true, sameSite: 'None', partitioned: true, maxAge } as const;
  setCookie(c, visitorCookie(site), token, { prefix: 'host', ...rest });
}

/**
 * A partitioned cookie is distinct from an unpartitioned one of the same name, so it is deleted with the attributes
 * that set it.
 */
export function forgetVisitor(c: Exchange, site: string): void {
  keepVisitor(c, site, '', 0);
}

/** The longest life of a cookie, in seconds: browsers keep none for longer than 400 days (RFC 6265bis). */
export const longest = 400 * 86_400;

/** The request for an actor, with the principal in a header that the client cannot forge. */
export function forwarded(request: Request, principal: Principal): Request {
  const headers = bare(request);
  headers.set(principalHeader, asciiJson(principal));
  return new Request(request, { headers });
}

/** The headers that an actor may see: no credential, and no `x-parley-` header from outside. */
export function bare(request: Request): Headers {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('x-parley-')) headers.delete(name);
  headers.delete('Cookie');
  headers.delete('Authorization');
  headers.set('Sec-WebSocket-Protocol', subprotocol);
  return headers;
}

/** A header can contain only Latin-1, and a name can contain any character. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
