/** The state from the agent's own socket: status, the conversations they own, and drafts (AGT-1). */
import type { Connection, ConnectionState } from '#client/connection';
import {
  floorRoutes,
  makeCommandId,
  maxTextLength,
  pathOf,
  type AgentServerFrame,
  type Mentioned,
  type Refused,
  type Status,
  type StatusFrame,
  type Summary,
} from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import { follow } from '../socket.ts';

/** A draft is sent to the server after this pause in typing; milliseconds. */
const draftPause = 600;

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
  readonly drafts = new SvelteMap<string, string>();
  /** The notes that mention the agent, the oldest first. */
  mentions = $state.raw<readonly Mentioned[]>([]);
  /** False until the first welcome. */
  ready = $state(false);
  connection = $state<ConnectionState>('connecting');
  nextTryAt = $state<number | null>(null);
  readonly #connection: Connection;
  readonly #on: AgentEvents;
  /** Drafts that the server does not have yet. */
  readonly #dirty = new Map<string, ReturnType<typeof setTimeout> | null>();

  constructor(status: Status, on: AgentEvents) {
    this.status = status;
    this.#on = on;
    this.#connection = follow(pathOf(floorRoutes.followAgent), {
      frame: (frame) => this.#take(frame as AgentServerFrame),
      state: (state, nextTryAt) => {
        this.connection = state;
        this.nextTryAt = nextTryAt;
      },
    });
  }

  end(): void {
    this.flush();
    this.#connection.end();
  }

  /** Returns false if there is no connection. */
  setStatus(status: Status): boolean {
    const id = makeCommandId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const sent = this.#connection.send({ t: 'status.set', id, status });
    if (sent) this.wanted = status;
    return sent;
  }

  /** Saves the text of a composer: here at once, on the server after a pause. */
  saveDraft(conversation: string, text: string): void {
    if (text === (this.drafts.get(conversation) ?? '')) return;
    if (text === '') this.drafts.delete(conversation);
    else this.drafts.set(conversation, text);
    clearTimeout(this.#dirty.get(conversation) ?? undefined);
    if (text === '') this.#tell(conversation);
    else
      this.#dirty.set(
        conversation,
        setTimeout(() => this.#tell(conversation), draftPause),
      );
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

  /** Sends all drafts at once, because the page is about to close. */
  flush(): void {
    for (const conversation of [...this.#dirty.keys()]) this.#tell(conversation);
  }

  #tell(conversation: string): void {
    clearTimeout(this.#dirty.get(conversation) ?? undefined);
    const text = Array.from(this.drafts.get(conversation) ?? '')
      .slice(0, maxTextLength)
      .join('');
    if (this.#connection.send({ t: 'draft.save', conversation, text })) this.#dirty.delete(conversation);
    // Sent after the next welcome.
    else this.#dirty.set(conversation, null);
  }

  #take(frame: AgentServerFrame): void {
    switch (frame.t) {
      case 'agent.welcome':
        this.#hearStatus(frame);
        this.summaries = new Map(frame.summaries.map((summary) => [summary.state.id, summary]));
        this.mentions = frame.mentions ?? [];
        // Drops text typed offline for a chat that has ended or that a colleague took.
        for (const id of [...this.#dirty.keys()])
          if (!this.summaries.has(id) && !(id in frame.drafts)) this.#drop(id);
        for (const id of [...this.drafts.keys()]) if (!(id in frame.drafts)) this.#hear(id, '');
        for (const [id, text] of Object.entries(frame.drafts)) this.#hear(id, text);
        this.ready = true;
        this.flush();
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
        // An ended chat loses its draft; losing ownership alone does not drop it.
        if (frame.text === '' && !this.summaries.has(frame.conversation)) this.#drop(frame.conversation);
        else this.#hear(frame.conversation, frame.text);
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
        this.wanted = null;
        this.#on.refused(frame);
        break;
      default:
      // A frame of a later version is ignored.
    }
  }

  #drop(conversation: string): void {
    clearTimeout(this.#dirty.get(conversation) ?? undefined);
    this.#dirty.delete(conversation);
    this.drafts.delete(conversation);
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

  /** Another tab's draft. Text that is being typed here and not sent yet wins. */
  #hear(conversation: string, text: string): void {
    if (this.#dirty.has(conversation)) return;
    if (text === '') this.drafts.delete(conversation);
    else this.drafts.set(conversation, text);
  }
}
