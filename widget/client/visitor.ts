/**
 * A visitor's chat with a site: the session, the open conversation with its client, the earlier ones. It creates no
 * session and no conversation before the visitor sends a message.
 */
import { noMarks } from '#domain/conversation/marks';
import {
  isTransient,
  makeCommandId,
  type CommandFrame,
  type DeleteMessage,
  type EditMessage,
  type Refused,
} from '#protocol';
import type { Outgoing } from './attachments.ts';
import type { Contact } from './contact.ts';
import type { ConversationView } from './conversation-view.ts';
import { ConversationClient } from './conversation.ts';
import { Earlier } from './earlier.ts';
import { carriedOutbox, readdressed, type Outbox, type Pending } from './outbox.ts';
import { Pause } from './pause.ts';
import { signedOut, VisitorApi, type Failure } from './visitor-api.ts';
import { VisitorSessions } from './visitor-session.ts';
import type { VisitorChatOptions } from './visitor-options.ts';
import type { VisitorView } from './visitor-view.ts';

export type { VisitorView } from './visitor-view.ts';

export class VisitorChat {
  readonly #options: VisitorChatOptions;
  readonly api: VisitorApi;
  readonly #outbox: Outbox;
  readonly #earlier = new Earlier();
  readonly session: VisitorSessions;
  #client: ConversationClient | null = null;
  #attachedTo: string | null = null;
  #clientView: ConversationView | null = null;
  /** Messages that no conversation has accepted yet: they are sent by HTTP, one after the other. */
  #queue: Pending[] = [];
  #posting = false;
  readonly #pause: Pause;
  #contact: Contact = {};
  /** Details were given after a first message had been sent, maybe without them. */
  #unsaid = false;
  #blocked = false;
  #ended = false;

