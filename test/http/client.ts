/** A client of the API that acts like a browser on our own origin, and accounts to test with. */
import {
  campaignRoutes,
  defaultCampaign,
  makeId,
  pathOf,
  roles,
  siteRoutes,
  type AnswerOf,
  type Asking,
  type Filled,
  type IdKind,
  type Refusal,
  type Role,
  type Route,
  type Started,
} from '#protocol';
import { createExecutionContext } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { onTestFinished, vi } from 'vitest';
import type { Env } from '../../worker/actors/env.ts';
import { createAccount } from '../../worker/db/accounts.ts';
import { hashPassword } from '../../worker/http/people/password.ts';
import server from '../../worker/server.ts';
import { signInOf } from '../actors/sign-in.ts';
import { expectDeclared } from './answers.ts';

/** A fixed clock: on a slow machine the first wait of a second would be over before the last guess. */
export function standingClock() {
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  onTestFinished(() => clock.mockRestore());
  return clock;
}

export const env = bindings as unknown as Env;
export const origin = 'https://parley.test';
export const id = (kind: IdKind): string => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));

export interface Call {
  readonly body?: unknown;
  readonly cookie?: string | undefined;
  readonly headers?: Record<string, string | undefined>;
  readonly env?: Partial<Env>;
  readonly host?: string;
}

export function request(method: string, path: string, call: Call = {}): Request {
  const at = call.host ?? origin;
  const raw = [Uint8Array, ReadableStream].some((kind) => call.body instanceof kind);
  const given: Record<string, string | undefined> = {
    ...(method !== 'GET' && { Origin: at }),
    ...(call.body !== undefined && { 'Content-Type': 'application/json' }),
    ...(call.cookie !== undefined && { Cookie: call.cookie }),
    ...call.headers,
  };
  const headers = Object.entries(given).filter(
    (header): header is [string, string] => header[1] !== undefined,
  );
  const body =
    call.body === undefined
      ? null
      : raw || typeof call.body === 'string'
        ? (call.body as string)
        : JSON.stringify(call.body);
  return new Request(`${at}${path}`, { method, headers, body, redirect: 'manual' });
}

/** Asks the server. An answer that is not what its route declares fails the test. */
export async function call(method: string, path: string, options: Call = {}): Promise<Response> {
  const context = createExecutionContext();
  const response = await server.fetch(
    request(method, path, options) as Request<unknown, IncomingRequestCfProperties>,
    { ...env, ...options.env },
    context,
  );
  await expectDeclared(method, path, response);
  return response;
}

/** A request from this address, behind Cloudflare, which proves it. */
export const from = (address: string) => ({
  headers: { 'CF-Connecting-IP': address },
  env: { BEHIND_CLOUDFLARE: 'true' },
});

/** The answer's status and body, in one value. */
export async function ask<T = Refusal>(
  method: string,
  path: string,
  options: Call = {},
): Promise<{ status: number; body: T }> {
  const response = await call(method, path, options);
  return { status: response.status, body: await response.json<T>() };
}

/** Asks a route that must accept the request. */
export async function done<R extends Route>(
  route: R,
  asking: Asking<R>,
  options: Omit<Call, 'body'>,
): Promise<AnswerOf<R>> {
  const filled: Filled = asking;
  const { params, query, body } = filled;
  const path = pathOf(route, params, query);
  const response = await call(route.method, path, { ...options, ...(body && { body }) });
  if (response.status !== 200) throw new Error(`${route.address}: ${await response.text()}`);
  return response.json<AnswerOf<R>>();
}

/** The cookies that a browser would send back after an answer. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** A database in which every statement fails. */
export function failing(message: string): Partial<Env> {
  const fail = () => Promise.reject(new Error(message));
  const statement = { bind: () => statement, all: fail, raw: fail, run: fail, first: fail };
  return { DB: { prepare: () => statement, batch: fail } as unknown as D1Database };
}

/** A deployment that sends no mail: an email counts as confirmed when it is typed. */
export const noMail = { SMTP_URL: undefined } as unknown as Partial<Env>;

export const operatorHeader = { Authorization: 'Bearer operator-secret-of-tests' };
export const password = 'correct horse battery';

export interface TestAccount {
  readonly id: string;
  readonly users: Record<Role, string>;
  /** Cookies of one user of each role. */
  readonly agent: string;
  readonly supervisor: string;
  readonly administrator: string;
  readonly emails: Record<Role, string>;
}

/**
 * An account with one user of each role, signed in. It avoids the operator's route and the sign-in, whose hashes take
 * long.
 */
export async function newAccount(name = 'Test account'): Promise<TestAccount> {
  const mark = crypto.randomUUID().slice(0, 8);
  hash ??= await hashOf(password);
  const account = { id: id('account'), name, timeZone: 'Europe/Sofia' };
  const users = roles.map((role) => ({
    id: id('user'),
    email: `${role}-${mark}@example.test`,
    name: `Zoë ${role} 🦊`,
    roles: [role],
    passwordHash: hash as string,
  }));
  await createAccount(env.DB, { account, users, campaigns: [], sites: [] }, Date.now());
  const cookies = [];
  for (const user of users) {
    const { session, secret } = await signInOf(env, account.id, user.id);
    cookies.push(`__Host-parley=${account.id}.${user.id}.${session}.${secret}`);
  }
  const [agent = '', supervisor = '', administrator = ''] = cookies;
  const emails = Object.fromEntries(users.map((user) => [user.roles[0], user.email])) as Record<Role, string>;
  const ids = Object.fromEntries(users.map((user) => [user.roles[0], user.id])) as Record<Role, string>;
  return { id: account.id, users: ids, agent, supervisor, administrator, emails };
}

let hash: string | undefined;

/** The hash of a password, in a test without other load. */
export async function hashOf(text: string): Promise<string> {
  const made = await hashPassword(env, text, 'known');
  if (typeof made !== 'string') throw new Error(made.message);
  return made;
}

export async function signIn(email: string): Promise<string> {
  const response = await call('POST', '/api/login', { body: { email, password } });
  if (response.status !== 200) throw new Error(await response.text());
  return cookieOf(response);
}

/** A site of the account with an active campaign, and a visitor's cookie and token for it. */
export async function newSite(account: TestAccount, origins = ['https://shop.example']) {
  const cookie = account.administrator;
  const help = { name: 'Help', enabled: true, settings: defaultCampaign };
  const campaign = await done(campaignRoutes.add, { body: help }, { cookie });
  const shop = { name: 'Shop', origins, campaign: campaign.id };
  const site = await done(siteRoutes.add, { body: shop }, { cookie });
  return { site: site.id, campaign: campaign.id };
}

export async function newVisitor(site: string): Promise<{ id: string; cookie: string; token: string }> {
  const response = await call('POST', '/api/widget/session', { body: { site } });
  const body = await response.json<{ visitor: string; token: string }>();
  return { id: body.visitor, token: body.token, cookie: cookieOf(response) };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** Sends a visitor's message; returns the conversation that accepted it. */
export function say(site: string, token: string, text = 'Hello'): Promise<Started> {
  const body = { id: crypto.randomUUID(), site, text };
  return done(siteRoutes.sendMessage, { body }, { headers: bearer(token) });
}
