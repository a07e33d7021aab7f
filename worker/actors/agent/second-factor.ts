/** An agent's second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes. A code lets in once. */
import { refuse, type Refusal, type SecondFactorSecret } from '#protocol';
import { Secret, TOTP } from 'otpauth';
import type { Host } from '../../runtime/host.ts';
import type { Registers } from '../../runtime/registers.ts';
import { hashSecret } from '../credentials.ts';
import type { AgentRegisters } from './storage.ts';

/** So many recovery codes, each of so many characters: 50 bits. */
const recoveryCodes = 10;
const recoveryLength = 10;
/** No letter that is read as another one. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** A clock may be off by a period of 30 seconds, one way or the other. */
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

  /** A new secret, which counts only once it is confirmed: an app that never got it locks nobody out. */
  begin(email: string): SecondFactorSecret {
    const secret = new Secret({ buffer: this.#host.bytes(20).slice().buffer }).base32;
    this.#registers.set('secondFactorBegun', secret);
    return { secret, uri: totpOf(secret, email).toString() };
  }

  /** The codes for the day that the app is lost; told once. */
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

  /** True of a code that is right and was not used before; from now on it was. */
  async accepts(code: string): Promise<boolean> {
    const hash = await hashSecret(plain(code));
    // No await from here: of two who bring the same code one is let in.
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

  /** Of which period of time the code is; null where it is of none near now. */
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

/** A recovery code as it is compared: however it was copied from paper. */
function plain(code: string): string {
  return code.toLowerCase().replace(/[^0-9a-z]/g, '');
}
