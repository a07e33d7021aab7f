/** The session of a visitor on a site: at most one, created with the first message or the first file. */
import type { VisitorSession } from '#protocol';
import type { Environment } from './environment.ts';
import type { Pause } from './pause.ts';
import { signedOut, type Failure, type VisitorApi } from './visitor-api.ts';

export class VisitorSessions {
  current: VisitorSession | null = null;
  /** The server has answered whether there is a session. Before that, another one would be a second visitor. */
  looked = false;
  readonly #api: VisitorApi;
  readonly #env: Environment;
  readonly #pause: Pause;
  #opening: Promise<'next' | Failure> | undefined;

  constructor(api: VisitorApi, env: Environment, pause: Pause) {
    this.#api = api;
    this.#env = env;
    this.#pause = pause;
  }

  get all(): VisitorSession['conversations'] {
    return this.current?.conversations ?? [];
  }

  /** True if there is a session. Repeats the request until there is an answer. */
  async load(ended: () => boolean): Promise<boolean> {
    while (!ended()) {
      const answer = await this.#api.session();
      this.looked = 'ok' in answer || signedOut(answer);
      if (this.looked) {
        if ('ok' in answer) this.current = answer.ok;
        this.#pause.over();
        break;
      }
      await this.#pause.wait(
        'lost' in answer ? undefined : ((answer as { retryAfter?: number }).retryAfter ?? 0),
      );
    }
    return this.current !== null;
  }

  /** Opens one if there is none. */
  async open(): Promise<'next' | Failure> {
    if (!this.looked) return { lost: true };
    if (this.current) return 'next';
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** A request was refused for want of a session: looks whether it has ended. */
  async renew(): Promise<void> {
    if (signedOut(await this.#api.session())) this.current = null;
  }

  remember(conversation: string): void {
    const { current } = this;
    if (!current || this.all.some(({ id }) => id === conversation)) return;
    const others = this.all.map((other) => ({ ...other, open: false }));
    const latest = { id: conversation, campaign: '', startedAt: this.#env.now(), open: true };
    this.current = { ...current, conversations: [latest, ...others] };
  }

  async #open(): Promise<'next' | Failure> {
    const answer = await this.#api.open();
    this.#opening = undefined;
    if (!('ok' in answer)) return answer;
    this.current = answer.ok;
    return 'next';
  }
}
