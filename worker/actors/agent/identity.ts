/**
 * The part of an agent's RPC that proves the user: sessions, known devices, counted attempts, links by mail, the
 * second factor. An object with a made-up name has no member, and stores nothing.
 */
import type { LimitName } from '#domain/base/limits';
import {
  refuse,
  type LinkAbout,
  type RecoveryCodes,
  type Refusal,
  type SecondFactorSecret,
  type Session,
} from '#protocol';
import type { Person } from '../../db/users.ts';
import type { AgentIdentity, Attempted, Device, MailOrder, TakenTries, Tried } from '../contracts/agent.ts';
import { Sender } from '../files/sender.ts';
import type { Member } from './member.ts';

export abstract class Identity extends Sender implements AgentIdentity {
  /** The member, if the user has ever signed in or been mailed. */
  protected abstract known(): Member | undefined;
  protected abstract begun(): Member;

  /**
   * Counts an attempt on a device under these limits, or returns how long to wait. Null if the device is unknown or
   * does not belong to the user with this email.
   */
  async tryOnDevice(email: string, given: Device, limits: readonly LimitName[]): Promise<Attempted | null> {
    const member = this.known();
    if (!member || !(await member.devices.knows(given)) || member.user.email !== email) return null;
    return member.tries.take(
      ...limits.map((limit) => ({ limit, of: ofUser(limit) ? 'user' : given.device })),
    );
  }

  /** Counts an attempt at the password or at a code, within a session. */
  tryInSession(session: string): Attempted {
    const tried: Tried[] = [
      { limit: 'proof', of: session },
      { limit: 'ownHashes', of: 'user' },
    ];
    return this.known()?.tries.take(...tried) ?? { wait: 0, taken: [] };
  }

  /** Takes back attempts that must not count, and clears the counts of others. */
  settleTries(back: TakenTries, forgotten: TakenTries): void {
    const tries = this.known()?.tries;
    tries?.giveBack(back);
    for (const each of forgotten) tries?.forget(each);
  }

  /** Makes the browser a known device of a user who has proved their identity. */
  async addDevice(): Promise<Device | null> {
    return (await this.known()?.devices.add()) ?? null;
  }

  /** Forgets all known devices except the one with this id. */
  forgetDevices(but?: string): void {
    this.known()?.devices.forget(but);
  }

  sessions(current: string): Session[] {
    return this.known()?.sessions(current) ?? [];
  }

  /** Called before a change of the user's row … */
  expectChange(): void {
    this.known()?.expectChange();
  }

  /** … and after it. */
  async reread(): Promise<void> {
    await this.known()?.reread();
  }

  /** Sends the user a mail; they may never have signed in. */
  async mail(user: Person, order: MailOrder): Promise<void> {
    await this.begun().mail(user, order);
  }

  /** The account, user and kind of a link; null if it is not valid. */
  async linkAbout(secret: string): Promise<LinkAbout | null> {
    const member = this.known();
    const link = await member?.links.about(secret);
    if (!member || !link) return null;
    const { account, name, email } = member.user;
    return { kind: link.kind, email: link.email ?? email, account: account.name, name };
  }

  /** Uses up a link that sets a password or confirms an email. */
  async redeemLink(secret: string): Promise<boolean> {
    return (await this.known()?.redeemLink(secret)) ?? false;
  }

  /** Why this code does not prove the user in this session, if they have a second factor. */
  async checkCode(code: string | undefined, session: string): Promise<Refusal | null> {
    return (await this.known()?.checkCode(code, session)) ?? null;
  }

  /** Invalidates links that confirm an email. */
  dropConfirmation(): void {
    this.known()?.dropLinks(['confirmation']);
  }

  beginSecondFactor(): SecondFactorSecret | Refusal {
    const member = this.known();
    return member?.secondFactor.begin(member.user.email) ?? refuse('signed_out');
  }

  async confirmSecondFactor(code: string, session: string): Promise<RecoveryCodes | Refusal> {
    return this.known()?.confirmSecondFactor(code, session) ?? refuse('signed_out');
  }

  async removeSecondFactor(): Promise<void> {
    await this.known()?.removeSecondFactor();
  }
}

const ofUser = (limit: LimitName): boolean => limit === 'ownHashes';
