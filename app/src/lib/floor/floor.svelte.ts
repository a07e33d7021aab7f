/**
 * The account's floor from its socket: all open conversations, the latest closed ones, and the present users (FLR-1).
 */
import type { Connection, ConnectionState } from '#client/connection';
import { passLimit } from '#domain/routing/routing';
import {
  floorRoutes,
  pathOf,
  type FloorAgent,
  type FloorRow,
  type FloorRules,
  type FloorServerFrame,
  type ForumChanged,
  type HandedFrame,
  type Offer,
  type OffersFrame,
} from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import { colleagues } from '../people/colleagues.svelte.ts';
import { follow } from '../socket.ts';
import { foldFloor } from './roster.ts';

export interface FloorEvents {
  offerOver(over: OffersFrame['over'][number]): void;
  /**
   * A chat changed its owner. `told` is the server's frame, or is derived from a change that happened while
   * disconnected.
   */
  handed(told: HandedFrame): void;
  /** A chat was forwarded without a reply so often that it now waits to be taken by an agent. */
  stalled(row: FloorRow): void;
}

export class FloorLive {
  rows = $state.raw<ReadonlyMap<string, FloorRow>>(new Map());
  agents = $state.raw<ReadonlyMap<string, FloorAgent>>(new Map());
  /** The account's rules, as far as agents may know them; until they arrive, those of a new account. */
  rules = $state.raw<FloorRules>({ assignment: 'manual', missedLimit: null, offlineProcessing: false });
  /** Pending offers that concern this agent, by conversation. */
  readonly offers = new SvelteMap<string, Offer>();
  /** The lead of the server's clock, in milliseconds: an offer's end is in the server's time. */
  ahead = $state(0);
  /** False until the first snapshot. */
  ready = $state(false);
  connection = $state<ConnectionState>('connecting');
  nextTryAt = $state<number | null>(null);
  readonly #connection: Connection;
  readonly #forums = new Set<(change: ForumChanged | null) => void>();
  #ahead: number | null = null;
  readonly #on: FloorEvents;

  constructor(on: FloorEvents) {
    this.#on = on;
    this.#connection = follow(pathOf(floorRoutes.followFloor), {
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

  /**
   * Reports changes of forums (FLR-23); null after a reconnection, when any may have changed. The returned function
   * ends it.
   */
  watchForums(listener: (change: ForumChanged | null) => void): () => void {
    this.#forums.add(listener);
    return () => void this.#forums.delete(listener);
  }

  #take(frame: FloorServerFrame): void {
    if (frame.t === 'offers') {
      this.#measure(frame.now);
      for (const offer of frame.offers) this.offers.set(offer.conversation, offer);
      for (const over of frame.over) {
        if (this.offers.get(over.conversation)?.generation === over.generation)
          this.offers.delete(over.conversation);
        this.#on.offerOver(over);
      }
      return;
    }
    if (frame.t === 'forum.changed') for (const listener of this.#forums) listener(frame);
    if (frame.t === 'handed') this.#on.handed(frame);
    if (frame.t !== 'floor' && frame.t !== 'floor.changed') return;
    if (frame.t === 'floor') {
      this.#ahead = null;
      this.#measure(frame.now);
      this.rules = frame.rules;
      this.offers.clear();
      for (const offer of frame.offers) this.offers.set(offer.conversation, offer);
    }
    const whole = frame.t === 'floor';
    if (whole) this.rules = frame.rules;
    const known = new Map(whole ? [] : this.rows);
    for (const id of (!whole && frame.gone) || []) known.delete(id);
    const before = this.rows;
    this.rows = foldFloor(known, frame.rows, (!whole && frame.words) || []);
    colleagues.learn(frame.agents);
    if (this.ready) this.#compare(before, frame.rows, whole);
    const agents = new Map(whole ? [] : this.agents);
    for (const agent of frame.agents) agents.set(agent.id, agent);
    for (const id of (!whole && frame.left) || []) agents.delete(id);
    this.agents = agents;
    if (whole && this.ready) for (const listener of this.#forums) listener(null);
    this.ready = true;
  }

  #compare(before: ReadonlyMap<string, FloorRow>, rows: readonly FloorRow[], whole: boolean): void {
    for (const row of rows) {
      const known = before.get(row.id);
      if ((row.passes ?? 0) >= passLimit && row.passes !== known?.passes) this.#on.stalled(row);
      // The server sends no frame for changes that happened while disconnected.
      if (!whole || !known || row.phase === 'closed' || !row.handed) continue;
      if (known.owner?.id === row.owner?.id && known.generation === row.generation) continue;
      const { id: conversation, generation, visitor, target, handed } = row;
      const told = { conversation, generation, visitor, from: known.owner, to: row.owner, target, handed };
      this.#on.handed({ t: 'handed', ...told });
    }
  }

  /** The frame with the shortest delay gives the best estimate. */
  #measure(now: number): void {
    const ahead = now - Date.now();
    if (this.#ahead !== null && ahead <= this.#ahead) return;
    this.#ahead = ahead;
    this.ahead = ahead;
  }
}
