/**
 * Decides which agents may follow a conversation (F42). While it is open, the dispatcher names its viewers. Once it is
 * closed, that list can be out of date, so the dispatcher is asked at each upgrade. An upgrade that cannot be decided
 * is refused.
 */
import { seesAll } from '#domain/floor/sight';
import { type Principal, refuse, type Refusal, type Role } from '#protocol';
import { report } from '../../runtime/report.ts';

export type User = Extract<Principal, { kind: 'user' }>;
type Reader = Pick<User, 'id'> & { readonly roles: readonly Role[] };

export interface AdmissionEnds {
  /**
   * The state that decides: the owner, the colleagues whom notes mention, whether the conversation is closed, and the
   * viewers that the dispatcher named (null: all).
   */
  state(): {
    readonly owner: string | null;
    readonly mentioned: readonly string[];
    readonly closed: boolean;
    readonly viewers: readonly string[] | null;
  };
  /** Asks the dispatcher about a closed conversation. */
  mayRead(reader: Reader, owner: string | null): Promise<boolean>;
  /** Registers the conversation with the agent, who closes its sockets when the session ends. */
  register(user: User): Promise<Refusal | null>;
}

/** An upgrade overtaken by a change is decided again this many times. */
const attempts = 3;

export class Admission {
  readonly #ends: AdmissionEnds;
  /** Counts withdrawals of rights; an upgrade that began before the last one is decided again. */
  #withdrawals = 0;
  /** Upgrades that are being decided. */
  #pending = 0;

  constructor(ends: AdmissionEnds) {
    this.#ends = ends;
  }

  /** True while an upgrade is being decided: it may already be allowed although its socket does not exist yet. */
  get pending(): boolean {
    return this.#pending > 0;
  }

  /** Viewers or sessions have lost the right to follow. */
  withdrawn(): void {
    this.#withdrawals++;
  }

  /** Calls `accept` if the user may follow, with no await between the decision and the call. */
  admit<T>(user: User, accept: () => T): Promise<T | Refusal> {
    return this.#decide(() => this.#whyNot(user), accept);
  }

  /** The same for a single request, which leaves no socket open. */
  admitOnce<T>(user: User, accept: () => T): Promise<T | Refusal> {
    return this.#decide(() => this.#whyNotRead(user), accept);
  }

  async #decide<T>(whyNot: () => Promise<Refusal | null>, accept: () => T): Promise<T | Refusal> {
    this.#pending++;
    try {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const before = this.#stamp();
        const refusal = await whyNot().catch((error: unknown) => {
          report('admission_failed', error);
          return refuse('unavailable');
        });
        if (this.#stamp() !== before) continue;
        return refusal ?? accept();
      }
      return refuse('unavailable');
    } finally {
      this.#pending--;
    }
  }

  /** True if a reader is in the list of viewers. */
  sees(reader: Reader, viewers: readonly string[] | null): boolean {
    return this.#always(reader) || (viewers?.includes(reader.id) ?? true);
  }

  /** True if a reader's access depends on the account's visibility rule. */
  dependsOnRule(reader: Reader): boolean {
    return this.#ends.state().owner !== null && !this.#always(reader);
  }

  async #whyNotRead(user: User): Promise<Refusal | null> {
    const { owner, closed, viewers } = this.#ends.state();
    const may =
      closed && this.dependsOnRule(user)
        ? await this.#ends.mayRead({ id: user.id, roles: [...user.roles] }, owner)
        : this.sees(user, viewers);
    return may ? null : refuse('forbidden');
  }

  async #whyNot(user: User): Promise<Refusal | null> {
    return (await this.#whyNotRead(user)) ?? this.#ends.register(user);
  }

  #always(reader: Reader): boolean {
    const { owner, mentioned } = this.#ends.state();
    return seesAll(reader) || reader.id === owner || mentioned.includes(reader.id);
  }

  #stamp(): string {
    const { closed, mentioned } = this.#ends.state();
    return `${this.#withdrawals} ${closed} ${mentioned.length}`;
  }
}
