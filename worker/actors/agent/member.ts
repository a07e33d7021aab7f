/**
 * An agent's identity and how they prove it: the copy of their user's row, sessions, second factor, links by mail. It
 * knows nothing of an agent's work.
 */
import type { LinkKind } from '#domain/people/mailed-links';
import {
  type Principal,
  isRefusal,
  makeId,
  refuse,
  type Me,
  type RecoveryCodes,
  type Refusal,
  type Session,
  type SessionEnding,
  type Status,
} from '#protocol';
import { setSecondFactor } from '../../db/user-changes.ts';
import { getPerson, type Person } from '../../db/users.ts';
import type { Duty } from '../../runtime/alarm.ts';
import type { Host, Sql } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { report } from '../../runtime/report.ts';
import type { Env } from '../env.ts';
import { sendMail } from '../mailer.ts';
import { Devices, type Device } from './devices.ts';
import { linkKinds, Links, setters } from './links.ts';
import { Outgoing, type MailOrder } from './outgoing.ts';
import { SecondFactor } from './second-factor.ts';
import { AgentSessions, endings, type Origin } from './sessions.ts';
import { untold, type AgentRegisters } from './storage.ts';
import { Tries } from './tries.ts';

/** How long a change of a user's row may take, in milliseconds. */
const rereadAfter = 3_000;

/** A session that was just made; the secret is returned only here. */
export interface Opened {
  readonly session: string;
  readonly secret: string;
  readonly expiresAt: number;
  readonly remembered: boolean;
  /** The browser, if it was not known before. */
  readonly device?: Device;
}

export interface SignInHow extends Origin {
  readonly remembered: boolean;
  /** The browser's id, if it is known. */
  readonly known?: string | undefined;
  readonly code?: string | undefined;
  readonly status?: Status | undefined;
}

/** Callbacks of a member to its agent. */
export interface MemberEvents {
  /** Sessions have ended. Called before their sockets are closed. */
  ended(): void;
  /** A field of the row that other actors use has changed. */
  changed(before: Person | undefined, user: Person): void;
  /** Whether the user exists, called each time that is known. */
  exists(does: boolean): void;
  /** True if the session has a live tab. */
  inUse(session: string): boolean;
  /** Closes a session's sockets, here and at conversations. */
  close(session: string): Promise<void>;
  arm(): void;
}

export class Member {
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;
  readonly #env: Env;
  readonly #on: MemberEvents;
  readonly #sessions: AgentSessions;
  readonly #outgoing: Outgoing;
  readonly secondFactor: SecondFactor;
  readonly links: Links;
  readonly devices: Devices;
  readonly tries: Tries;

