/** A browser that keeps cookies, oldest first, as real ones send them (RFC 6265, 5.4). */
import { call, password, type Call } from './client.ts';

export class Browser {
  readonly #cookies = new Map<string, string>();
  /** Sent with each request. */
  readonly #with: Call;

  constructor(withEach: Call = {}) {
    this.#with = withEach;
  }

  async send(method: string, path: string, body?: unknown): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await call(method, path, {
      ...this.#with,
      ...(body !== undefined && { body }),
      ...(cookie !== '' && { cookie }),
    });
    for (const set of response.headers.getSetCookie()) this.#take(set);
    return response;
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const response = await this.send(method, path, body);
    return { status: response.status, body: await response.json<T>() };
  }

  /** The status of a sign-in. */
  async signIn(email: string, pass = password, more: object = {}): Promise<number> {
    return (await this.send('POST', '/api/login', { email, password: pass, ...more })).status;
  }

  /** The cookies of known devices. */
  get devices(): string[] {
    return [...this.#cookies.keys()].filter((name) => name.startsWith('__Host-parley-device-'));
  }

  get(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  #take(set: string): void {
    const [pair = '', ...flags] = set.split('; ');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (flags.includes('Max-Age=0')) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(at + 1));
  }
}
