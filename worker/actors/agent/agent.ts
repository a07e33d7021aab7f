/**
 * The Durable Object of one agent, named `account:usr_…`. It owns the agent's sessions, status and drafts, and one
 * socket for each of their tabs. It stores nothing about conversations: summaries pass through, and a new tab makes it
 * ask the conversations again.
 */
import { hasStatus } from '#domain/people/status';
import {
  closeCodes,
  isRefusal,
  refuse,
  type AgentAttachment,
  type AgentClientFrame,
  type AgentServerFrame,
  type Correction,
  type Me,
  type Refusal,
  type Status,
  type Summary,
} from '#protocol';
import type { Person } from '../../db/users.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../../runtime/durable-host.ts';
import type { Host } from '../../runtime/host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import { report } from '../../runtime/report.ts';
import { readUpgrade } from '../../runtime/upgrade.ts';
import type {
  AgentActor,
  Authenticated,
  MentionNote,
  Opened,
  Origin,
  SignInHow,
} from '../contracts/agent.ts';
import type { AgentNote } from '../contracts/dispatcher.ts';
import type { Env } from '../env.ts';
import { conversationStub, dispatcherStub } from '../stubs.ts';
import { assemble, resume, type Awake } from './assembly.ts';
import type { Uploads } from '../files/uploads.ts';
import { Drafts } from './drafts.ts';
import { Identity } from './identity.ts';
import type { Member } from './member.ts';
import { Mentions } from './mentions.ts';
import { migrations, type AgentRegisters, type StatusCause } from './storage.ts';
import { currentSummaries, isOver, SummaryOrder } from './summaries.ts';
import { Tabs } from './tabs.ts';
import { noteOf } from './targets.ts';

