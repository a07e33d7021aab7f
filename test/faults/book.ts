/**
 * Records the traffic on the wire, independently of the clients: sent commands and their number, acknowledgements,
 * shown entries. Now and then it sends a command twice.
 */
import type { Wire } from '#client/environment';
import type { Entry, Range } from '#protocol';
import type { Wiring } from '../helpers/people.ts';
import { shownKey, type Acked, type Reader } from './checks.ts';

/** The share of sends that are doubled … */
const doubling = 0.05;
/** … at once, or up to this many milliseconds later. */
const late = 2_000;

export class Book {
  readonly acks: Acked[] = [];
  readonly seen = new Map<string, string>();
  readonly #random: () => number;
  readonly #sent = new Map<string, number>();
  readonly #answered = new Map<string, number>();
  readonly #latencies = new Map<string, number[]>();
  #onAck: (() => void)[] = [];
  /** The phase to which latencies are counted. */
  phase = 'start';
  refusals = new Map<string, number>();
  sockets = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The wiring of one client. */
  wiring(): Wiring {
    const own = new Set<string>();
    return {
      wire: (wire, url) => this.#wire(wire, url, own),
      fetch: (input, init) => this.#fetch(input, init),
    };
  }

  /** Resolves at the next acknowledgement of any client. */
  nextAck(): Promise<void> {
    return new Promise((resolve) => this.#onAck.push(resolve));
  }

  get resends(): number {
    return [...this.#sent.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  get doubledAnswers(): number {
    return [...this.#answered.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /** The latencies of a phase's acknowledgements, in milliseconds, ascending. */
  latencies(phase: string): number[] {
    return [...(this.#latencies.get(phase) ?? [])].sort((a, b) => a - b);
  }

  #wire(wire: Wire, url: string, own: Set<string>): Wire {
    const conversation = /conversations\/(con_\w+)\/socket/.exec(url)?.[1];
    if (!conversation) return wire;
    this.sockets++;
    const reader: Reader = url.includes('/api/widget/') ? 'visitor' : 'agent';
    const sentAt = new Map<string, number>();
    const send = wire.send.bind(wire);
    const out = (data: string) => {
      const frame = JSON.parse(data) as { id: string };
      own.add(frame.id);
      this.#count(this.#sent, frame.id);
      if (!this.#answered.has(frame.id) && !sentAt.has(frame.id)) sentAt.set(frame.id, performance.now());
      send(data);
    };
    wire.send = (data) => {
      if (!data.startsWith('{"t":"message.send"')) {
        send(data);
        return;
      }
      out(data);
      if (this.#random() >= doubling) return;
      const again = () => void (wire.readyState === 1 && out(data));
      if (this.#random() < 0.5) again();
      else setTimeout(again, this.#random() * late);
    };
    (wire as unknown as EventTarget).addEventListener('message', (event) => {
      const { data } = event as MessageEvent<unknown>;
      if (typeof data === 'string' && data.startsWith('{'))
        this.#hear(data, { reader, conversation }, own, sentAt);
    });
    return wire;
  }

  #hear(
    data: string,
    { reader, conversation }: { reader: Reader; conversation: string },
    own: Set<string>,
    sentAt: Map<string, number>,
  ): void {
    const frame = JSON.parse(data) as { t: string; id?: string; seq?: number; code?: string };
    const acknowledged = (id: string, seq: number) => {
      const at = sentAt.get(id);
      sentAt.delete(id);
      this.#acknowledge({ conversation, id, seq }, frame.t === 'ack', at);
    };
    if (frame.t === 'range') {
      for (const entry of (frame as unknown as Range).entries) {
        this.#show(reader, conversation, entry);
        if ('id' in entry && entry.id && own.has(entry.id)) acknowledged(entry.id, entry.seq);
      }
    } else if (frame.t === 'ack' && frame.id && frame.seq) acknowledged(frame.id, frame.seq);
    else if (frame.t === 'refused' && frame.code) this.#count(this.refusals, frame.code);
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (!String(input).endsWith('/api/widget/messages')) return fetch(input, init);
    const { id } = JSON.parse(String(init?.body)) as { id: string };
    const post = async () => {
      this.#count(this.#sent, id);
      const response = await fetch(input, init);
      const answer = (await response.clone().json()) as {
        conversation: string;
        seq: number;
        refused?: string;
      };
      if (response.ok) this.#acknowledge({ ...answer, id }, true);
      else this.#count(this.refusals, answer.refused ?? 'none');
      return response;
    };
    if (this.#random() < doubling) post().catch(() => undefined);
    return post();
  }

  #acknowledge(ack: Acked, answer: boolean, sentAt?: number): void {
    this.acks.push(ack);
    // An entry is shown again after every reconnect: that is no second answer.
    if (answer || !this.#answered.has(ack.id)) this.#count(this.#answered, ack.id);
    if (sentAt !== undefined) {
      const kept = this.#latencies.get(this.phase) ?? [];
      this.#latencies.set(this.phase, kept);
      kept.push(performance.now() - sentAt);
    }
    const told = this.#onAck;
    this.#onAck = [];
    for (const tell of told) tell();
  }

  #show(reader: Reader, conversation: string, entry: Entry): void {
    const key = shownKey(reader, conversation, entry.seq);
    const text = JSON.stringify(entry);
    const before = this.seen.get(key);
    // The first text stays; a different one is stored beside it, for the check to find.
    if (before === undefined) this.seen.set(key, text);
    else if (before !== text) this.seen.set(`${key} again`, text);
  }

  #count(counts: Map<string, number>, key: string): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}

export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
