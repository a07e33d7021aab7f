/** The account's floor as its socket tells it: all open conversations, the latest closed ones, and who is here (V34). */
import type { FloorAgent, FloorRow, FloorRules, FloorServerFrame } from '#protocol';
import type { Connection, ConnectionState } from '../../../widget/client/connection.ts';
import { foldFloor } from './roster.ts';
import { follow } from './socket.ts';

export class FloorLive {
  rows = $state.raw<ReadonlyMap<string, FloorRow>>(new Map());
  agents = $state.raw<ReadonlyMap<string, FloorAgent>>(new Map());
  /** What of the account's rules there is to know here; null until it was told. */
  rules = $state.raw<FloorRules | null>(null);
  /** False until the first snapshot. */
  ready = $state(false);
  connection = $state<ConnectionState>('connecting');
  nextTryAt = $state<number | null>(null);
  readonly #connection: Connection;

  constructor() {
    this.#connection = follow('/api/floor/socket', {
      frame: (frame) => this.#take(frame as FloorServerFrame),
      state: (state, nextTryAt) => {
        this.connection = state;
        this.nextTryAt = nextTryAt;
      },
    });
  }

  end(): void {
    this.#connection.end();
  }

  #take(frame: FloorServerFrame): void {
    if (frame.t !== 'floor' && frame.t !== 'floor.changed') return;
    const whole = frame.t === 'floor';
    if (whole) this.rules = frame.rules;
    const known = new Map(whole ? [] : this.rows);
    for (const id of (!whole && frame.gone) || []) known.delete(id);
    this.rows = foldFloor(known, frame.rows);
    const agents = new Map(whole ? [] : this.agents);
    for (const agent of frame.agents) agents.set(agent.id, agent);
    this.agents = agents;
    this.ready = true;
  }
}