  constructor(sql: Sql, registers: Registers<AgentRegisters>, host: Host, env: Env, on: MemberEvents) {
    this.#registers = registers;
    this.#host = host;
    this.#env = env;
    this.#on = on;
    this.#sessions = new AgentSessions(sql);
    this.secondFactor = new SecondFactor(registers, host);
    this.devices = new Devices(sql, host);
    this.tries = new Tries(sql, host);
    this.links = new Links(registers, host);
    this.#outgoing = new Outgoing(
      registers,
      host,
      this.links,
      () => this.user,
      (mail) => sendMail(env, mail),
    );
  }

  get user(): Person {
    const user = this.#registers.get('user');
    if (!user) throw new Error('an agent without a user');
    return { ...untold, ...user };
  }

  /** The name that visitors see. */
  get shownName(): string {
    return this.user.nickname || this.user.name;
  }

  get duties(): Duty[] {
    const rereading: Duty = {
      name: 'reread',
      next: () => this.#registers.get('rereadAt') ?? null,
      run: () => this.reread(),
    };
    const expiring: Duty = {
      name: 'expire',
      next: () => {
        const inUse = this.#sessions.nextEnd((id) => this.#on.inUse(id));
        // Of sessions without a live tab only the last end matters: after it the user is signed out.
        return inUse ?? this.#sessions.lastEnd();
      },
      run: async (now) => {
        const ended = this.#sessions.expire(now, (id) => this.#on.inUse(id));
        this.#on.ended();
        for (const id of ended) await this.#on.close(id);
      },
    };
    return [rereading, expiring, this.#outgoing];
  }

  /** Makes a session for a user who gave the right password; this also checks the second factor. */
  async signIn(user: Person, how: SignInHow): Promise<Opened | Refusal> {
    const wrong = await this.checkCode(how.code, how.known ?? 'unknown devices');
    if (wrong) return wrong;
    const opened = await this.#open(user, how, how.remembered);
    if (isRefusal(opened) || (how.known !== undefined && this.devices.use(how.known))) return opened;
    return { ...opened, device: await this.devices.add() };
  }

  /**
   * Makes a session for a user who has proved their identity in another one, and makes their browser a known device.
   */
  async goOn(user: Person, from: Origin, remembered: boolean): Promise<Opened | Refusal> {
    const opened = await this.#open(user, from, remembered);
    return isRefusal(opened) ? opened : { ...opened, device: await this.devices.add() };
  }

  /**
   * Why the code of the second factor is not enough; null if it is, or if there is no second factor. Guesses at the
   * code are counted by device or session, apart from the password's: the password was right, so it is no longer
   * secret.
   */
  async checkCode(code: string | undefined, of: string): Promise<Refusal | null> {
    if (!this.secondFactor.on) return null;
    if (!code) return refuse('code_needed');
    const guess = { limit: 'code', of } as const;
    const { wait } = this.tries.take(guess);
    if (wait > 0) return refuse('slow_down', { retryAfter: wait });
    if (!(await this.secondFactor.accepts(code))) return refuse('wrong_code');
    this.tries.forget(guess);
    return null;
  }

  async #open(user: Person, from: Origin, remembered: boolean): Promise<Omit<Opened, 'device'> | Refusal> {
    // The row was read before the password was checked, and has changed since.
    if (!(await this.#catchUp(user))) return refuse('signed_out');
    this.expectChange();
    const id = makeId('session', this.#host.bytes(26));
    const opened = await this.#sessions.open(id, this.#host.now(), { ...from, remembered });
    const { secret, expiresAt, dropped } = opened;
    const closing = dropped.map((session) => this.#on.close(session));
    this.#host.background(
      Promise.all(closing).catch((error: unknown) => report('dropped_not_closed', error)),
    );
    this.#on.arm();
    return { session: id, secret, expiresAt, remembered };
  }

  async authenticate(
    session: string,
    secret: string,
  ): Promise<{ principal: Extract<Principal, { kind: 'user' }>; ipRules: readonly string[] } | Refusal> {
    const holds = await this.#sessions.holds(session, secret, this.#host.now());
    if (typeof holds === 'string') return refuse('signed_out', { message: endings[holds], reason: holds });
    if (!holds) return refuse('signed_out');
    const { account, id, roles, manages, ipRules, photo, showsPhoto } = this.user;
    const shown = showsPhoto && photo !== null && { photo };
    const rights = { roles, manages, mustEnroll: this.#mustEnroll };
    return {
      principal: {
        kind: 'user',
        account: account.id,
        id,
        name: this.shownName,
        fullName: this.user.name,
        ...shown,
        ...rights,
        session,
      },
      ipRules,
    };
  }

  me(status: Status): Me {
    const { account, id, name, email, roles, manages, language, photo } = this.user;
    return {
      ...{ id, name, email, roles: [...roles], manages, language, photo, status },
      account: { id: account.id, name: account.name, timeZone: account.timeZone },
      secondFactor: this.secondFactor.on,
      mustEnroll: this.#mustEnroll,
    };
  }

  /** The valid sessions, the most recently used first. */
  sessions(current: string): Session[] {
    const held = this.#sessions.list(this.#host.now());
    return held.map((session) => ({ ...session, current: session.id === current }));
  }

  /** True if the session has not been ended; its age is not checked here. */
  holds(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** True if any session is valid. */
  get signedIn(): boolean {
    return this.#sessions.anyHolds(this.#host.now(), (id) => this.#on.inUse(id));
  }

  async endSession(id: string): Promise<void> {
    this.#sessions.end(id);
    this.#on.ended();
    await this.#on.close(id);
  }

  /**
   * The user's row is about to change. The caller announces it before the change: if the caller crashes halfway, the
   * row is read again anyway.
   */
  expectChange(): void {
    this.#registers.set('rereadAt', this.#host.now() + rereadAfter);
    this.#on.arm();
  }

  /** The user's row has changed: everything that depended on the old row ends now (I14). */
  async reread(): Promise<void> {
    const { account, id } = this.user;
    const user = await getPerson(this.#env.DB, account.id, id);
    const why = user ? endingBetween(this.user, user) : 'deleted';
    this.#on.exists(user !== null);
    if (why) await this.#endAll(why);
    const enrolled = !this.#mustEnroll;
    if (user) this.learn(user);
    // A user who must still enroll keeps the session, which enrolling needs, but loses its sockets.
    if (enrolled && this.#mustEnroll)
      await Promise.all(this.sessions('').map(({ id }) => this.#on.close(id)));
    // Last, so that a failure above is retried.
    this.#registers.delete('rereadAt');
  }

  /**
   * Adopts a row that a caller has read, perhaps before its change is announced; everything that depended on the old
   * row ends as well. False if the row is older than the known one.
   */
  async #catchUp(user: Person): Promise<boolean> {
    const known = this.#registers.get('user') && this.user;
    if (known && known.version > user.version) return false;
    const why = known && endingBetween(known, user);
    if (why) await this.#endAll(why);
    this.learn(user);
    return true;
  }

  learn(user: Person): void {
    const known = this.#registers.get('user');
    if (JSON.stringify(known) === JSON.stringify(user)) return;
    // A link lies in the mailbox of the old address.
    if (known && known.email !== user.email) this.dropLinks(linkKinds);
    this.#registers.set('user', user);
    this.#on.changed(known && { ...untold, ...known }, user);
  }

  /** Sends the user a mail. They may never have signed in. */
  async mail(user: Person, order: MailOrder): Promise<void> {
    await this.#catchUp(user);
    this.#outgoing.order(order);
    this.#on.arm();
  }

  /** Uses up a link. The links that it invalidates are not mailed any more either. */
  async redeemLink(secret: string): Promise<boolean> {
    const ended = await this.links.redeem(secret);
    if (ended) this.#outgoing.drop(ended);
    return ended !== null;
  }

  /** Invalidates the links of these kinds, and drops their unsent mails. */
  dropLinks(kinds: readonly LinkKind[]): void {
    this.links.drop(kinds);
    this.#outgoing.drop(kinds);
  }

  /** Switches the second factor on. Other sessions were opened with the password alone, so they end. */
  async confirmSecondFactor(code: string, session: string): Promise<RecoveryCodes | Refusal> {
    const codes = await this.secondFactor.confirm(code);
    if (isRefusal(codes)) return codes;
    const others = this.sessions(session).filter(({ current }) => !current);
    await Promise.all(others.map(({ id }) => this.endSession(id)));
    await setSecondFactor(this.#env.DB, this.user.account.id, this.user.id, true);
    return codes;
  }

  async removeSecondFactor(): Promise<void> {
    this.secondFactor.remove();
    await setSecondFactor(this.#env.DB, this.user.account.id, this.user.id, false);
  }

  get #mustEnroll(): boolean {
    return this.user.account.needsSecondFactor && !this.secondFactor.on;
  }

  async #endAll(why: SessionEnding): Promise<void> {
    if (why === 'deleted') this.dropLinks(linkKinds);
    // A change of rights invalidates no link: an invited user may get rights before the first sign-in.
    if (why === 'password') this.dropLinks(setters);
    // Everything that was opened with the old password ends, including a device that an attacker made known with it.
    if (why === 'password' || why === 'deleted') this.devices.forget();
    const sessions = this.#sessions.endAll(why);
    this.#on.ended();
    await Promise.all(sessions.map((session) => this.#on.close(session)));
  }
}

/** The reason why a change of the user ends the sessions made before it, or null. */
function endingBetween(before: Person, after: Person): SessionEnding | null {
  if (after.passwordVersion !== before.passwordVersion) return 'password';
  const rights = ({ roles, manages }: Person) => JSON.stringify([[...roles].sort(), manages]);
  if (rights(before) !== rights(after)) return 'rights';
  return JSON.stringify(before.ipRules) === JSON.stringify(after.ipRules) ? null : 'addresses';
}
