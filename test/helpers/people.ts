/**
 * Visitors and agents on Node, over real connections and with the real client code; agents have the workspace's
 * sockets. For journeys without a browser, for fault runs and for benchmarks. Every wait ends with a change, never
 * with a time.
 */
import { Connection } from '#client/connection';
import { ConversationClient } from '#client/conversation';
import type { ConversationView } from '#client/conversation-view';
import { platform, type Environment, type Wire } from '#client/environment';
import { memoryOutbox, type Carrier, type Outbox } from '#client/outbox';
import { VisitorChat, type VisitorView } from '#client/visitor';
import {
  isRefusal,
  makeCommandId,
  subprotocol,
  type AgentServerFrame,
  type FloorAgent,
  type FloorRow,
  type FloorServerFrame,
  type Me,
  type Offer,
  type Refusal,
  type Status,
  type Summary,
} from '#protocol';

/** Hooks between a client and the network, through which a test observes traffic or injects faults. */
export interface Wiring {
  wire?(wire: Wire, url: string): Wire;
  fetch?: typeof fetch;
}

/** An object whose changes a test can wait for. */
export class Changing {
  readonly #waiting = new Set<() => void>();

  /** Must be called after every change. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Waits until the condition is true. `what` describes it in the error of a timeout. */
  until(condition: () => boolean, timeout = 10_000, what = condition.toString()): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = () => {
        if (!condition()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`timed out after ${timeout} ms: ${what}`));
      }, timeout);
      this.#waiting.add(look);
    });
  }
}

type SocketWithHeaders = new (
  url: string,
  init: { protocols: string[]; headers: Record<string, string> },
) => unknown;

/** The environment of Node. Outside a browser, a client sets its Origin and its cookie itself (REQ-3). */
export function nodeEnvironment(
  base: string,
  wiring: Wiring = {},
  cookie?: string,
): Environment & { wake(): void } {
  const tasks = new Set<() => void>();
  const headers = { origin: new URL(base).origin, ...(cookie && { cookie }) };
  return {
    ...platform(),
    connect(url, protocols) {
      const Socket = WebSocket as unknown as SocketWithHeaders;
      const wire = new Socket(url, { protocols, headers }) as Wire;
      return wiring.wire?.(wire, url) ?? wire;
    },
    onWake(task) {
      tasks.add(task);
      return () => tasks.delete(task);
    },
    wake: () => [...tasks].forEach((task) => task()),
  };
}

/** A fetch that sets the headers which a browser would set. */
export function statedFetch(base: string, wiring: Wiring = {}, cookie?: string): typeof fetch {
  const send = wiring.fetch ?? fetch;
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', new URL(base).origin);
    if (cookie) headers.set('cookie', cookie);
    return send(input, { ...init, headers });
  };
}

/** Storage that outlives its page. */
export function memoryCarrier(kept = new Map<string, string>()): Carrier {
  return {
    load: (key) => Promise.resolve(kept.get(key) ?? null),
    save: (key, value) => {
      if (value === null) kept.delete(key);
      else kept.set(key, value);
      return Promise.resolve();
    },
  };
}

export interface VisitorOptions {
  readonly base: string;
  readonly site: string;
  readonly carrier?: Carrier;
  readonly wiring?: Wiring;
}

/** A visitor with one tab of the widget. */
export class VisitorPerson extends Changing {
  readonly #options: VisitorOptions;
  readonly #carrier: Carrier;
  #env: ReturnType<typeof nodeEnvironment>;
  chat: VisitorChat;

  constructor(options: VisitorOptions) {
    super();
    this.#options = options;
    this.#carrier = options.carrier ?? memoryCarrier();
    this.#env = nodeEnvironment(options.base, options.wiring);
    this.chat = this.#open();
  }

  get view(): VisitorView {
    return this.chat.view;
  }

  /** The id of the open conversation, once it is known. */
  get conversation(): string | undefined {
    return this.view.state?.id;
  }

  say(text: string): void {
    this.chat.send(text);
  }

  /** Reloads the page: only the contents of the carrier survive. */
  reload(): void {
    this.chat.end();
    this.chat = this.#open();
  }

  /** Acts as if the network were back, or the page visible again. */
  wake(): void {
    this.#env.wake();
  }

  end(): void {
    this.chat.end();
  }

  #open(): VisitorChat {
    const { base, site, wiring } = this.#options;
    this.#env = nodeEnvironment(base, wiring);
    const chat = new VisitorChat({
      env: this.#env,
      base,
      site,
      carrier: this.#carrier,
      page: () => ({ url: `${base}/demo`, title: 'Demo' }),
      onChange: () => this.changed(),
      fetch: statedFetch(base, wiring),
    });
    void chat.start();
    return chat;
  }
}

export function visitorOf(options: VisitorOptions): VisitorPerson {
  return new VisitorPerson(options);
}

/** One conversation on an agent's screen. */
export class OpenConversation extends Changing {
  readonly client: ConversationClient;

  constructor(options: Omit<ConstructorParameters<typeof ConversationClient>[0], 'side' | 'onChange'>) {
    super();
    this.client = new ConversationClient({ ...options, side: 'agent', onChange: () => this.changed() });
    void this.client.start();
  }

  get view(): ConversationView {
    return this.client.view;
  }

  end(): void {
    this.client.end();
  }
}

/** A socket of the workspace, with its frames folded into one state. */
export class Followed<Frame> extends Changing {
  readonly connection: Connection;
  closes = 0;