  constructor(options: VisitorChatOptions) {
    this.#options = options;
    this.api = new VisitorApi(options);
    this.#pause = new Pause(options.env, () => this.#touch());
    this.session = new VisitorSessions(this.api, options.env, this.#pause);
    this.#outbox = carriedOutbox(options.carrier, `parley.${options.site}.unsent`);
  }

  /** Looks up the visitor's session, and continues its open conversation. */
  async start(): Promise<void> {
    await this.api.restore();
    while (!this.#ended && !(await this.api.leftBefore())) await this.#pause.wait();
    const left = await this.#outbox.load();
    const typed = this.#queue.filter((pending) => !left.some((other) => other.id === pending.id));
    this.#queue = [...left, ...typed];
    if (!(await this.session.load(() => this.#ended))) {
      this.#touch();
      void this.#post();
      return;
    }
    const open = this.session.all.find((conversation) => conversation.open);
    if (open) {
      this.#attach(open.id);
      // A message that was sent to another conversation may be in its log: posting it there first settles that.
      const first = this.#queue.find(({ frame, refused }) => frame.t === 'message.send' && !refused);
      if (first?.to === undefined || first.to === open.id) this.#handOver();
      else void this.#post();
    } else {
      void this.older();
      void this.#post();
    }
    this.#touch();
  }

  /**
   * With `later` the message asks for an answer later; that changes nothing in a conversation that is open already.
   * `quote` is the seq of a message of the open conversation.
   */
  send(text: string, later = false, quote?: number): void {
    const { env } = this.#options;
    const id = this.#newId();
    this.deliver({ id, at: env.now(), text, quote }, later);
  }

  /** The same for a message that has an id already, and maybe files. Safe to repeat. */
  deliver({ id, at, text, quote, files }: Omit<Outgoing, 'files'> & Partial<Outgoing>, later = false): void {
    const frame = {
      ...{ t: 'message.send' as const, id, text },
      ...(quote !== undefined && { quote }),
      ...(files && { files: files.map((file) => file.id) }),
    };
    const pending: Pending = { id, frame, at, files, ...(later && { later: this.view.contact }) };
    // Queued after the socket's unanswered messages, even if it is too late for them: they are returned in order.
    const client = this.#client;
    if (client && this.#queue.length === 0 && (this.#isOpen || client.commands.unanswered.length > 0)) {
      client.commands.submit({ ...pending, to: this.#attachedTo ?? undefined });
      return;
    }
    this.#queue.push(pending);
    this.#outbox.put(pending);
    this.#touch();
    void this.#post();
  }

  /** Edits or deletes an own message of the open conversation, by its seq. The command is kept until it is answered. */
  revise(revising: Omit<EditMessage, 'id'> | Omit<DeleteMessage, 'id'>): void {
    const [id, at, to] = [this.#newId(), this.#options.env.now(), this.#attachedTo ?? undefined];
    if (this.#isOpen) this.#client?.commands.submit({ id, frame: { ...revising, id }, at, to });
  }

  #newId = () => makeCommandId(this.#options.env.now(), this.#options.env.bytes(10));

  retry(id: string): void {
    const pending = this.#queue.find((other) => other.id === id);
    if (!pending) {
      this.#client?.commands.retry(id);
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
    this.#client?.commands.discard(id);
    this.#touch();
  }

  /** Sets the visitor's name or email. Before the first message they are kept here, and sent with it. */
  identify(contact: Contact): void {
    this.#contact = { ...this.#contact, ...contact };
    if (this.#isOpen) this.#client?.command({ t: 'visitor.identify', ...contact });
    else this.#unsaid = this.#queue.length > 0;
    this.#touch();
  }

  /** Asks for an answer later instead of waiting in this chat. */
  defer(): void {
    this.#client?.command({ t: 'conversation.defer' });
  }

  /** Waits for an agent again. */
  resume(): void {
    this.#client?.command({ t: 'conversation.resume' });
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

  /** Scrolls back: within the open conversation first, then into the earlier ones. */
  async older(): Promise<void> {
    if (this.#clientView && this.#clientView.from > 0) {
      this.#client?.older();
      return;
    }
    await this.#earlier.load(this.session.all, this.#attachedTo, (...asked) => this.api.entries(...asked));
    this.#touch();
  }

  end(): void {
    this.#ended = true;
    this.#pause.cancel();
    this.#client?.end();
  }

  /** Ends the chat, and signs the visitor out. */
  leave(): Promise<void> {
    this.end();
    return this.api.leave();
  }

  get view(): VisitorView {
    const client = this.#clientView;
    const { until, busy } = this.#pause;
    return {
      connection: until === null ? (client?.connection ?? 'idle') : busy ? 'busy' : 'waiting',
      nextTryAt: until ?? client?.nextTryAt ?? null,
      crowded: client?.crowded ?? false,
      state: client?.state ?? null,
      entries: client?.entries ?? [],
      earlier: this.#earlier.loaded,
      more:
        (client !== null && client.from > 0) ||
        this.#earlier.next(this.session.all, this.#attachedTo) !== undefined,
      marks: client?.marks ?? noMarks,
      pending: [...(client?.pending ?? []), ...this.#queue],
      agentTyping: client?.typing ?? null,
      waiting: client?.waiting ?? null,
      editMinutes: client?.editMinutes,
      unread: client?.marks.visitor.unread ?? 0,
      contact: { ...this.session.current?.contact, ...this.#contact },
      blocked:
        this.#blocked || this.session.current?.blocked === true || client?.state?.visitor.blocked === true,
    };
  }

  /** True if there is a conversation that accepts messages, as far as is known. */
  get #isOpen(): boolean {
    return this.#client !== null && this.#clientView?.state?.phase !== 'closed';
  }

  #attach(conversation: string): void {
    if (this.#attachedTo === conversation || this.#ended) return;
    this.#client?.end();
    const view = this.#clientView;
    if (this.#attachedTo && view) this.#earlier.shelve(this.#attachedTo, view.entries, view.from);
    this.#attachedTo = conversation;
    this.#clientView = null;
    const client: ConversationClient = new ConversationClient({
      env: this.#options.env,
      side: 'visitor',
      me: this.session.current?.visitor ?? '',
      outbox: this.#outbox,
      url: () => this.api.socketUrl(conversation),
      protocols: () => this.api.protocols(),
      onDoubt: async () => {
        if (!signedOut(await this.api.session())) return true;
        void this.#begone(client);
        return false;
      },
      onChange: (changed) => {
        if (this.#client !== client) return;
        this.#clientView = changed;
        this.#touch();
      },
      onRefused: (pending, refused) => this.#takeBack(client, pending, refused),
    });
    this.#client = client;
    void client.start([]);
  }

  /** Sends the waiting messages over the socket, in order. */
  #handOver(): void {
    const waiting = this.#queue;
    const to = this.#attachedTo ?? undefined;
    this.#queue = [];
    for (const pending of waiting) {
      const frame = pending.to === to ? pending.frame : readdressed(pending.frame);
      if (frame) this.#client?.commands.submit({ ...pending, frame, to });
      else this.#outbox.drop(pending.id);
    }
  }

  /** The visitor's session has ended: unsent messages are sent under a new one. */
  async #begone(client: ConversationClient): Promise<void> {
    if (this.#ended || this.#client !== client) return;
    this.session.current = null;
    this.#reclaim(client);
    client.end();
    this.#client = this.#clientView = this.#attachedTo = null;
    await this.api.forget();
    this.#touch();
    void this.#post();
  }

  /** Takes back the messages that the socket has not answered, in order. */
  #reclaim(client: ConversationClient): void {
    for (const each of client.commands.surrender()) {
      if (each.frame.t === 'message.send') this.#queue.push(each);
      else this.#outbox.drop(each.id);
    }
  }

  /**
   * The conversation closed before it received the message: that opens the next one, with all unanswered messages.
   */
  #takeBack(client: ConversationClient, pending: Pending, refused: Refused): boolean {
    if (pending.frame.t === 'conversation.defer' || pending.frame.t === 'conversation.resume') {
      // An agent took the chat first, which is the better answer.
      client.commands.discard(pending.id);
      return true;
    }
    if (refused.code === 'blocked') this.#blocked = true;
    if (refused.code !== 'conversation_closed') return false;
    // All of them, so that newly typed messages do not overtake any.
    this.#reclaim(client);
    void this.#post();
    return true;
  }

  /**
   * Sends the waiting messages, in order, until a conversation has accepted one; the others are sent over its socket.
   */
  async #post(): Promise<void> {
    if (this.#posting || this.#ended || !this.session.looked) return;
    this.#posting = true;
    try {
      for (;;) {
        const pending = this.#queue.find(({ frame, refused }) => frame.t === 'message.send' && !refused);
        if (pending?.frame.t !== 'message.send' || this.#ended) break;
        const done = this.session.current
          ? await this.#postMessage(pending, pending.frame)
          : await this.session.open();
        if (done === 'attached') break;
        if (done === 'next') continue;
        if ('lost' in done) await this.#pause.wait();
        else if (isTransient(done.refused)) await this.#pause.wait(done.retryAfter ?? 0);
        else this.#refuse(pending.id, done);
      }
    } finally {
      this.#posting = false;
      this.#touch();
    }
  }

  async #postMessage(
    { id, to, later }: Pending,
    { text, files }: Extract<CommandFrame, { t: 'message.send' }>,
  ): Promise<'attached' | 'next' | Failure> {
    const page = this.#options.page();
    const contact = { ...later, ...this.#contact };
    const answer = await this.api.message({
      ...{ id, text, ...(files && { files }), ...(page && { page }) },
      ...(Object.keys(contact).length > 0 && { contact }),
      ...{ ...(to && { sentTo: to }), ...(later && { later: true }) },
    });
    if ('ok' in answer) {
      this.#pause.over();
      this.#queue = this.#queue.filter((other) => other.id !== id);
      this.#outbox.drop(id);
      const { conversation } = answer.ok;
      const here = conversation === this.#attachedTo;
      // An earlier conversation had accepted this message already, but its answer was lost.
      if (here ? !this.#isOpen : conversation === to) return 'next';
      this.session.remember(conversation);
      this.#attach(conversation);
      this.#handOver();
      if (this.#unsaid) this.identify(this.#contact);
      this.#unsaid = false;
      return 'attached';
    }
    if (!signedOut(answer)) return answer;
    this.session.current = null;
    await this.api.forget();
    return 'next';
  }

  /** The message stays visible, to be sent again or discarded. */
  #refuse(id: string, { refused: code, message }: Exclude<Failure, { lost: true }>): void {
    this.#pause.over();
    if (code === 'blocked') this.#blocked = true;
    const refused = { t: 'refused' as const, id, code, message };
    this.#queue = this.#queue.map((other) => (other.id === id ? { ...other, refused } : other));
  }

  #touch(): void {
    if (!this.#ended) this.#options.onChange(this.view);
  }
}
