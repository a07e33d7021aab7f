/**
 * A visitor's chat with a site: their session, the open conversation with its client, the ones before it. It makes no session and
 * no conversation before the visitor has something to send.
 */
import { noMarks } from '#domain';
import {
  isTransient,
  makeCommandId,
  tokenSubprotocol,
  type ConversationState,
  type Entry,
  type Marks,
  type Range,
  type Refused,
  type RefusalCode,
  type Started,
  type VisitorSession,
} from '#protocol';
import { reconnectDelay } from '#domain';
import type { ConnectionState } from './connection.ts';
import { ConversationClient, type ConversationView } from './conversation.ts';
import type { Environment } from './environment.ts';
import { carriedOutbox, type Carrier, type Outbox, type Pending } from './outbox.ts';

export interface Contact {
  readonly name?: string;
  readonly email?: string;
}

export interface VisitorView {
  /** `idle`: there is nothing to connect to yet. */
  readonly connection: ConnectionState | 'idle';
  readonly nextTryAt: number | null;
  readonly state: ConversationState | null;
  readonly entries: readonly Entry[];
  /** Earlier conversations loaded so far, oldest first. */
  readonly earlier: readonly EarlierConversation[];
  /** Something older can be loaded. */
  readonly more: boolean;
  readonly marks: Marks;
  readonly pending: readonly Pending[];
  readonly agentTyping: string | null;
  readonly unread: number;
  readonly contact: Contact;
  readonly blocked: boolean;
}

export interface EarlierConversation {
  readonly conversation: string;
  readonly entries: readonly Entry[];
}

