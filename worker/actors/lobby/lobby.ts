/**
 * The Durable Object of a campaign's lobby, named `account:cam_…`: the widgets that are open and have no conversation yet, and what
 * they are told, which is whether anybody is here. It asks nobody who they are, for it tells nothing that the button of the page
 * doesn't. Visitors by the thousand wake no dispatcher: one change is one call to here.
 */
import { capsOf, type Caps } from '#domain/base/caps';
import { widths } from '#domain/base/limits';
import type { Situation } from '#domain/floor/availability';
import {
  closeCodes,
  lease,
  refuse,
  type Availability,
  type LobbyAttachment,
  type LobbyFrame,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { acceptSocket, answerClose, answerPings } from '../../runtime/durable-host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import { refuseProtocol } from '../../runtime/upgrade.ts';
import type { LobbyActor, Said } from '../contracts/lobby.ts';
import { hashSecret, newSecret } from '../credentials.ts';
import type { Env } from '../env.ts';
import { dispatcherStub, handedOn } from '../stubs.ts';
import { attachmentOf } from './attachment.ts';

type LobbyRegisters = {
  said: Said;
  /** Random. Networks are known by their salted hash alone, in the tags of the sockets. */
  salt: string;
};

const retryAfter = 60_000;
/** Silent sockets are looked for no more often, in milliseconds: each time wakes the lobby. */
const sweepEvery = 15_000;

export class Lobby extends DurableObject<Env> implements LobbyActor {
  #registers: Registers<LobbyRegisters> | undefined;
  readonly #caps: Caps;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#registers = open(ctx.storage.sql, []);
    this.#caps = capsOf(env);
  }

  /** The dispatcher says how it is. Said twice, or late, it changes nothing. */
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

  /** How it is. Before anything was said the dispatcher is asked, each time: kept, its answer could outlive a later word. */
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
    // No await from here on: a change must find the socket, or be what it is greeted with.
    if (this.#isFull(tags) && (!this.#sweep(Date.now()) || this.#isFull(tags))) {
      return Response.json(refuse('slow_down', { retryAfter }), { status: 429 });
    }
    const attachment: LobbyAttachment = { at: Date.now() };
    const { response, socket } = acceptSocket(this.ctx, tags, attachment);
    greet(socket as WebSocket, this.#registers?.get('said')?.state ?? first);
    // While there are sockets there is an alarm.
    if (this.ctx.getWebSockets().length === 1) await this.ctx.storage.setAlarm(Date.now() + lease + 1);
    return response;
  }

  override webSocketMessage(socket: WebSocket): void {
    socket.close(closeCodes.badFrame, 'the lobby takes no frames');
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
  }

  /** Closes sockets from which nothing has come for too long, and comes again when the next may be due. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#sweep(now);
    const heard = this.#open().map((socket) => this.#heardAt(socket));
    if (heard.length === 0) return;
    const next = heard.reduce((earliest, at) => Math.min(earliest, at)) + lease + 1;
    await this.ctx.storage.setAlarm(Math.max(now + sweepEvery, next));
  }

  /** True where the lobby takes no more sockets, or no more from one of these networks. */
  #isFull(tags: readonly string[]): boolean {
    const { lobbySockets, lobbySocketsPerNetwork } = this.#caps;
    if (this.#has(lobbySockets)) return true;
    return tags.some((tag, width) => this.#has(lobbySocketsPerNetwork * (widths[width] ?? 1), tag));
  }

  #has(count: number, tag?: string): boolean {
    return this.ctx.getWebSockets(tag).length >= count && this.#open(tag).length >= count;
  }

  /** Without those that are closing. */
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

  /** Closes silent sockets. True where there were some. */
  #sweep(now: number): boolean {
    const silent = this.#open().filter((socket) => now - this.#heardAt(socket) > lease);
    for (const socket of silent) socket.close(closeCodes.leaseLost, 'silent');
    return silent.length > 0;
  }

  /** When something last came from a socket: a ping, or its opening. */
  #heardAt(socket: WebSocket): number {
    return this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? attachmentOf(socket)?.at ?? 0;
  }
}

function greet(socket: WebSocket, state: Availability): void {
  try {
    socket.send(JSON.stringify({ t: 'availability', state } satisfies LobbyFrame));
  } catch {
    // It is closing; who comes back is told at the door.
  }
}