  constructor(
    env: Environment,
    url: string,
    onFrame: (frame: Frame) => void,
    onDoubt: () => Promise<boolean>,
  ) {
    super();
    this.connection = new Connection({
      env,
      url: () => url,
      protocols: () => [subprotocol],
      onOpen: () => undefined,
      onAwake: () => undefined,
      onFrame: (frame) => {
        onFrame(frame as Frame);
        this.changed();
      },
      onState: (state) => {
        if (state === 'waiting') this.closes++;
        this.changed();
      },
      onDoubt,
    });
    this.connection.start();
  }
}

export interface Floor extends Followed<FloorServerFrame> {
  readonly rows: ReadonlyMap<string, FloorRow>;
  readonly agents: ReadonlyMap<string, FloorAgent>;
  /** By the ids of their conversations. */
  readonly offers: ReadonlyMap<string, Offer>;
}

export interface Desk extends Followed<AgentServerFrame> {
  readonly status: Status | undefined;
  readonly summaries: ReadonlyMap<string, Summary>;
  readonly drafts: ReadonlyMap<string, string>;
}

/** A signed-in agent. */
export class AgentPerson {
  readonly me: Me;
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #env: ReturnType<typeof nodeEnvironment>;

  constructor(base: string, me: Me, cookie: string, wiring: Wiring) {
    this.me = me;
    this.#base = base;
    this.#fetch = statedFetch(base, wiring, cookie);
    this.#env = nodeEnvironment(base, wiring, cookie);
  }

  /** Sends a request to the API; returns the body, or the refusal. */
  async ask<T>(method: string, path: string, body?: object): Promise<T | Refusal> {
    const response = await this.#fetch(new URL(path, this.#base), {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return (await response.json()) as T | Refusal;
  }

  take(conversation: string): Promise<{ conversation: string; generation: number } | Refusal> {
    return this.ask('POST', `/api/conversations/${conversation}/take`);
  }

  open(conversation: string, outbox: Outbox = memoryOutbox()): OpenConversation {
    return new OpenConversation({
      env: this.#env,
      me: this.me.id,
      outbox,
      url: () => this.#socketUrl(`/api/conversations/${conversation}/socket`),
      protocols: () => [],
      onDoubt: () => this.#signedIn(),
    });
  }

  floor(): Floor {
    const rows = new Map<string, FloorRow>();
    const agents = new Map<string, FloorAgent>();
    const offers = new Map<string, Offer>();
    const take = (frame: FloorServerFrame) => {
      if (frame.t === 'handed' || frame.t === 'forum.changed') return;
      if (frame.t !== 'floor.changed') {
        if (frame.t === 'floor') offers.clear();
        for (const offer of frame.offers) offers.set(offer.conversation, offer);
      }
      if (frame.t === 'offers') {
        for (const { conversation } of frame.over) offers.delete(conversation);
        return;
      }
      if (frame.t === 'floor') {
        rows.clear();
        agents.clear();
      }
      for (const row of frame.rows) rows.set(row.id, row);
      for (const agent of frame.agents) agents.set(agent.id, agent);
      if (frame.t === 'floor.changed') for (const id of frame.left ?? []) agents.delete(id);
    };
    return Object.assign(this.#follow<FloorServerFrame>('/api/floor/socket', take), { rows, agents, offers });
  }

  /** The agent's own socket: while it is open, the agent counts as connected. */
  desk(): Desk {
    const summaries = new Map<string, Summary>();
    const drafts = new Map<string, string>();
    let status: Status | undefined;
    const take = (frame: AgentServerFrame) => {
      if (frame.t === 'agent.welcome') {
        summaries.clear();
        drafts.clear();
        for (const summary of frame.summaries) summaries.set(summary.state.id, summary);
        for (const [id, text] of Object.entries(frame.drafts)) drafts.set(id, text);
      }
      if (frame.t === 'agent.welcome' || frame.t === 'status') status = frame.status;
      if (frame.t === 'summary') summaries.set(frame.summary.state.id, frame.summary);
      if (frame.t === 'summary.gone') summaries.delete(frame.conversation);
      if (frame.t === 'draft') drafts.set(frame.conversation, frame.text);
    };
    const desk = Object.assign(this.#follow<AgentServerFrame>('/api/agent/socket', take), {
      summaries,
      drafts,
    });
    return Object.defineProperty(desk, 'status', { get: () => status }) as typeof desk & {
      status: typeof status;
    };
  }

  setStatus(desk: Desk, status: Status): void {
    const id = makeCommandId(this.#env.now(), this.#env.bytes(10));
    desk.connection.send({ t: 'status.set', id, status });
  }

  wake(): void {
    this.#env.wake();
  }

  async signOut(): Promise<void> {
    await this.ask('POST', '/api/logout');
  }

  #follow<Frame>(path: string, take: (frame: Frame) => void): Followed<Frame> {
    return new Followed<Frame>(this.#env, this.#socketUrl(path), take, () => this.#signedIn());
  }

  #socketUrl(path: string): string {
    return new URL(path, this.#base).href.replace(/^http/, 'ws');
  }

  /** False only if the server answers so: an unreachable server gives no answer. */
  async #signedIn(): Promise<boolean> {
    const me = await this.ask<Me>('GET', '/api/me').catch(() => undefined);
    return !(isRefusal(me) && me.refused === 'signed_out');
  }
}

export interface AgentOptions {
  readonly base: string;
  readonly email: string;
  readonly password: string;
  readonly wiring?: Wiring;
}

export async function agentOf({ base, email, password, wiring = {} }: AgentOptions): Promise<AgentPerson> {
  const response = await statedFetch(base, wiring)(new URL('/api/login', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const me = (await response.json()) as Me | Refusal;
  if (isRefusal(me)) throw new Error(`${email} could not sign in: ${me.refused}`);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return new AgentPerson(base, me, cookie, wiring);
}
