/** Actors without the HTTP side: an account, its visitors and agents, and sockets whose frames can be awaited. */
import {
  type Principal,
  isRefusal,
  makeId,
  subprotocol,
  type AgentParty,
  type IdKind,
  type Refusal,
  type Role,
  type Started,
} from '#protocol';
import { evictDurableObject } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { onTestFinished, vi } from 'vitest';
import type { CampaignSnapshot, Circumstances } from '../../worker/actors/contracts/visitor.ts';
import {
  agentStub,
  conversationStub,
  dispatcherStub,
  visitorStub,
  type Env,
} from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import { insertUser, signInOf } from './sign-in.ts';

export const env = bindings as unknown as Env;
export const id = (kind: IdKind): string => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));
export const uuid = (): string => crypto.randomUUID();

export type Frame = { t: string } & Record<string, unknown>;
export type User = Extract<Principal, { kind: 'user' }>;

/** Important tests run without interruption, and again with an eviction at marked points. */
export const ways = ['straight', 'evicted'] as const;
export type Way = (typeof ways)[number];

/** Evicts the actor if the test runs that way. */
export async function maybeEvict(way: Way, stub: DurableObjectStub): Promise<void> {
  if (way === 'straight') return;
  // A busy actor has calls in flight for a while, and is evicted after them.
  await eventually(() =>
    evictDurableObject(stub).catch((error: unknown) => {
      // The actor was evicted already.
      if (!String(error).includes('not currently running')) throw error;
    }),
  );
}

/** Moves the clock of all actors until the end of the test: they run in this very isolate. */
export function moveClock(): { by(milliseconds: number): void } {
  const real = Date.now;
  let offset = 0;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => real.call(Date) + offset);
  onTestFinished(() => spy.mockRestore());
  return { by: (milliseconds) => (offset += milliseconds) };
}

/**
 * The same, but it stands still where it is set, hours ahead of the runtime's own: so no alarm fires unless the test
 * fires it, and a moment can be hit exactly.
 */
export function holdClock(): { readonly now: number; to(at: number): void; by(milliseconds: number): void } {
  let now = Date.now() + 3 * 3_600_000;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now);
  onTestFinished(() => spy.mockRestore());
  return {
    get now() {
      return now;
    },
    to: (at) => void (now = at),
    by: (milliseconds) => void (now += milliseconds),
  };
}

/** One end of a socket. */
export class Tab {
  readonly frames: Frame[] = [];
  readonly texts: string[] = [];
  closed: { code: number; reason: string } | undefined;
  reporting = true;
  readonly #socket: WebSocket;
  readonly #looks = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const text = String(data);
      this.texts.push(text);
      if (text.startsWith('{')) this.#take(JSON.parse(text) as Frame);
      this.#look();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
      this.#look();
    });
    socket.accept();
    onTestFinished(() => this.close());
  }

  send(frame: object | string | ArrayBuffer): this {
    const raw = typeof frame === 'string' || frame instanceof ArrayBuffer;
    this.#socket.send(raw ? frame : JSON.stringify(frame));
    return this;
  }

  close(code = 1000): void {
    try {
      this.#socket.close(code);
    } catch {
      // It is already closed.
    }
  }

  /** Resolves once `look` returns something; the test's own time limit ends an endless wait. */
  until<T>(look: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined || found === false) return;
        this.#looks.delete(check);
        resolve(found);
      };
      this.#looks.add(check);
      check();
    });
  }

  /** The first frame of a type from now on, or among those that have arrived. */
  frame(t: string, where: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.until(() => this.frames.find((frame) => frame.t === t && where(frame)));
  }

  /** Sends a frame that is answered, so that everything sent before has been handled. */
  async settled(): Promise<void> {
    const before = this.frames.length;
    this.send({ t: 'pull', before: 1, limit: 1 });
    await this.until(() =>
      this.frames.slice(before).some((frame) => frame.t === 'range' && frame['upTo'] === 0),
    );
  }

  /** As a client does (MRK-2): a tab that never confirms its position is closed ten seconds later. */
  #take(frame: Frame): void {
    this.frames.push(frame);
    if (frame.t !== 'range' || !this.reporting) return;
    try {
      this.send({ t: 'mark', delivered: frame['upTo'], read: 0 });
    } catch {
      // It is closing.
    }
  }

  #look(): void {
    for (const look of [...this.#looks]) look();
  }
}

export interface Scene {
  readonly account: string;
  readonly site: string;
  readonly campaign: CampaignSnapshot;
  visitor(): Promise<SceneVisitor>;
  agent(name?: string, roles?: readonly Role[]): Promise<SceneAgent>;
  conversation(id: string): ReturnType<typeof conversationStub>;
  readonly dispatcher: ReturnType<typeof dispatcherStub>;
}

export function newScene(settings: Partial<CampaignSnapshot> = {}): Scene {
  const account = id('account');
  const site = id('site');
  const campaign = { id: id('campaign'), name: 'Help', idleMinutes: 60, sneakPreview: true, ...settings };
  return {
    account,
    site,
    campaign: campaign,
    visitor: () => SceneVisitor.enter(account, site, campaign),
    agent: (name, roles) => SceneAgent.enter(account, name ?? 'Anna', roles),
    conversation: (conversation) => conversationStub(env, account, conversation),
    // A new stub each time: after a crash the previous one is unusable.
    get dispatcher() {
      return dispatcherStub(env, account);
    },
  };
}

