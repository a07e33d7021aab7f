/** Visitors who flood their own routes: sockets, messages, previews and new conversations, as many as they can. */
import { caps } from '#domain/base/caps';
import { makeCommandId, subprotocol, tokenSubprotocol } from '#protocol';
import type { OpenConversation } from '../helpers/people.ts';
import { from } from './address.ts';
import type { AttackScale } from './scales.ts';
import { storedConversations } from './stored.ts';

interface Share {
  got: number;
  tried: number;
}

export interface Flooded {
  readonly sockets: Share;
  readonly entries: Share;
  readonly previews: Share;
  readonly conversations: Share;
  /** The caps that were exceeded, in words. */
  readonly broken: string[];
}

type SocketWithHeaders = new (
  url: string,
  init: { protocols: string[]; headers: Record<string, string> },
) => WebSocket;

const idNow = () => makeCommandId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

interface Options {
  readonly base: string;
  readonly site: string;
  readonly visitors: number;
  readonly scale: AttackScale;
  /** The server's data folder. */
  readonly folder: string;
  /** Opens a conversation on an agent's screen, which counts its previews in `previews`. */
  readonly watch: (conversation: string) => OpenConversation;
  readonly previews: { shown: number };
}

export async function flood(options: Options): Promise<Flooded> {
  const { visitors, folder, previews } = options;
  previews.shown = 0;
  const total: Flooded = {
    sockets: { got: 0, tried: 0 },
    entries: { got: 0, tried: 0 },
    previews: { got: 0, tried: 0 },
    conversations: { got: 0, tried: 0 },
    broken: [],
  };
  const began = Date.now();
  const all = await Promise.all(
    Array.from({ length: visitors }, (_, number) =>
      new Flooder(options, `203.0.113.${100 + number}`).run(total),
    ),
  );
  const seconds = (Date.now() - began) / 1_000;
  const ids = new Set(all.flat());
  const stored = storedConversations(folder).filter(({ id }) => ids.has(id));
  for (const { id, log } of stored) {
    const said = log.filter(({ kind, by }) => kind === 'message.sent' && by.kind === 'visitor').length;
    total.entries.got += said;
    // A burst of two seconds, then ten a second; the first message was sent by HTTP, which has a pace of its own.
    if (said > 10 * (seconds + 3) + 60)
      total.broken.push(`${said} messages in ${id} in ${seconds.toFixed(1)} s`);
  }
  total.previews.got = previews.shown;
  // One preview in 200 ms and conversation.
  if (previews.shown > visitors * 5 * (seconds + 2)) total.broken.push(`${previews.shown} previews`);
  // Frames that no socket takes would show nothing.
  if (total.sockets.got === 0) total.broken.push('no socket was left to flood');
  if (total.sockets.got > visitors * caps.visitorSockets)
    total.broken.push(`${total.sockets.got} sockets of ${visitors} visitors`);
  return total;
}

class Flooder {
  readonly #base: string;
  readonly #site: string;
  readonly #send: typeof fetch;
  readonly #scale: AttackScale;
  readonly #watch: Options['watch'];
  #token = '';

  constructor({ base, site, scale, watch }: Options, address: string) {
    this.#base = base;
    this.#site = site;
    this.#send = from(base, address);
    this.#scale = scale;
    this.#watch = watch;
  }

  /** Returns the ids of the conversations that it began. */
  async run(total: Flooded): Promise<string[]> {
    const session = await this.#post('/api/widget/session', { site: this.#site });
    if (!session.ok) return [];
    this.#token = ((await session.json()) as { token: string }).token;
    const ids: string[] = [];
    const first = await this.#begin(total);
    if (first) {
      ids.push(first);
      await this.#floodSockets(first, total);
    }
    // Ends its conversation and begins another, again and again.
    for (let round = 0; round < this.#scale.conversations && ids.length > 0; round++) {
      await this.#close(ids.at(-1) ?? '');
      const next = await this.#begin(total);
      if (next && !ids.includes(next)) ids.push(next);
      else break;
    }
    total.conversations.got += ids.length;
    return ids;
  }

  async #begin(total: Flooded): Promise<string | undefined> {
    total.conversations.tried++;
    const body = { id: idNow(), site: this.#site, text: 'Hello' };
    const answer = await this.#post('/api/widget/messages', body);
    return answer.ok ? ((await answer.json()) as { conversation: string }).conversation : undefined;
  }

  async #floodSockets(conversation: string, total: Flooded): Promise<void> {
    const { sockets, frames, previews } = this.#scale;
    const screen = this.#watch(conversation);
    await screen.until(() => screen.view.state !== null, 60_000, 'the agent has the chat open');
    const opened = await Promise.all(Array.from({ length: sockets }, () => this.#socket(conversation)));
    const welcomed = opened.flatMap((socket) => socket ?? []);
    total.sockets.tried += sockets;
    // A socket that a newer one has replaced is no longer open.
    const open = welcomed.filter(({ readyState }) => readyState === WebSocket.OPEN);
    total.sockets.got += open.length;
    const text = 'x'.repeat(7_000);
    for (let turn = 0; turn < frames; turn++) {
      total.entries.tried++;
      open[turn % open.length]?.send(JSON.stringify({ t: 'message.send', id: idNow(), text }));
      if (turn % 100 === 99) await pause(1_000);
    }
    for (let turn = 0; turn < previews; turn++) {
      total.previews.tried++;
      open[turn % open.length]?.send(JSON.stringify({ t: 'preview', text: text.slice(0, 2_000) }));
    }
    await pause(500);
    for (const socket of open) socket.close();
    screen.end();
  }

  /** Opens a socket; undefined if the server refused it. */
  #socket(conversation: string): Promise<WebSocket | undefined> {
    const url = `${this.#base}/api/widget/conversations/${conversation}/socket?site=${this.#site}`;
    const Socket = WebSocket as unknown as SocketWithHeaders;
    const socket = new Socket(url.replace(/^http/, 'ws'), {
      protocols: [subprotocol, tokenSubprotocol + this.#token],
      headers: { origin: new URL(this.#base).origin },
    });
    return new Promise((resolve) => {
      socket.addEventListener('open', () => socket.send(JSON.stringify({ t: 'hello', v: 1 })));
      socket.addEventListener('message', ({ data }) => {
        resolve(socket);
        // A tab that confirms nothing is closed before a hundred are open.
        const frame = JSON.parse(String(data)) as { t: string; upTo?: number };
        if (frame.t === 'range' && socket.readyState === WebSocket.OPEN)
          socket.send(JSON.stringify({ t: 'mark', delivered: frame.upTo, read: 0 }));
      });
      socket.addEventListener('close', () => resolve(undefined));
      socket.addEventListener('error', () => resolve(undefined));
    });
  }

  async #close(conversation: string): Promise<void> {
    const socket = await this.#socket(conversation);
    if (!socket) return;
    const closed = new Promise<void>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        if (String(data).includes('conversation.closed')) resolve();
      });
      socket.addEventListener('close', () => resolve());
    });
    socket.send(JSON.stringify({ t: 'conversation.close', id: idNow() }));
    await closed;
    socket.close();
  }

  #post(route: string, body: object): Promise<Response> {
    return this.#send(this.#base + route, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      },
      body: JSON.stringify(body),
    });
  }
}
