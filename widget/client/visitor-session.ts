/** The visitor's session as this page knows it: looked up once, made with the first message. */
import type { VisitorSession } from '#protocol';
import type { Environment } from './environment.ts';
import type { Pause } from './pause.ts';
import { signedOut, type Failure, type VisitorApi } from './visitor-api.ts';

export class SessionHolder {
  readonly #api: VisitorApi;
  readonly #pause: Pause;
  readonly #env: Environment;
  #session: VisitorSession | null = null;

  constructor(api: VisitorApi, pause: Pause, env: Environment) {
    this.#api = api;
    this.#pause = pause;
    this.#env = env;
  }

  get current(): VisitorSession | null {
    return this.#session;
  }

  /** True if there is a session. Repeats the request until there is an answer, or the chat has ended. */
  async load(ended: () => boolean): Promise<boolean> {
    while (!ended()) {
      const answer = await this.#api.session();
      if ('ok' in answer || signedOut(answer)) this.#pause.over();
      if ('ok' in answer) this.#session = answer.ok;
      // Signed out: there is no visitor, or no more. Unsent messages open a new session.
      if ('ok' in answer || signedOut(answer)) return 'ok' in answer;
      await this.#pause.wait('lost' in answer ? undefined : (answer.retryAfter ?? 0));
    }
    return false;
  }

  /** Makes the visitor; a failure where that has to be tried again. */
  async open(): Promise<'next' | Failure> {
    const answer = await this.#api.open();
    if (!('ok' in answer)) return answer;
    this.#session = answer.ok;
    return 'next';
  }

  /** The credential is not valid any more. */
  async drop(): Promise<void> {
    this.#session = null;
    await this.#api.forget();
  }

  /** A message has begun a conversation, or gone to one of another tab. */
  remember(conversation: string): void {
    const session = this.#session;
    if (!session || session.conversations.some((other) => other.id === conversation)) return;
    const others = session.conversations.map((other) => ({ ...other, open: false }));
    const latest = { id: conversation, campaign: '', startedAt: this.#env.now(), open: true };
    this.#session = { ...session, conversations: [latest, ...others] };
  }
}