export class SceneVisitor {
  readonly id: string;
  readonly principal: Principal;
  readonly stub: ReturnType<typeof visitorStub>;
  readonly #scene: { account: string; site: string };
  /** The campaign of the site. */
  campaign: CampaignSnapshot;
  #secret = '';

  private constructor(visitor: string, account: string, site: string, campaign: CampaignSnapshot) {
    this.id = visitor;
    this.principal = { kind: 'visitor', account, id: visitor, site };
    this.stub = visitorStub(env, account, visitor);
    this.#scene = { account, site };
    this.campaign = campaign;
  }

  static async enter(account: string, site: string, campaign: CampaignSnapshot): Promise<SceneVisitor> {
    const visitor = new SceneVisitor(id('visitor'), account, site, campaign);
    visitor.#secret = (await visitor.stub.open(account, visitor.id, site)).secret;
    return visitor;
  }

  /** As over HTTP. */
  async try(
    text: string,
    command = uuid(),
    sentTo?: string,
    later = false,
    prev?: string,
    circumstances: Circumstances = {},
  ): Promise<Started | Refusal> {
    const { site } = this.#scene;
    const rest = { ...(sentTo && { sentTo }), ...(later && { later }), ...(prev && { prev }) };
    const message = { id: command, site, text, ...rest };
    return await this.stub.message(this.#secret, message, this.campaign, circumstances);
  }

  async say(text: string, command = uuid(), circumstances: Circumstances = {}): Promise<Started> {
    const answer = await this.try(text, command, undefined, false, undefined, circumstances);
    if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
    return answer;
  }

  async signOut(): Promise<void> {
    await this.stub.end(this.#secret, this.#scene.site);
  }

  open(conversation: string): Promise<Tab> {
    return openTab(conversationStub(env, this.#scene.account, conversation), this.principal);
  }

  /** A tab that has sent hello and been welcomed. */
  async attach(conversation: string): Promise<Tab> {
    return greeted(await this.open(conversation));
  }
}

export class SceneAgent {
  readonly party: AgentParty;
  readonly principal: User;
  readonly stub: ReturnType<typeof agentStub>;
  readonly session: string;

  private constructor(principal: User) {
    this.principal = principal;
    this.party = { kind: 'agent', id: principal.id, name: principal.name };
    this.session = principal.session;
    this.stub = agentStub(env, principal.account, principal.id);
  }

  /** Signs in, and is online on the floor. */
  static async enter(account: string, name: string, roles: readonly Role[] = ['agent']): Promise<SceneAgent> {
    const user = id('user');
    await insertUser(env, { account, id: user, name, roles });
    const { session } = await signInOf(env, account, user);
    const agent = new SceneAgent({ kind: 'user', account, id: user, name, roles, manages: true, session });
    await eventually(async () => {
      const answer = await agent.take(id('conversation'));
      if (!isRefusal(answer) || answer.refused !== 'not_found') throw new Error('not there yet');
    });
    return agent;
  }

  async take(conversation: string): Promise<{ conversation: string; generation: number } | Refusal> {
    return dispatcherStub(env, this.principal.account).take(this.party, conversation);
  }

  /** The agent's own socket in the workspace. */
  desk(): Promise<Tab> {
    return openTab(this.stub, this.principal);
  }

  floor(): Promise<Tab> {
    return openTab(dispatcherStub(env, this.principal.account), this.principal);
  }

  async open(conversation: string): Promise<Tab> {
    return openTab(conversationStub(env, this.principal.account, conversation), this.principal);
  }

  async attach(conversation: string): Promise<Tab> {
    return greeted(await this.open(conversation));
  }
}

export async function openTab(
  actor: { fetch(request: Request): Promise<Response> },
  principal: Principal,
): Promise<Tab> {
  const response = await actor.fetch(
    new Request('https://parley.test/socket', {
      headers: {
        Upgrade: 'websocket',
        'Sec-WebSocket-Protocol': subprotocol,
        'x-parley-principal': JSON.stringify(principal),
      },
    }),
  );
  if (!response.webSocket) throw new Error(`${response.status} ${await response.text()}`);
  return new Tab(response.webSocket);
}

async function greeted(tab: Tab): Promise<Tab> {
  tab.send({ t: 'hello', v: 1 });
  await tab.frame('welcome');
  await tab.frame('range');
  return tab;
}

/** The log as it is stored. */
export async function logOf(scene: Scene, conversation: string) {
  const range = await scene.conversation(conversation).range('agent', undefined, 100);
  if (typeof range !== 'string') throw new Error(JSON.stringify(range));
  return (
    JSON.parse(range) as {
      entries: { seq: number; kind: string; id?: string; text?: string; reason?: string }[];
    }
  ).entries;
}

/** Takes a conversation as soon as the floor knows of it, a moment after its beginning. */
export async function taken(agent: SceneAgent, conversation: string): Promise<number> {
  return eventually(async () => {
    const answer = await agent.take(conversation);
    if (isRefusal(answer)) throw new Error(answer.refused);
    return answer.generation;
  });
}
