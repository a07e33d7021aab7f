/**
 * What an agent is to others: signed in, with a status, with a live tab. It is a log, which all writes go through; who has sessions
 * and sockets, others know.
 */
import type { Status, StatusFrame } from '#protocol';
import type { Host } from '../../runtime/host.ts';
import { Log } from '../../runtime/log.ts';
import type { Registers } from '../../runtime/registers.ts';
import {
  evolveAgent,
  foldVersion,
  newAgent,
  type AgentDraft,
  type AgentEntry,
  type AgentRegisters,
  type AgentState,
  type StatusCause,
} from './storage.ts';

export interface StandingEvents {
  /** An entry was written. */
  written(): void;
  /** The status is another one than before. */
  moved(before: Status, frame: StatusFrame): void;
}

export class Standing {
  readonly log: Log<AgentEntry>;
  readonly #host: Host;
  readonly #registers: Registers<AgentRegisters>;
  readonly #on: StandingEvents;
  #state: AgentState;

  constructor(host: Host, registers: Registers<AgentRegisters>, on: StandingEvents) {
    this.#host = host;
    this.#registers = registers;
    this.#on = on;
    this.log = new Log<AgentEntry>(host.sql);
    const folded = registers.get('folded');
    const { upTo, value } = folded?.version === foldVersion ? folded : { upTo: 0, value: newAgent };
    this.#state = value;
    for (const { entry } of this.log.replay(upTo)) this.#state = evolveAgent(this.#state, entry);
  }

  get state(): AgentState {
    return this.#state;
  }

  append(draft: AgentDraft): void {
    const { entry } = this.log.append(draft, this.#host.now());
    this.#state = evolveAgent(this.#state, entry);
    this.#registers.set('folded', { version: foldVersion, upTo: entry.seq, value: this.#state });
    this.#on.written();
  }

  /** Makes it the status, whoever chose it. */
  set(status: Status, cause: StatusCause = {}): void {
    const { status: before } = this.#state;
    if (status === before) return;
    this.append({ kind: 'status.changed', status, ...cause });
    const { why, ...by } = cause;
    const shown = why && why !== 'signed_out' && { why };
    this.#on.moved(before, { t: 'status', status, since: this.#state.since, ...shown, ...by });
  }

  /** A session has begun. Without a status they are what they were, and nobody begins offline without wanting to. */
  enter(wanted?: Status): void {
    const { status, left } = this.#state;
    // The status comes first: no time is told of in which they had another one (F2).
    this.set(wanted ?? (status === 'offline' ? (left ?? 'online') : status));
    if (!this.#state.signedIn) this.append({ kind: 'session.changed', signedIn: true });
  }

  /** The last session has ended. */
  leave(): void {
    if (this.#state.signedIn) this.append({ kind: 'session.changed', signedIn: false });
    this.set('offline', { why: 'signed_out' });
  }
}
