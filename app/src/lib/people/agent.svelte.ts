/** The state from the agent's own socket: status, the conversations that they own, mentions and drafts (AGT-1). */
import type { Connection, ConnectionState } from '#client/connection';
import { platform } from '#client/environment';
import {
  floorRoutes,
  makeCommandId,
  pathOf,
  type AgentServerFrame,
  type Me,
  type Mentioned,
  type Refused,
  type Status,
  type StatusFrame,
  type Summary,
} from '#protocol';
import { Drafts } from '../chat/drafts.svelte.ts';
import { keep, kept, keptKeys } from '../kept.ts';
import { follow } from '../socket.ts';

export interface AgentEvents {
  /** A colleague has mentioned the agent in a note. */
  mentioned(mention: Mentioned): void;
  refused(refused: Refused): void;
  /** The status has changed, by the agent's choice or not. */
  status(before: Status, now: Pick<StatusFrame, 'status' | 'why' | 'by'>): void;
}

export class AgentLive {
  status = $state<Status>('offline');
  /** The time of the last change, by the server's clock; null until it is known. */
  since = $state<number | null>(null);
  /** The requested status, until it is confirmed. */
  wanted = $state<Status | null>(null);
  summaries = $state.raw<ReadonlyMap<string, Summary>>(new Map());
  readonly drafts: Drafts;
  /** The notes that mention the agent, the oldest first. */
  mentions = $state.raw<readonly Mentioned[]>([]);
  /** False until the first welcome. */
  ready = $state(false);
  connection = $state<ConnectionState>('connecting');
  nextTryAt = $state<number | null>(null);
  readonly #connection: Connection;
  readonly #on: AgentEvents;

  constructor({ id, status }: Pick<Me, 'id' | 'status'>, on: AgentEvents) {
    this.status = status;
    this.#on = on;
    const prefix = `parley.draft.${id}.`;
    this.drafts = new Drafts({
      env: platform(),
      send: (frame) => this.#connection.send(frame),
      storage: {
        keys: () => keptKeys(prefix).map((key) => key.slice(prefix.length)),
        load: (key) => kept(prefix + key),
        save: (key, value) => keep(prefix + key, value),
      },
    });
    this.#connection = follow(pathOf(floorRoutes.followAgent), {
      frame: (frame) => this.#take(frame as AgentServerFrame),
      state: (state, nextTryAt) => {
        this.connection = state;
        this.nextTryAt = nextTryAt;
        if (state !== 'open') this.drafts.disconnected();
      },
    });
  }

  end(): void {
    this.drafts.end();
    this.#connection.end();
  }

  /** Returns false if there is no connection. */
  setStatus(status: Status): boolean {
    const id = makeCommandId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const sent = this.#connection.send({ t: 'status.set', id, status });
    if (sent) this.wanted = status;
    return sent;
  }

  /** The agent has the mentions of a conversation on the screen. */
  seeMentions(conversation: string): void {
    const unseen = this.mentions.filter((each) => each.conversation === conversation && !each.seen);
    const upTo = Math.max(0, ...unseen.map(({ seq }) => seq));
    if (upTo > 0 && this.#connection.send({ t: 'mentions.see', conversation, upTo }))
      this.#seen(conversation, upTo);
  }

  #seen(conversation: string, upTo: number): void {
    this.mentions = this.mentions.map((each) =>
      each.conversation === conversation && each.seq <= upTo ? { ...each, seen: true } : each,
    );
  }

  #take(frame: AgentServerFrame): void {
    switch (frame.t) {
      case 'agent.welcome':
        this.#hearStatus(frame);
        this.summaries = new Map(frame.summaries.map((summary) => [summary.state.id, summary]));
        this.mentions = frame.mentions ?? [];
        this.drafts.welcome(frame);
        this.ready = true;
        break;
      case 'summary': {
        const next = new Map(this.summaries);
        next.set(frame.summary.state.id, frame.summary);
        this.summaries = next;
        break;
      }
      case 'summary.gone': {
        const next = new Map(this.summaries);
        next.delete(frame.conversation);
        this.summaries = next;
        break;
      }
      case 'draft':
      case 'note.draft':
      case 'draft.saved':
      case 'draft.conflict':
        this.drafts.take(frame);
        break;
      case 'status':
        this.#hearStatus(frame);
        break;
      case 'mention': {
        const { conversation, seq } = frame.mention;
        const others = this.mentions.filter((each) => each.conversation !== conversation || each.seq !== seq);
        const fresh = others.length === this.mentions.length;
        this.mentions = [...others, frame.mention].sort((a, b) => a.at - b.at || a.seq - b.seq);
        if (fresh) this.#on.mentioned(frame.mention);
        break;
      }
      case 'mention.gone':
        this.mentions = this.mentions.filter(
          (each) => each.conversation !== frame.conversation || each.seq !== frame.seq,
        );
        break;
      case 'mentions.seen':
        this.#seen(frame.conversation, frame.upTo);
        break;
      case 'refused':
        // The pace refuses what has no id without a word of what it was: the drafts try again by themselves.
        if (frame.code === 'slow_down' && frame.id === undefined) {
          this.drafts.slowDown(frame.retryAfter ?? 1_000);
          break;
        }
        this.wanted = null;
        this.#on.refused(frame);
        break;
      default:
      // A frame of a later version is ignored.
    }
  }

  #hearStatus(frame: Omit<StatusFrame, 't'>): void {
    const before = this.status;
    this.status = frame.status;
    this.since = frame.since;
    this.wanted = null;
    // The server stops sending summaries while the agent is offline, so none are shown.
    if (frame.status === 'offline') {
      this.summaries = new Map();
      this.mentions = [];
    }
    if (before !== frame.status) this.#on.status(before, frame);
  }
}
