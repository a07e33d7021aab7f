/**
 * A tab with an open conversation, as PROTOCOL.md requires: it sends hello, keeps a gapless cursor, sends marks, and
 * pings.
 */
import {
  ping,
  pingEvery,
  pong,
  protocolVersion,
  subprotocol,
  type ConversationServerFrame,
  type Entry,
  type Range,
} from '#protocol';
import { connect, type Socket } from './websocket.ts';

/** MRK-2: marks are sent at most once in this many milliseconds. */
const markEvery = 1_000;

export interface TabEvents {
  entry(entry: Entry): void;
  failed(why: string): void;
}

export class Tab {
  readonly #events: TabEvents;
  #socket!: Socket;
  #cursor = 0;
  #marked = { cursor: 0, at: 0 };
  #markTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #welcomed!: () => void;

  private constructor(events: TabEvents) {
    this.#events = events;
  }

  /** Resolves when the tab has the whole log. */
  static async open(url: string, headers: Record<string, string>, events: TabEvents): Promise<Tab> {
    const tab = new Tab(events);
    const { promise, resolve } = Promise.withResolvers();
    tab.#welcomed = () => resolve(undefined);
    tab.#socket = await connect(url, headers, {
      text: (text) => tab.#take(text),
      closed: (code) => events.failed(`${url} closed with ${code}`),
    });
    tab.#socket.send(ping);
    tab.send({ t: 'hello', v: protocolVersion });
    tab.#pingTimer = setInterval(() => tab.#socket.send(ping), pingEvery);
    await promise;
    return tab;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  close(): void {
    clearTimeout(this.#markTimer);
    clearInterval(this.#pingTimer);
    this.#socket.close();
  }

  #take(text: string): void {
    if (text === pong) return;
    const frame = JSON.parse(text) as ConversationServerFrame;
    if (frame.t === 'range') this.#range(frame);
    else if (frame.t === 'refused') this.#events.failed(`refused: ${frame.code} ${frame.message}`);
    else if (frame.t === 'reset') this.#events.failed('a tab was reset');
  }

  #range({ after, upTo, entries }: Range): void {
    // The first range defines the beginning of the window.
    if (this.#cursor > 0 && after > this.#cursor) {
      this.#events.failed(`a gap from ${this.#cursor} to ${after}`);
      return;
    }
    this.#cursor = Math.max(this.#cursor, upTo);
    for (const entry of entries) this.#events.entry(entry);
    this.#welcomed();
    this.#mark();
  }

  #mark(): void {
    if (this.#markTimer || this.#cursor === this.#marked.cursor) return;
    const now = Date.now();
    const wait = this.#marked.at + markEvery - now;
    if (wait > 0) {
      this.#markTimer = setTimeout(() => {
        this.#markTimer = undefined;
        this.#mark();
      }, wait);
      return;
    }
    this.#marked = { cursor: this.#cursor, at: now };
    this.send({ t: 'mark', delivered: this.#cursor, read: this.#cursor });
  }
}

/** A socket of the workspace beside the open conversations: the agent's own, or the floor's. */
export async function follow(
  url: string,
  headers: Record<string, string>,
  events: TabEvents,
): Promise<() => void> {
  const socket = await connect(
    url,
    { ...headers, 'Sec-WebSocket-Protocol': subprotocol },
    {
      text: (text) => text === pong || JSON.parse(text),
      closed: (code) => events.failed(`${url} closed with ${code}`),
    },
  );
  const timer = setInterval(() => socket.send(ping), pingEvery);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}
