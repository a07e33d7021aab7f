/** An account's floor with all its agents online and its visitors waiting, over light sockets in one process. */
import { randomBytes } from 'node:crypto';
import {
  makeCommandId,
  ping,
  pingEvery,
  pong,
  subprotocol,
  tokenSubprotocol,
  type FloorServerFrame,
  type Offer,
  type Started,
  type VisitorSession,
} from '#protocol';
import type { Staff } from '../staff.ts';
import { inTurns } from './chat.ts';
import { postJson } from './http.ts';
import { Tab } from './parley-tab.ts';
import { connect, type Socket } from './websocket.ts';

const newCommand = () => makeCommandId(Date.now(), randomBytes(10));
const atOnce = 8;

interface Desk {
  readonly agent: string;
  readonly cookie: string;
  readonly sockets: Socket[];
}

interface Line {
  readonly conversation: string;
  readonly tab: Tab;
}

export class BusyFloor {
  readonly #url: string;
  readonly #staff: Staff;
  readonly #desks = new Map<string, Desk>();
  readonly #lines = new Map<string, Line>();
  readonly #timer: NodeJS.Timeout;
  /** Pending offers, by conversation. */
  readonly #offers = new Map<string, { offer: Offer; at: number }>();
  #looks = new Set<() => void>();
  /** The frames that the agents' floors received. */
  traffic = { frames: 0, bytes: 0 };
  failure: string | undefined;

  constructor(url: string, staff: Staff) {
    this.#url = url;
    this.#staff = staff;
    this.#timer = setInterval(() => {
      for (const { sockets } of this.#desks.values()) for (const socket of sockets) socket.send(ping);
    }, pingEvery);
  }

  /** Every agent opens the workspace: their own socket, and the floor's. */
  async open(): Promise<void> {
    const sockets = this.#url.replace('http', 'ws');
    await inTurns(this.#staff.agents, atOnce, async ({ id, token }) => {
      const cookie = `__Host-parley=${token}`;
      const headers = { Origin: this.#url, Cookie: cookie, 'Sec-WebSocket-Protocol': subprotocol };
      const closed = (code: string) => (this.failure ??= `an agent's socket closed with ${code}`);
      const desk: Desk = { agent: id, cookie, sockets: [] };
      this.#desks.set(id, desk);
      desk.sockets.push(
        await connect(`${sockets}/api/agent/socket`, headers, { text: () => undefined, closed }),
        await connect(`${sockets}/api/floor/socket`, headers, { text: (text) => this.#heard(text), closed }),
      );
    });
  }

  /** A visitor begins a conversation. Returns it, and the time at which the question was sent. */
  async arrive(): Promise<{ conversation: string; sentAt: number }> {
    const { site } = this.#staff;
    const { token } = await postJson<VisitorSession>(`${this.#url}/api/widget/session`, { site }, {});
    const sentAt = performance.now();
    const { conversation } = await postJson<Started>(
      `${this.#url}/api/widget/messages`,
      { id: newCommand(), site, text: 'Hello, is anybody there?' },
      { Authorization: `Bearer ${token}` },
    );
    const address = `${this.#url.replace('http', 'ws')}/api/widget/conversations/${conversation}/socket`;
    const protocols = `${subprotocol}, ${tokenSubprotocol}${token}`;
    const tab = await Tab.open(
      address,
      { Origin: this.#url, 'Sec-WebSocket-Protocol': protocols },
      { entry: () => undefined, failed: (why) => (this.failure ??= why) },
    );
    this.#lines.set(conversation, { conversation, tab });
    return { conversation, sentAt };
  }

  async arrivals(count: number): Promise<void> {
    await inTurns(Array.from({ length: count }), atOnce, () => this.arrive());
  }

  /** The offer of a conversation, and the time of its arrival on the agent's screen. */
  offerOf(conversation: string): Promise<{ offer: Offer; at: number }> {
    return this.#until(() => this.#offers.get(conversation));
  }

  /** The next offer, of any conversation. */
  nextOffer(): Promise<{ offer: Offer; at: number }> {
    return this.#until(() => this.#offers.values().next().value);
  }

  async accept({ conversation, generation, agent }: Offer): Promise<void> {
    const desk = this.#desks.get(agent.id);
    if (!desk) throw new Error(`${agent.id} is no agent's id`);
    this.#offers.delete(conversation);
    const address = `${this.#url}/api/conversations/${conversation}/accept`;
    await postJson(address, { generation }, { Cookie: desk.cookie });
  }

  /** The visitor ends the conversation, which frees its agent's capacity. Returns the time. */
  leave(conversation: string): number {
    const line = this.#lines.get(conversation);
    if (!line) throw new Error(`${conversation} is not open`);
    const at = performance.now();
    line.tab.send({ t: 'conversation.close', id: newCommand() });
    line.tab.close();
    this.#lines.delete(conversation);
    return at;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { sockets } of this.#desks.values()) for (const socket of sockets) socket.close();
    for (const { tab } of this.#lines.values()) tab.close();
  }

  #heard(text: string): void {
    if (text === pong) return;
    this.traffic.frames++;
    this.traffic.bytes += Buffer.byteLength(text);
    // Every tab receives the same changes; reading them all would only slow down the generator.
    if (!text.startsWith('{"t":"offers"')) return;
    const frame = JSON.parse(text) as Extract<FloorServerFrame, { t: 'offers' }>;
    const at = performance.now();
    for (const offer of frame.offers) this.#offers.set(offer.conversation, { offer, at });
    for (const { conversation } of frame.over) this.#offers.delete(conversation);
    for (const look of [...this.#looks]) look();
  }

  #until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => {
        this.#looks.delete(check);
        reject(new Error(`no offer arrived; ${this.failure ?? 'nothing else failed'}`));
      }, 20_000);
      const check = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(tooLong);
        this.#looks.delete(check);
        resolve(found);
      };
      this.#looks.add(check);
      check();
    });
  }
}
