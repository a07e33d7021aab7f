/**
 * An agent's second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes. Each code is accepted
 * once.
 */
import { refuse, type Refusal, type SecondFactorSecret } from '#protocol';
import { Secret, TOTP } from 'otpauth';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { hashSecret } from '../credentials.ts';
import type { AgentRegisters } from './storage.ts';

/** The number of recovery codes, and the characters of each: 50 bits. */
const recoveryCodes = 10;
const recoveryLength = 10;
/** Without letters that are easily misread. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** A clock may be wrong by one period of 30 seconds in either direction. */
const window = 1;

export class SecondFactor {
  readonly #registers: Registers<AgentRegisters>;
  readonly #host: Host;

  constructor(registers: Registers<AgentRegisters>, host: Host) {
    this.#registers = registers;
    this.#host = host;
  }

  get on(): boolean {
    return this.#registers.get('secondFactor') !== undefined;
  }

  /** Makes a new secret, which counts only after confirmation: an app that never received it locks nobody out. */
  begin(email: string): SecondFactorSecret {
    const secret = new Secret({ buffer: this.#host.bytes(20).slice().buffer }).base32;
    this.#registers.set('secondFactorBegun', secret);
    return { secret, uri: totpOf(secret, email).toString() };
  }

  /** Returns the recovery codes, for the loss of the app; they are returned only here. */
  async confirm(code: string): Promise<{ codes: string[] } | Refusal> {
    const secret = this.#registers.get('secondFactorBegun');
    const period = secret ? this.#periodOf(secret, code) : null;
    if (!secret || period === null) return refuse('wrong_code');
    const codes = Array.from({ length: recoveryCodes }, () => this.#recoveryCode());
    const recovery = await Promise.all(codes.map((each) => hashSecret(plain(each))));
    this.#registers.set('secondFactor', { secret, period, recovery });
    this.#registers.delete('secondFactorBegun');
    return { codes };
  }

  /** True if the code is right and unused; the code is used up. */
  async accepts(code: string): Promise<boolean> {
    const hash = await hashSecret(plain(code));
    // No await from here: of two simultaneous uses of a code only one is accepted.
    const kept = this.#registers.get('secondFactor');
    if (!kept) return false;
    const period = this.#periodOf(kept.secret, code);
    if (period !== null && period > kept.period) {
      this.#registers.set('secondFactor', { ...kept, period });
      return true;
    }
    if (!kept.recovery.includes(hash)) return false;
    this.#registers.set('secondFactor', { ...kept, recovery: kept.recovery.filter((each) => each !== hash) });
    return true;
  }

  remove(): void {
    this.#registers.delete('secondFactor');
    this.#registers.delete('secondFactorBegun');
  }

  /** The time period of a code; null if it belongs to no period near now. */
  #periodOf(secret: string, code: string): number | null {
    const token = code.replace(/\s/g, '');
    if (!/^\d{6}$/.test(token)) return null;
    const timestamp = this.#host.now();
    const delta = totpOf(secret, '').validate({ token, timestamp, window });
    return delta === null ? null : TOTP.counter({ timestamp }) + delta;
  }

  #recoveryCode(): string {
    const bytes = this.#host.bytes(recoveryLength);
    const text = [...bytes].map((byte) => alphabet.charAt(byte & 31)).join('');
    return `${text.slice(0, 5)}-${text.slice(5)}`;
  }
}

const totpOf = (secret: string, label: string) =>
  new TOTP({ issuer: 'Parley', label, secret: Secret.fromBase32(secret) });

/** A recovery code normalised for comparison, however it was copied from paper. */
function plain(code: string): string {
  return code.toLowerCase().replace(/[^0-9a-z]/g, '');
}
