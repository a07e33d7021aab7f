/**
 * The Durable Object of a campaign's lobby, named `account:cam_…`. It owns the sockets of open widgets that have no
 * conversation yet, and sends them the campaign's availability. It authenticates nobody, because it reveals no more
 * than the button on the page. Thousands of visitors wake no dispatcher: one change is one call to the lobby.
 */
import { capsOf, type Caps } from '#domain/base/caps';
import { widths } from '#domain/base/limits';
import type { Situation } from '#domain/floor/availability';
import { closeCodes, lease, refuse, type Availability, type LobbyFrame } from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { acceptSocket, answerClose, answerPings } from '../../runtime/durable-host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import { refuseProtocol } from '../../runtime/upgrade.ts';
import { hashSecret, newSecret } from '../credentials.ts';
import type { Env } from '../env.ts';
import { dispatcherStub, handedOn } from '../stubs.ts';

/**
 * The dispatcher's last report. Of two reports the one with the greater count is the later, in whatever order they
 * arrive.
 */
export interface Said {
  readonly state: Availability;
  readonly count: number;
  /** True if the campaign has reached its cap of waiting conversations. Absent from earlier versions. */
  readonly full?: boolean;
}

type LobbyRegisters = {
  said: Said;
  /** Random. Networks are stored only as salted hashes, in the tags of the sockets. */
  salt: string;
};

const retryAfter = 60_000;
/** Silent sockets are looked for at most this often, in milliseconds: each search wakes the lobby. */
const sweepEvery = 15_000;

export class Lobby extends DurableObject<Env> {
  #registers: Registers<LobbyRegisters> | undefined;
  readonly #caps: Caps;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#registers = open(ctx.storage.sql, []);
    this.#caps = capsOf(env);
  }

  /** Receives the dispatcher's report. A repeated or late report changes nothing. */
  tell(said: Said): void {
    const registers = this.#begun();
    const before = registers.get('said');
    if (before && before.count >= said.count) return;
    registers.set('said', said);
    if (before?.state === said.state) return;
    for (const socket of this.ctx.getWebSockets()) greet(socket, said.state);
  }

  /** For Workers of an earlier version. */
  async read(account: string, campaign: string): Promise<Availability> {
    return (await this.situation(account, campaign)).state;
  }

  /**
   * The campaign's current situation. Before the first report, every call asks the dispatcher: a stored answer could
   * replace a later report.
   */
  async situation(account: string, campaign: string): Promise<Situation> {
    const said = this.#registers?.get('said');
    if (said) return { state: said.state, full: said.full ?? false };
    return handedOn(await dispatcherStub(this.env, account).situation(campaign));
  }

  override async fetch(request: Request): Promise<Response> {
    const unsupported = refuseProtocol(request);
    if (unsupported) return unsupported;
    const [account = '', campaign = ''] = (request.headers.get('x-parley-lobby') ?? '').split(':');
    const networks = (request.headers.get('x-parley-networks') ?? '').split(' ').filter(Boolean);
    const [first, tags] = await Promise.all([this.read(account, campaign), this.#tagsOf(networks)]);
    // No await from here on: a change must find the socket, or be part of its first frame.
    if (this.#isFull(tags) && (!this.#sweep(Date.now()) || this.#isFull(tags))) {
      return Response.json(refuse('slow_down', { retryAfter }), { status: 429 });
    }
    const { response, socket } = acceptSocket(this.ctx, tags, { at: Date.now() });
    greet(socket as WebSocket, this.#registers?.get('said')?.state ?? first);
    // An alarm is set while there are sockets.
    if (this.ctx.getWebSockets().length === 1) await this.ctx.storage.setAlarm(Date.now() + lease + 1);
    return response;
  }

  override webSocketMessage(socket: WebSocket): void {
    socket.close(closeCodes.badFrame, 'the lobby takes no frames');
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
  }

  /** Closes sockets that have been silent for too long, and sets the alarm for the next one. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#sweep(now);
    const heard = this.#open().map((socket) => this.#heardAt(socket));
    if (heard.length === 0) return;
    const next = heard.reduce((earliest, at) => Math.min(earliest, at)) + lease + 1;
    await this.ctx.storage.setAlarm(Math.max(now + sweepEvery, next));
  }

  /** True if the lobby takes no more sockets, or no more from one of these networks. */
  #isFull(tags: readonly string[]): boolean {
    const { lobbySockets, lobbySocketsPerNetwork } = this.#caps;
    if (this.#has(lobbySockets)) return true;
    return tags.some((tag, width) => this.#has(lobbySocketsPerNetwork * (widths[width] ?? 1), tag));
  }

  #has(count: number, tag?: string): boolean {
    return this.ctx.getWebSockets(tag).length >= count && this.#open(tag).length >= count;
  }

  /** Open sockets, without those that are closing. */
  #open(tag?: string): WebSocket[] {
    return this.ctx.getWebSockets(tag).filter(({ readyState }) => readyState === WebSocket.OPEN);
  }

  /** A tag for each network. */
  async #tagsOf(networks: readonly string[]): Promise<string[]> {
    if (networks.length === 0) return [];
    const registers = this.#begun();
    const salt = registers.get('salt') ?? newSecret();
    if (registers.get('salt') === undefined) registers.set('salt', salt);
    return Promise.all(networks.map((network) => hashSecret(`${salt} ${network}`)));
  }

  #begun(): Registers<LobbyRegisters> {
    return (this.#registers ??= begin(this.ctx.storage.sql, []));
  }

  /** Closes silent sockets. True if there were any. */
  #sweep(now: number): boolean {
    const silent = this.#open().filter((socket) => now - this.#heardAt(socket) > lease);
    for (const socket of silent) socket.close(closeCodes.leaseLost, 'silent');
    return silent.length > 0;
  }

  /** When a socket was last heard from: its last ping, or its opening. */
  #heardAt(socket: WebSocket): number {
    const { at } = (socket.deserializeAttachment() ?? { at: 0 }) as { at: number };
    return this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? at;
  }
}

function greet(socket: WebSocket, state: Availability): void {
  try {
    socket.send(JSON.stringify({ t: 'availability', state } satisfies LobbyFrame));
  } catch {
    // It is closing; a client that reconnects is refused before the upgrade.
  }
}
