/**
 * An agent as other actors see them: signed in, with a status, with a live tab. It is a log, and all writes go through
 * it. It knows nothing of sessions or sockets.
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
  /** Called after an entry was written. */
  written(): void;
  /** Called when the status has changed. */
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

  /** Sets the status, whether the agent, another user or the system chose it. */
  set(status: Status, cause: StatusCause = {}): void {
    const { status: before } = this.#state;
    if (status === before) return;
    this.append({ kind: 'status.changed', status, ...cause });
    const { why, ...by } = cause;
    const shown = why && why !== 'signed_out' && { why };
    this.#on.moved(before, { t: 'status', status, since: this.#state.since, ...shown, ...by });
  }

  /** A session has begun. Without a wanted status the agent keeps theirs, and starts offline only on request. */
  enter(wanted?: Status): void {
    const { status, left } = this.#state;
    // Set before the session is logged: no time may be recorded with the previous status (F2).
    this.set(wanted ?? (status === 'offline' ? (left ?? 'online') : status));
    if (!this.#state.signedIn) this.append({ kind: 'session.changed', signedIn: true });
  }

  /** The last session has ended. */
  leave(): void {
    if (this.#state.signedIn) this.append({ kind: 'session.changed', signedIn: false });
    this.set('offline', { why: 'signed_out' });
  }
}
