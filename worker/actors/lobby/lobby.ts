/**
 * The Durable Object of a campaign's lobby, named `account:cam_…`: the widgets that are open and have no conversation yet, and what
 * they are told, which is whether anybody is here. It asks nobody who they are, for it tells nothing that the button of the page
 * doesn't. Visitors by the thousand wake no dispatcher: one change is one call to here.
 */
import { closeCodes, lease, refuse, type Availability, type LobbyFrame } from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { acceptSocket, answerClose, answerPings } from '../durable-host.ts';
import type { Env } from '../env.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { dispatcherStub } from '../stubs.ts';
import { refuseProtocol } from '../upgrade.ts';

/** What the dispatcher last said. Of two the one with the greater count is the later, whichever came first. */
interface Said {
  readonly state: Availability;
  readonly count: number;
}

/** The platform holds 32,768 sockets; a broadcast to so many is still quick. Whoever finds it full asks again later. */
const mostSockets = 9_000;
const retryAfter = 60_000;

export class Lobby extends DurableObject<Env> {
  #registers: Registers<{ said: Said }> | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#registers = open(ctx.storage.sql, []);
  }

  /** The dispatcher says how it is. Said twice, or late, it changes nothing. */
  tell(said: Said): void {
    this.#registers ??= begin(this.ctx.storage.sql, []);
    const before = this.#registers.get('said');
    if (before && before.count >= said.count) return;
    this.#registers.set('said', said);
    if (before?.state === said.state) return;
    for (const socket of this.ctx.getWebSockets()) greet(socket, said.state);
  }

  /** How it is. Before anything was said the dispatcher is asked, each time: kept, its answer could outlive a later word. */
  async read(account: string, campaign: string): Promise<Availability> {
    const said = this.#registers?.get('said');
    return said?.state ?? (await dispatcherStub(this.env, account).availability(campaign));
  }

  override async fetch(request: Request): Promise<Response> {
    const unsupported = refuseProtocol(request);
    if (unsupported) return unsupported;
    const [account = '', campaign = ''] = (request.headers.get('x-parley-lobby') ?? '').split(':');
    const first = await this.read(account, campaign);
    // No await from here on: a change must find the socket, or be what it is greeted with.
    if (this.ctx.getWebSockets().length >= mostSockets && !this.#sweep()) {
      return Response.json(refuse('slow_down', { retryAfter }), { status: 429 });
    }
    const { response, socket } = acceptSocket(this.ctx, [], { at: Date.now() });
    greet(socket as WebSocket, this.#registers?.get('said')?.state ?? first);
    return response;
  }

  override webSocketMessage(socket: WebSocket): void {
    socket.close(closeCodes.badFrame, 'the lobby takes no frames');
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
  }

  /** Full: those that have gone without a word leave. True where somebody did. */
  #sweep(): boolean {
    const silent = this.ctx.getWebSockets().filter((socket) => {
      const { at } = (socket.deserializeAttachment() ?? { at: 0 }) as { at: number };
      const heard = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? at;
      return Date.now() - heard > lease;
    });
    for (const socket of silent) socket.close(closeCodes.leaseLost, 'silent');
    return silent.length > 0;
  }
}

function greet(socket: WebSocket, state: Availability): void {
  try {
    socket.send(JSON.stringify({ t: 'availability', state } satisfies LobbyFrame));
  } catch {
    // It is closing; who comes back is told at the door.
  }
}