export interface VisitorChatOptions {
  readonly env: Environment;
  /** The server's origin. */
  readonly base: string;
  readonly site: string;
  readonly carrier: Carrier;
  /** Where the visitor is, told when a conversation starts. */
  page(): { url: string; title: string } | undefined;
  onChange(view: VisitorView): void;
  /** For a client that is no browser: states the Origin and so on. */
  readonly fetch?: typeof fetch;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class VisitorChat {
  readonly #options: VisitorChatOptions;
  readonly #outbox: Outbox;
  readonly #tokenKey: string;
  #token: string | null = null;
  #session: VisitorSession | null = null;
  #client: ConversationClient | null = null;
  #attachedTo: string | null = null;
  #clientView: ConversationView | null = null;
  /** Messages that no conversation has taken yet: they go by HTTP, one after the other. */
  #queue: Pending[] = [];
  #posting = false;
  #failures = 0;
  #nextTryAt: number | null = null;
  #cancelRetry: () => void = () => undefined;
  #contact: Contact = {};
  #earlier: { conversation: string; entries: Entry[]; from: number }[] = [];
  #loadingEarlier = false;
  #blocked = false;
  #ended = false;

  constructor(options: VisitorChatOptions) {
    this.#options = options;
    this.#outbox = carriedOutbox(options.carrier, `parley.${options.site}.unsent`);
    this.#tokenKey = `parley.${options.site}.token`;
  }

  /** Looks for the visitor's session, and goes on with what is open. */
  async start(): Promise<void> {
    this.#token = await this.#options.carrier.load(this.#tokenKey).catch(() => null);
    const left = await this.#outbox.load();
    this.#queue = [
      ...left.filter((pending) => !this.#queue.some((other) => other.id === pending.id)),
      ...this.#queue,
    ];
    if (!(await this.#loadSession())) return;
    this.#resume();
  }

  #resume(): void {
    const open = this.#session?.conversations.find((conversation) => conversation.open);
    if (open) this.#attach(open.id);
    else {
      if (this.#session?.conversations[0]) void this.older();
      void this.#post();
    }
    this.#touch();
  }

  send(text: string): void {
    const { env } = this.#options;
    const id = makeCommandId(env.now(), env.bytes(10));
    const pending: Pending = { id, frame: { t: 'message.send', id, text }, at: env.now() };
    if (this.#client && this.#clientView?.state?.phase !== 'closed' && this.#queue.length === 0) {
      this.#client.submit(pending);
      return;
    }
    this.#queue.push(pending);
    this.#outbox.put(pending);
    this.#touch();
    void this.#post();
  }

  retry(id: string): void {
    const pending = this.#queue.find((other) => other.id === id);
    if (!pending) {
      this.#client?.retry(id);
      return;
    }
    const { refused: _, ...again } = pending;
    this.#queue = [...this.#queue.filter((other) => other.id !== id), again];
    this.#outbox.put(again);
    this.#touch();
    void this.#post();
  }

  discard(id: string): void {
    this.#queue = this.#queue.filter((pending) => pending.id !== id);
    this.#outbox.drop(id);
    this.#client?.discard(id);
    this.#touch();
  }

  /** Says who the visitor is. Before the first message it is kept here, and rides with it. */
  identify(contact: Contact): void {
    this.#contact = { ...this.#contact, ...contact };
    if (this.#client && this.#clientView?.state?.phase !== 'closed') {
      this.#client.command({ t: 'visitor.identify', ...contact });
    }
    this.#touch();
  }

  close(): void {
    this.#client?.command({ t: 'conversation.close' });
  }

  typing(on: boolean): void {
    this.#client?.typing(on);
  }

  preview(text: string): void {
    this.#client?.preview(text);
  }

  read(): void {
    this.#client?.read();
  }

  /** Scrolls back: within the open conversation first, then into the ones before it. */
  async older(): Promise<void> {
    if (this.#clientView && this.#clientView.from > 0) {
      this.#client?.older();
      return;
    }
    const next = this.#nextEarlier();
    if (!next || this.#loadingEarlier) return;
    this.#loadingEarlier = true;
    const query = `limit=50${next.before === undefined ? '' : `&before=${next.before}`}`;
    const answer = await this.#ask('GET', `/api/widget/conversations/${next.conversation}/entries?${query}`);
    this.#loadingEarlier = false;
    if (answer?.status === 200) this.#prepend(next.conversation, answer.body as Range);
    this.#touch();
  }

  end(): void {
    this.#ended = true;
    this.#cancelRetry();
    this.#client?.end();
  }

  get view(): VisitorView {
    const client = this.#clientView;
    const queued = this.#queue;
    const connection = this.#nextTryAt !== null ? 'waiting' : (client?.connection ?? 'idle');
    return {
      connection,
      nextTryAt: this.#nextTryAt ?? client?.nextTryAt ?? null,
      state: client?.state ?? null,
      entries: client?.entries ?? [],
      earlier: this.#earlier,
      more: (client !== null && client.from > 0) || this.#nextEarlier() !== undefined,
      marks: client?.marks ?? noMarks,
      pending: [...(client?.pending ?? []), ...queued],
      agentTyping: client?.typing ?? null,
      unread: client?.marks.visitor.unread ?? 0,
      contact: { ...this.#session?.contact, ...this.#contact },
      blocked: this.#blocked || (client?.state?.visitor.blocked ?? false),
    };
  }

  #attach(conversation: string): void {
    if (this.#attachedTo === conversation || this.#ended) return;
    this.#client?.end();
    this.#shelve();
    this.#attachedTo = conversation;
    this.#clientView = null;
    const socket = new URL(`/api/widget/conversations/${conversation}/socket`, this.#options.base);
    socket.protocol = socket.protocol.replace('http', 'ws');
    const client = new ConversationClient({
      env: this.#options.env,
      side: 'visitor',
      me: this.#session?.visitor ?? '',
      outbox: this.#outbox,
      url: () => socket.href,
      protocols: () => (this.#token ? [tokenSubprotocol + this.#token] : []),
      onDoubt: () => this.#stillValid(),
      onChange: (view) => {
        if (this.#client !== client) return;
        this.#clientView = view;
        this.#touch();
      },
      onRefused: (pending, refused) => this.#takeBack(pending, refused),
    });
    this.#client = client;
    // What waits here is in the outbox too, from where the client takes it.
    this.#queue = [];
    void client.start();
  }

  /** The conversation just left becomes the latest of the earlier ones. */
  #shelve(): void {
    const view = this.#clientView;
    if (!this.#attachedTo || !view) return;
    this.#earlier.push({ conversation: this.#attachedTo, entries: [...view.entries], from: view.from });
  }

  /** The conversation has ended under a message: it opens the next one. */
  #takeBack(pending: Pending, refused: Refused): boolean {
    if (refused.code === 'blocked') this.#blocked = true;
    if (refused.code !== 'conversation_closed') return false;
    if (pending.frame.t !== 'message.send') {
      this.#outbox.drop(pending.id);
      return true;
    }
    this.#queue.push(pending);
    void this.#post();
    return true;
  }

  /** Sends what waits, in order, until a conversation has taken one; the rest goes over its socket. */
  async #post(): Promise<void> {
    if (this.#posting || this.#ended) return;
    this.#posting = true;
    this.#cancelRetry();
    this.#nextTryAt = null;
    try {
      for (;;) {
        const pending = this.#queue.find((other) => !other.refused);
        if (!pending || pending.frame.t !== 'message.send') break;
        if (!this.#session && !(await this.#openSession())) break;
        if (!(await this.#postMessage(pending.id, pending.frame.text))) break;
      }
    } finally {
      this.#posting = false;
      this.#touch();
    }
  }

  async #postMessage(id: string, text: string): Promise<boolean> {
    const page = this.#options.page();
    const contact = Object.keys(this.#contact).length > 0 ? { contact: this.#contact } : {};
    const body = { id, site: this.#options.site, text, ...(page && { page }), ...contact };
    const answer = await this.#ask('POST', '/api/widget/messages', body);
    if (answer?.status === 200) {
      const started = answer.body as Started;
      this.#failures = 0;
      this.#queue = this.#queue.filter((other) => other.id !== id);
      this.#outbox.drop(id);
      this.#remember(started.conversation);
      this.#attach(started.conversation);
      return false;
    }
    const code = (answer?.body as { refused?: RefusalCode } | undefined)?.refused;
    if (code === 'signed_out') {
      this.#session = null;
      this.#token = null;
      return true;
    }
    if (!answer || code === undefined || isTransient(code)) {
      this.#retryLater();
      return false;
    }
    if (code === 'blocked') this.#blocked = true;
    const refused = {
      t: 'refused' as const,
      id,
      code,
      message: (answer.body as { message: string }).message,
    };
    this.#queue = this.#queue.map((other) => (other.id === id ? { ...other, refused } : other));
    return true;
  }

  #remember(conversation: string): void {
    const session = this.#session;
    if (!session || session.conversations.some((other) => other.id === conversation)) return;
    const now = this.#options.env.now();
    const others = session.conversations.map((other) => ({ ...other, open: false }));
    const latest = { id: conversation, campaign: '', startedAt: now, open: true };
    this.#session = { ...session, conversations: [latest, ...others] };
  }

  #retryLater(): void {
    const { env } = this.#options;
    this.#failures++;
    const delay = Math.max(500, reconnectDelay(this.#failures, env.random()));
    this.#nextTryAt = env.now() + delay;
    const stop = env.onWake(() => this.#retryNow());
    const cancel = env.after(delay, () => this.#retryNow());
    this.#cancelRetry = () => {
      stop();
      cancel();
    };
  }

  #retryNow(): void {
    this.#cancelRetry();
    void this.#post();
  }

  /** Makes the visitor. The cookie carries the session where it survives; else the token is kept. */
  async #openSession(): Promise<boolean> {
    const answer = await this.#ask('POST', '/api/widget/session', { site: this.#options.site });
    if (answer?.status !== 200) {
      this.#retryLater();
      return false;
    }
    const { token, ...session } = answer.body as VisitorSession;
    this.#session = session;
    const byCookie = await this.#ask('GET', '/api/widget/session');
    if (token && byCookie?.status !== 200) {
      this.#token = token;
      await this.#options.carrier.save(this.#tokenKey, token).catch(() => undefined);
    }
    return true;
  }

  async #loadSession(): Promise<boolean> {
    for (;;) {
      const answer = await this.#ask('GET', '/api/widget/session');
      if (this.#ended) return false;
      if (answer?.status === 200) {
        this.#session = answer.body as VisitorSession;
        this.#failures = 0;
        this.#nextTryAt = null;
        return true;
      }
      if (answer?.status === 401) {
        // Nobody yet, or no more: what is unsent opens a new session.
        this.#token = null;
        this.#nextTryAt = null;
        void this.#post();
        this.#touch();
        return false;
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    const { env } = this.#options;
    this.#failures++;
    const delay = Math.max(500, reconnectDelay(this.#failures, env.random()));
    this.#nextTryAt = env.now() + delay;
    this.#touch();
    return new Promise((resolve) => {
      const stop = env.onWake(() => done());
      const cancel = env.after(delay, () => done());
      const done = () => {
        stop();
        cancel();
        resolve();
      };
    });
  }

  /** The socket can't be opened: does the session still hold? */
  async #stillValid(): Promise<boolean> {
    const answer = await this.#ask('GET', '/api/widget/session');
    return answer?.status !== 401;
  }

  #nextEarlier(): { conversation: string; before?: number } | undefined {
    const oldest = this.#earlier[0];
    if (oldest && oldest.from > 0) return { conversation: oldest.conversation, before: oldest.from + 1 };
    const shown = new Set(this.#earlier.map((earlier) => earlier.conversation));
    const next = this.#session?.conversations.find(
      (conversation) => conversation.id !== this.#attachedTo && !shown.has(conversation.id),
    );
    return next && { conversation: next.id };
  }

  #prepend(conversation: string, range: Range): void {
    const oldest = this.#earlier[0];
    if (oldest?.conversation === conversation) {
      if (range.upTo !== oldest.from) return;
      this.#earlier[0] = { conversation, entries: [...range.entries, ...oldest.entries], from: range.after };
      return;
    }
    this.#earlier.unshift({ conversation, entries: range.entries, from: range.after });
  }

  /** One request; null where no answer came. */
  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer | null> {
    const send = this.#options.fetch ?? fetch;
    try {
      const response = await send(new URL(path, this.#options.base), {
        method,
        credentials: 'include',
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(this.#token && { authorization: `Bearer ${this.#token}` }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return null;
    }
  }

  #touch(): void {
    if (!this.#ended) this.#options.onChange(this.view);
  }
}
