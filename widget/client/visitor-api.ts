/** The requests of a visitor's client, and the credential that they carry where the cookie doesn't survive (V7). */
import {
  tokenSubprotocol,
  type Range,
  type RefusalCode,
  type StartConversation,
  type Started,
  type VisitorSession,
} from '#protocol';
import type { Carrier } from './outbox.ts';

/** What came of a request: a body, a refusal, or no answer at all. */
export type Answer<T> = { ok: T } | { refused: RefusalCode; message: string } | { lost: true };

export class VisitorApi {
  readonly #base: string;
  readonly #site: string;
  readonly #carrier: Carrier;
  readonly #fetch: typeof fetch;
  #token: string | null = null;

  constructor(options: { base: string; site: string; carrier: Carrier; fetch?: typeof fetch | undefined }) {
    this.#base = options.base;
    this.#site = options.site;
    this.#carrier = options.carrier;
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
  }

  /** Takes up the credential that an earlier page kept. */
  async restore(): Promise<void> {
    this.#token = await this.#carrier.load(this.#key).catch(() => null);
  }

  /** Beside the protocol's own. */
  protocols(): string[] {
    return this.#token ? [tokenSubprotocol + this.#token] : [];
  }

  socketUrl(conversation: string): string {
    const url = new URL(`/api/widget/conversations/${conversation}/socket?site=${this.#site}`, this.#base);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }

  async session(): Promise<Answer<VisitorSession>> {
    const answer = await this.#ask<VisitorSession | { visitor: null }>('GET', this.#sessionPath);
    return 'ok' in answer && answer.ok.visitor === null
      ? { refused: 'signed_out', message: '' }
      : (answer as Answer<VisitorSession>);
  }

  /** Makes the visitor. The cookie carries the session where it survives; else the token is kept. */
  async open(): Promise<Answer<VisitorSession>> {
    const answer = await this.#ask<VisitorSession>('POST', '/api/widget/session', { site: this.#site });
    if (!('ok' in answer)) return answer;
    const { token, ...session } = answer.ok;
    this.#token = null;
    if (token && !('ok' in (await this.session()))) {
      this.#token = token;
      await this.#carrier.save(this.#key, token).catch(() => undefined);
    }
    return { ok: session };
  }

  /** This device is no longer the visitor's. */
  async leave(): Promise<void> {
    await this.forget();
    await this.#ask('DELETE', this.#sessionPath);
  }

  /** The credential holds no more. */
  async forget(): Promise<void> {
    this.#token = null;
    await this.#carrier.save(this.#key, null).catch(() => undefined);
  }

  message(message: Omit<StartConversation, 'site'>): Promise<Answer<Started>> {
    return this.#ask('POST', '/api/widget/messages', { ...message, site: this.#site });
  }

  entries(conversation: string, before: number | undefined, limit: number): Promise<Answer<Range>> {
    const query = `site=${this.#site}&limit=${limit}${before === undefined ? '' : `&before=${before}`}`;
    return this.#ask('GET', `/api/widget/conversations/${conversation}/entries?${query}`);
  }

  get #sessionPath(): string {
    return `/api/widget/session?site=${this.#site}`;
  }

  get #key(): string {
    return `parley.${this.#site}.token`;
  }

  async #ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer<T>> {
    try {
      const response = await this.#fetch(new URL(path, this.#base), {
        method,
        credentials: 'include',
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as T & { refused: RefusalCode; message: string };
      if (response.ok) return { ok: answer };
      return { refused: answer.refused ?? 'unavailable', message: answer.message ?? '' };
    } catch {
      return { lost: true };
    }
  }
}