export class Agent extends Identity implements AgentActor {
  readonly #host: Host;
  #awake: Awake | undefined;
  readonly #tabs: Tabs;
  readonly #drafts: Drafts;
  readonly #mentions: Mentions;
  readonly #order = new SummaryOrder();
  /** Counts status choices while the actor is awake. */
  #choice = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#mentions = new Mentions(ctx.storage.sql);
    this.#host = durableHost(ctx);
    this.#tabs = new Tabs(
      this.#host,
      () => ctx.getWebSockets(),
      () => this.#welcome(),
    );
    const uploads = {
      sendable: (ids: readonly string[]) => this.#awake?.uploads.sendable(ids) ?? [],
      used: (ids: readonly string[]) => this.#awake?.uploads.used(ids),
    };
    this.#drafts = new Drafts(this.#host, this.#tabs, uploads, async (conversation) =>
      isOver(await conversationStub(env, this.#user().account.id, conversation).summary()),
    );
    const registers = open<AgentRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#wake(registers);
  }

  /** Makes a session for a user who gave the right password; this also checks the second factor. */
  async signIn(user: Person, how: SignInHow): Promise<Opened | Refusal> {
    // A user who is only an administrator sees no status on any screen, so their status must not be one that closes
    // chats to them.
    const status = hasStatus(user.roles) ? how.status : 'online';
    const refusal = status && (await this.#whyNot(status, user.account.id));
    if (refusal) return refusal;
    const { member, standing } = this.#begun();
    const opened = await member.signIn(user, how);
    if (!isRefusal(opened)) standing.enter(status);
    return opened;
  }

  /** Makes a session for a user who has proved their identity in another one. */
  async goOn(user: Person, from: Origin, remembered: boolean): Promise<Opened | Refusal> {
    const { member, standing } = this.#begun();
    const opened = await member.goOn(user, from, remembered);
    if (!isRefusal(opened)) standing.enter();
    return opened;
  }

  async authenticate(session: string, secret: string): Promise<Authenticated | Refusal> {
    const known = await this.#awake?.member.authenticate(session, secret);
    if (!known || isRefusal(known)) return known ?? refuse('signed_out');
    return this.#offline ? { ...known, principal: { ...known.principal, offline: true } } : known;
  }

  /** For a floor whose row of the agent is incomplete. */
  note(): { agent: AgentNote; seq: number } | null {
    const { standing, member } = this.#awake ?? {};
    return standing && member ? { agent: noteOf(standing, member), seq: standing.log.head } : null;
  }

  me(): Me | Refusal {
    return this.#awake?.member.me(this.#awake.standing.state.status) ?? refuse('signed_out');
  }

  /** Ends a session and closes its sockets, here and at conversations. */
  async signOut(session: string): Promise<void> {
    await this.#awake?.member.endSession(session);
    if (this.#tabs.open().length === 0) this.#awake?.presence.leaveNow();
  }

  /** Closes a session's sockets, here and at conversations. */
  async #closeSockets(session: string): Promise<void> {
    for (const socket of this.ctx.getWebSockets(session)) socket.close(closeCodes.signedOut, 'signed out');
    await Promise.all([
      dispatcherStub(this.env, this.#user().account.id).revoke(session),
      this.#awake?.attached.closeOf(session),
    ]);
  }

  /** A conversation is about to accept a socket of a session. The socket is closed when the session ends. */
  attached(session: string, conversation: string): Refusal | null {
    if (!this.#awake?.member.holds(session)) return refuse('signed_out');
    if (this.#offline) return refuse('not_online');
    this.#awake.attached.note(session, conversation);
    return null;
  }

  /** A conversation of the agent has changed, or the agent no longer owns it. */
  summaryNoted(summary: Summary): void {
    if (!this.#awake) return;
    const { state } = summary;
    if (this.#order.isLate(state)) return;
    const own = state.owner?.id === this.#user().id && state.phase !== 'closed';
    if (!this.#offline)
      this.#tabs.tell(own ? { t: 'summary', summary } : { t: 'summary.gone', conversation: state.id });
    // An agent who loses a chat keeps the draft; only the end of the chat drops it.
    if (state.phase === 'closed') this.#drafts.ended(state.id);
  }

  /** A note mentions the agent, or such a note was revised. Offline agents receive it when they come back (F19). */
  mentionNoted(note: MentionNote): void {
    if (!this.#awake || this.#awake.standing.state.deleted) return;
    const mention = this.#mentions.take(note, this.#host.now());
    const { conversation, seq } = note;
    if (mention === undefined || this.#offline) return;
    this.#tabs.tell(mention ? { t: 'mention', mention } : { t: 'mention.gone', conversation, seq });
  }

  /** The agent chose a status. */
  setStatus(status: Status): Promise<Refusal | null> {
    return this.#choose(status);
  }

  /** A supervisor or administrator chose the agent's status. */
  setStatusBy(status: Status, by: { id: string; name: string }): Promise<Refusal | null> {
    return this.#choose(status, { by });
  }

  /**
   * Corrects the status for a reason other than a choice, only if it is still `from`. True if it is `to` afterwards.
   */
  correctStatus(from: Status, to: Status, why: Correction): boolean {
    const { standing } = this.#awake ?? {};
    if (standing?.state.signedIn !== true || standing.state.status !== from) return false;
    standing.set(to, { why });
    return true;
  }

  async #choose(status: Status, cause: StatusCause = {}): Promise<Refusal | null> {
    const turn = ++this.#choice;
    const refusal = await this.#whyNot(status, this.#awake?.member.user.account.id ?? '');
    // A user who is signed out is offline and can have no other status.
    if (!this.#awake?.standing.state.signedIn) return refuse('conflict');
    // A later choice wins.
    if (!refusal && turn === this.#choice) this.#awake.standing.set(status, cause);
    return refusal;
  }

  /** F18: the account must have switched this status on. */
  async #whyNot(status: Status, account: string): Promise<Refusal | null> {
    if (status !== 'offline_processing') return null;
    const rules = await dispatcherStub(this.env, account).rules();
    if (rules.offlineProcessing) return null;
    return refuse('bad_request', {
      message: 'Offline Processing is not switched on in this account.',
      field: 'status',
    });
  }

  get #offline(): boolean {
    return this.#awake?.standing.state.status === 'offline';
  }

  /** Writes the whole log to the time table again. */
  async rearchive(): Promise<void> {
    if (!this.#awake) return;
    this.#awake.followers.rewind('activity');
    await this.#awake.followers.flush();
  }

  override async fetch(request: Request): Promise<Response> {
    const own = this.#awake && this.#user().id;
    const user = readUpgrade(request, ['user'], ({ id }) => id === own);
    if (user instanceof Response) return user;
    const attachment: AgentAttachment = { session: user.session, at: this.#host.now() };
    const { response, socket } = acceptSocket(this.ctx, [user.session], attachment);
    const tab = socket as WebSocket;
    this.#awake?.presence.came();
    await this.#tabs.greet([tab]);
    return response;
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const frame = this.#tabs.take(socket, data);
    if (!frame) return;
    if (frame.t === 'status.set') {
      this.#host.background(this.#setStatusOf(socket, frame));
      return;
    }
    if (frame.t === 'mentions.see') {
      const { conversation, upTo } = frame;
      if (this.#mentions.see(conversation, upTo, this.#host.now()))
        this.#tabs.tell({ t: 'mentions.seen', conversation, upTo });
      return;
    }
    this.#drafts.save(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    answerClose(socket, code);
    this.#awake?.presence.went(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#awake?.presence.went(socket);
  }

  override async alarm(): Promise<void> {
    await this.#awake?.alarm.fire();
  }

  async #setStatusOf(socket: WebSocket, { id, status }: Extract<AgentClientFrame, { t: 'status.set' }>) {
    const before = this.#awake?.standing.state;
    const refusal = await this.setStatus(status).catch((error: unknown) => {
      report('status_failed', error);
      return refuse('unavailable');
    });
    const after = this.#awake?.standing.state;
    if (refusal) this.#tabs.refuse(socket, { ...refusal, id });
    // The tab that asked waits for an answer, even if the status did not change.
    else if (after && after === before)
      this.#tabs.send(socket, { t: 'status', status: after.status, since: after.since });
  }

  async #welcome(): Promise<AgentServerFrame> {
    const { account, id } = this.#user();
    const theirs = await currentSummaries(this.env, { account: account.id, id }, this.#drafts);
    // Read after every await, so this is the current status.
    const { status, since } = this.#begun().standing.state;
    const summaries = status === 'offline' ? [] : theirs;
    const mentions = status === 'offline' ? [] : this.#mentions.all();
    return {
      ...{ t: 'agent.welcome', status, since, summaries, ...this.#drafts.welcome() },
      ...(mentions.length > 0 && { mentions }),
    };
  }

  /** An offline agent was shown no conversation, so their tabs start again. */
  #cameBack(): void {
    const tabs = this.#tabs.open();
    const greeting = this.#tabs.greet(tabs).catch((error: unknown) => {
      report('greeting_failed', error);
      for (const tab of tabs) tab.close(closeCodes.lagging, 'begin again');
    });
    this.#host.background(greeting);
  }

  #wake(registers: Registers<AgentRegisters>): Awake {
    const awake = assemble(this.#host, registers, this.env, {
      moved: (before, frame) => {
        this.#tabs.tell(frame);
        if (before === 'offline') this.#cameBack();
      },
      inUse: (session) => this.ctx.getWebSockets(session).length > 0,
      close: (session) => this.#closeSockets(session),
    });
    this.#awake = awake;
    resume(awake);
    return awake;
  }

  #begun(): Awake {
    return this.#awake ?? this.#wake(begin<AgentRegisters>(this.ctx.storage.sql, migrations));
  }

  protected override uploads(): Uploads | undefined {
    return this.#awake?.uploads;
  }

  protected override known(): Member | undefined {
    return this.#awake?.member;
  }

  protected override begun(): Member {
    return this.#begun().member;
  }

  #user(): Person {
    if (!this.#awake) throw new Error('an agent without a user');
    return this.#awake.member.user;
  }
}
