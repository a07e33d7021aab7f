/** The requests of a visitor's client, and the credential that they carry if the cookie does not survive (VIS-5). */
import {
  tokenSubprotocol,
  type AnswerOf,
  type BodyOf,
  type Range,
  type RefusalCode,
  type StartConversation,
  type Started,
  type VisitorSession,
} from '#protocol';
import type { Address, RouteAt } from '#protocol/routes';
import type { Carrier } from './outbox.ts';
import { socketAt, type MethodAt, type PathAt } from './request.ts';

/** The result of a request: a body, a refusal, or no answer at all. */
export type Answer<T> = { ok: T } | Failure;
export type Failure =
  { refused: RefusalCode; message: string; retryAfter?: number | undefined } | { lost: true };

/** Older entries per request. */
const olderLimit = 50;

export class VisitorApi {
  readonly base: string;
  readonly site: string;
  readonly #carrier: Carrier;
  readonly #fetch: typeof fetch;
  #token: string | null = null;

  constructor(options: { base: string; site: string; carrier: Carrier; fetch?: typeof fetch | undefined }) {
    this.base = options.base;
    this.site = options.site;
    this.#carrier = options.carrier;
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
  }

  /** Loads the credential that an earlier page stored. */
  async restore(): Promise<void> {
    this.#token = await this.#carrier.load(this.#key).catch(() => null);
  }

  /** The subprotocol of the credential, beside the protocol's own. */
  protocols(): string[] {
    return this.#token ? [tokenSubprotocol + this.#token] : [];
  }

  /** The credential of requests that do not go through here; undefined if the cookie carries it. */
  get bearer(): string | undefined {
    return this.#token === null ? undefined : `Bearer ${this.#token}`;
  }

  socketUrl(conversation: string): string {
    const path = `/api/widget/conversations/${conversation}/socket?site=${this.site}` as const;
    return socketAt<'GET /api/widget/conversations/:id/socket'>(this.base, path);
  }

  async session(): Promise<Answer<VisitorSession>> {
    const answer = await this.ask<'GET /api/widget/session'>('GET', this.#session);
    if (!('ok' in answer)) return answer;
    if (answer.ok.visitor === null) return { refused: 'signed_out', message: '' };
    const { token, ...session } = answer.ok;
    // The credential was old, and was replaced.
    if (token) await this.#keep(token);
    return { ok: session };
  }

  /** Creates the visitor. The cookie carries the session if it survives; otherwise the token is stored. */
  async open(): Promise<Answer<VisitorSession>> {
    const answer = await this.ask<'POST /api/widget/session'>('POST', '/api/widget/session', {
      site: this.site,
    });
    if (!('ok' in answer)) return answer;
    const { token, ...session } = answer.ok;
    this.#token = null;
    if (token && !('ok' in (await this.session()))) await this.#keep(token);
    return { ok: session };
  }

  /** Signs the visitor out. The page may close before the answer, so a mark is left for the next page. */
  async leave(): Promise<void> {
    const marked = this.#carrier.save(this.#leftKey, '1').catch(() => undefined);
    const left = this.ask<'DELETE /api/widget/session'>('DELETE', this.#session);
    await Promise.all([marked, this.forget()]);
    if ('ok' in (await left)) await this.#carrier.save(this.#leftKey, null).catch(() => undefined);
  }

  /** Finishes a sign-out that an earlier page could not finish; returns false if it has to be tried again. */
  async leftBefore(): Promise<boolean> {
    if ((await this.#carrier.load(this.#leftKey).catch(() => null)) === null) return true;
    if ('lost' in (await this.ask<'DELETE /api/widget/session'>('DELETE', this.#session))) return false;
    await this.#carrier.save(this.#leftKey, null).catch(() => undefined);
    return true;
  }

  /** The credential has ended. */
  async forget(): Promise<void> {
    this.#token = null;
    await this.#carrier.save(this.#key, null).catch(() => undefined);
  }

  message(message: Omit<StartConversation, 'site'>): Promise<Answer<Started>> {
    const body = { ...message, site: this.site };
    return this.ask<'POST /api/widget/messages'>('POST', '/api/widget/messages', body);
  }

  entries(conversation: string, before: number | undefined): Promise<Answer<Range>> {
    const query = `site=${this.site}&limit=${olderLimit}${before === undefined ? '' : `&before=${before}`}`;
    const path = `/api/widget/conversations/${conversation}/entries?${query}` as const;
    return this.ask<'GET /api/widget/conversations/:id/entries'>('GET', path);
  }

  get #session() {
    return `/api/widget/session?site=${this.site}` as const;
  }

  get #key(): string {
    return `parley.${this.site}.token`;
  }

  get #leftKey(): string {
    return `parley.${this.site}.left`;
  }

  async #keep(token: string): Promise<void> {
    this.#token = token;
    await this.#carrier.save(this.#key, token).catch(() => undefined);
  }

  async ask<A extends Address>(
    method: MethodAt<A>,
    path: PathAt<A>,
    body?: (BodyOf<RouteAt<A>> & object) | Blob,
  ): Promise<Answer<AnswerOf<RouteAt<A>>>> {
    const token = this.#token;
    const answer = await this.#send<AnswerOf<RouteAt<A>>>(method, path, body);
    if (token === null || !('refused' in answer) || answer.refused !== 'signed_out') return answer;
    // Another tab may have stored the credential that replaces this one.
    const stored = await this.#carrier.load(this.#key).catch(() => null);
    if (stored === null || stored === token) return answer;
    this.#token = stored;
    return this.#send<AnswerOf<RouteAt<A>>>(method, path, body);
  }

  async #send<T>(method: string, path: string, body: object | undefined): Promise<Answer<T>> {
    try {
      const response = await this.#fetch(new URL(path, this.base), {
        method,
        credentials: 'include',
        // The frame may be removed at once.
        keepalive: method === 'DELETE',
        headers: {
          ...(body && !(body instanceof Blob) && { 'content-type': 'application/json' }),
          ...(this.bearer && { authorization: this.bearer }),
        },
        ...(body && { body: body instanceof Blob ? body : JSON.stringify(body) }),
      });
      const answer = (await response.json()) as T & Exclude<Failure, { lost: true }>;
      if (response.ok) return { ok: answer };
      const { refused = 'unavailable', message = '', retryAfter } = answer;
      return { refused, message, retryAfter };
    } catch {
      return { lost: true };
    }
  }
}

export function signedOut(answer: object): boolean {
  return 'refused' in answer && answer.refused === 'signed_out';
}
