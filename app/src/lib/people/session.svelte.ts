/** The signed-in user. A page has one session, so this is the only state that every module may read. */
import { can, type Action } from '#domain/people/rights';
import { isRefusal, type Me, type Refusal, type Status } from '#protocol';
import { ask, askQuietly, isOver, whenShutOut } from '../api.ts';

/** Milliseconds that the renewal of a session may take to reach the browser. */
const renewal = 1_500;

interface SignInBody {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
  readonly status?: Status;
  readonly remember: boolean;
}

export class Session {
  me = $state.raw<Me | null>(null);
  /** `unknown` until the server has answered once; `unreachable` if it does not. */
  phase = $state<'unknown' | 'in' | 'out' | 'unreachable'>('unknown');
  /** The user has signed out: there is no page to return to. */
  left = false;
  /** The reason of the sign-out, if there is more to show than the sign-in page. */
  farewell = $state.raw<Refusal | null>(null);
  #asking: Promise<Refusal | null> | null = null;

  /** Asks the server for the signed-in user. Concurrent calls share one request. */
  load(): Promise<Refusal | null> {
    this.#asking ??= this.#load().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #load(): Promise<Refusal | null> {
    const answer = await ask<Me>('GET', '/api/me');
    if (!isRefusal(answer)) this.enter(answer);
    else if (!isOver(answer) && this.phase !== 'in') this.phase = 'unreachable';
    return isRefusal(answer) ? answer : null;
  }

  /** For a socket that can't open: returns false once the credential is known to have ended. */
  async holds(): Promise<boolean> {
    const answer = await askQuietly<Me>('GET', '/api/me');
    if (!isRefusal(answer)) {
      this.me = answer;
      return !answer.mustEnroll;
    }
    if (!isOver(answer)) return true;
    // If the password was changed in this browser, the sockets close before the browser has the new cookie.
    if (answer.reason === 'password') await new Promise((resolve) => setTimeout(resolve, renewal));
    const refusal = await this.load();
    return refusal === null || !isOver(refusal);
  }

  enter(me: Me): void {
    this.left = false;
    this.farewell = null;
    this.me = me;
    this.phase = 'in';
  }

  /** Ends the session, by the user's wish or the server's refusal. */
  leave(why: Refusal | null = null): void {
    if (this.phase === 'in' || why) this.farewell = why;
    this.me = null;
    this.phase = 'out';
  }

  async signIn(body: SignInBody): Promise<Refusal | null> {
    const answer = await ask<Me>('POST', '/api/login', body);
    if (isRefusal(answer)) return answer;
    this.enter(answer);
    return null;
  }

  async signOut(): Promise<Refusal | null> {
    // Set before the request, because the sockets that it closes may report the end first.
    this.left = true;
    const answer = await ask<object>('POST', '/api/logout');
    if (isRefusal(answer) && answer.refused !== 'signed_out') {
      this.left = false;
      return answer;
    }
    this.leave();
    return null;
  }

  may(action: Action): boolean {
    const { me } = this;
    if (!me) return false;
    return can(
      {
        kind: 'user',
        account: me.account.id,
        id: me.id,
        name: me.name,
        roles: me.roles,
        manages: me.manages,
        mustEnroll: me.mustEnroll,
        session: '',
      },
      action,
    );
  }
}

export const session = new Session();
whenShutOut((refusal) => {
  if (refusal.refused === 'second_factor_needed') void session.load();
  else session.leave(refusal.refused === 'signed_out' && !refusal.reason ? null : refusal);
});
