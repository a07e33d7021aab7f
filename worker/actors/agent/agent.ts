/**
 * The Durable Object of one agent, named `account:usr_…`. It owns their sessions, status and drafts, and holds one socket for each
 * of their tabs. Of conversations it keeps nothing: summaries pass through, and a tab that comes asks for them anew.
 */
import { bucket, type Principal } from '#domain';
import {
  badFrames,
  closeCodes,
  decodeFrame,
  isRefusal,
  lease,
  refuse,
  SaveDraft,
  schemaByType,
  SetStatus,
  subprotocol,
  type AgentClientFrame,
  type AgentServerFrame,
  type Me,
  type RecoveryCodes,
  type Refusal,
  type SecondFactorSecret,
  type Session,
  type Status,
  type Summary,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import type { Person } from '../../db/users.ts';
import { Alarm } from '../alarm.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../durable-host.ts';
import type { Env } from '../env.ts';
import { Followers, type Follower } from '../followers.ts';
import { all, type Host } from '../host.ts';
import { Log } from '../log.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { conversationStub, dispatcherStub } from '../stubs.ts';
import { Drafts } from './drafts.ts';
import type { MailOrder } from './links.ts';
import { Member, type Opened, type SignInHow } from './member.ts';
import { Presence } from './presence.ts';
import type { Origin } from './sessions.ts';
import {
  evolveAgent,
  migrations,
  newAgent,
  type AgentDraft,
  type AgentEntry,
  type AgentRegisters,
  type AgentState,
} from './storage.ts';

const frames = schemaByType({ 'draft.save': SaveDraft, 'status.set': SetStatus });

/** What one tab may send: a draft is saved at most about once a second. */
const framesPerSecond = 5;
const framesAtOnce = 20;

/** All that there is once the agent has signed in for the first time. */
interface Awake {
  readonly log: Log<AgentEntry>;
  readonly followers: Followers;
  readonly alarm: Alarm;
  readonly presence: Presence;
  readonly member: Member;
}

export class Agent extends DurableObject<Env> {
  readonly #host: Host;
  #awake: Awake | undefined;
  #state: AgentState = newAgent;
  /** What tabs that have not been welcomed yet are to be told after their welcome. */
  readonly #early = new Map<WebSocket, string[]>();
  /** Of each tab, while the actor is awake. */
  readonly #paces = new WeakMap<WebSocket, { frames: bucket.Bucket; bad: number }>();
  readonly #drafts: Drafts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#drafts = new Drafts(ctx.storage.sql);
    this.#host = durableHost(ctx);
    const registers = open<AgentRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#wake(registers);
  }

  /** Makes a session for a user whose password was right; a second factor is asked for here. */
  async signIn(user: Person, how: SignInHow): Promise<Opened | Refusal> {
    const opened = await this.#begun().member.signIn(user, how);
    if (isRefusal(opened)) return opened;
    if (how.status) this.setStatus(how.status);
    else if (this.#state.status === 'offline') this.setStatus('online');
    return opened;
  }

  /** Makes a session for a user who has proved themselves by another one. */
  goOn(user: Person, from: Origin, remembered: boolean): Promise<Opened | Refusal> {
    return this.#begun().member.goOn(user, from, remembered);
  }

  async authenticate(session: string, secret: string): ReturnType<Member['authenticate']> {
    return this.#awake?.member.authenticate(session, secret) ?? refuse('signed_out');
  }

  me(): Me | Refusal {
    return this.#awake?.member.me(this.#state.status) ?? refuse('signed_out');
  }

  sessions(current: string): Session[] {
    return this.#awake?.member.sessions(current) ?? [];
  }

  /** Ends a session, and closes its sockets wherever they are. */
  async signOut(session: string): Promise<void> {
    await this.#awake?.member.endSession(session);
    if (this.ctx.getWebSockets().every((socket) => socket.readyState !== WebSocket.OPEN))
      this.#awake?.presence.leaveNow();
  }

  /** The user's row is about to change … */
  expectChange(): void {
    this.#awake?.member.expectChange();
  }

  /** … and has changed. */
  async reread(): Promise<void> {
    await this.#awake?.member.reread();
  }

  mailLink(user: Person, order: MailOrder): void {
    this.#begun().member.mailLink(user, order);
  }

  async linkHolds(secret: string): Promise<boolean> {
    return (await this.#awake?.member.links.holds(secret)) ?? false;
  }

  /** Uses the link up with which somebody sets their password. */
  async redeemLink(secret: string): Promise<boolean> {
    return (await this.#awake?.member.links.redeem(secret)) ?? false;
  }

  beginSecondFactor(): SecondFactorSecret | Refusal {
    const { member } = this.#awake ?? {};
    return member?.secondFactor.begin(member.user.email) ?? refuse('signed_out');
  }

  async confirmSecondFactor(code: string, session: string): Promise<RecoveryCodes | Refusal> {
    return this.#awake?.member.confirmSecondFactor(code, session) ?? refuse('signed_out');
  }

  async removeSecondFactor(): Promise<void> {
    await this.#awake?.member.removeSecondFactor();
  }

  /** Closes a session's sockets wherever they are. */
  async #closeSockets(session: string): Promise<void> {
    for (const socket of this.ctx.getWebSockets(session)) socket.close(closeCodes.signedOut, 'signed out');
    const { account } = this.#user();
    const rows = all<{ conversation: string }>(
      this.ctx.storage.sql.exec('SELECT conversation FROM attached WHERE session = ?', session),
    );
    await Promise.all([
      dispatcherStub(this.env, account.id).revoke(session),
      ...rows.map((row) => conversationStub(this.env, account.id, row.conversation).revoke(session)),
    ]);
    this.ctx.storage.sql.exec('DELETE FROM attached WHERE session = ?', session);
  }

  /** A session has opened a conversation on a screen. */
  attached(session: string, conversation: string): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO attached (session, conversation, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      session,
      conversation,
      this.#host.now(),
    );
  }

  /** A conversation of the agent's has changed, or is theirs no more. */
  summaryNoted(summary: Summary): void {
    if (!this.#awake) return;
    const { state } = summary;
    const own = state.owner?.id === this.#user().id && state.phase !== 'closed';
    if (!own) this.#drafts.drop(state.id);
    this.#broadcast(own ? { t: 'summary', summary } : { t: 'summary.gone', conversation: state.id });
  }

  setStatus(status: Status): void {
    if (status === this.#state.status) return;
    this.#append({ kind: 'status.changed', status });
    this.#broadcast({ t: 'status', status });
  }

  /** The system changes the status, where it still is as it was: after the last chat before dinner, say. */
  correctStatus(from: Status, to: Status, _why: 'empty' | 'missed' | 'switched_off'): void {
    if (this.#state.status === from) this.setStatus(to);
  }

  override async fetch(request: Request): Promise<Response> {
    const principal = JSON.parse(request.headers.get('x-parley-principal') ?? 'null') as Principal | null;
    if (!this.#awake || principal?.kind !== 'user' || principal.id !== this.#user().id) {
      return Response.json(refuse('forbidden'), { status: 403 });
    }
    if (!request.headers.get('sec-websocket-protocol')?.includes(subprotocol)) {
      return Response.json(refuse('unsupported'), { status: 426 });
    }
    const attachment = { session: principal.session, at: this.#host.now() };
    const { response, socket } = acceptSocket(this.ctx, [principal.session], attachment);
    const tab = socket as WebSocket;
    this.#early.set(tab, []);
    this.#awake.presence.came();
    try {
      tab.send(JSON.stringify(await this.#welcome()));
      for (const text of this.#early.get(tab) ?? []) tab.send(text);
    } finally {
      this.#early.delete(tab);
    }
    return response;
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const frame = decodeFrame<AgentClientFrame>(frames, data);
    const pace = this.#paceOf(socket);
    const taken = bucket.take(pace.frames, framesPerSecond, framesAtOnce, this.#host.now());
    pace.frames = taken.bucket;
    if (isRefusal(frame)) {
      this.#refuse(socket, frame);
      if (++pace.bad >= badFrames) socket.close(closeCodes.badFrame, 'too many bad frames');
      return;
    }
    pace.bad = 0;
    if (taken.wait > 0) {
      const id = 'id' in frame && { id: frame.id };
      this.#refuse(socket, { ...refuse('slow_down', { retryAfter: taken.wait }), ...id });
    } else if (frame.t === 'status.set') this.setStatus(frame.status);
    else {
      const { conversation, text } = frame;
      this.#drafts.save(conversation, text, this.#host.now());
      this.#broadcast({ t: 'draft', conversation, text }, socket);
    }
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

  #refuse(socket: WebSocket, { refused, ...rest }: Refusal): void {
    socket.send(JSON.stringify({ t: 'refused', ...rest, code: refused }));
  }

  #paceOf(socket: WebSocket): { frames: bucket.Bucket; bad: number } {
    const known = this.#paces.get(socket);
    if (known) return known;
    const pace = { frames: bucket.fill(framesAtOnce, this.#host.now()), bad: 0 };
    this.#paces.set(socket, pace);
    return pace;
  }

  async #welcome(): Promise<AgentServerFrame> {
    const { account, id } = this.#user();
    const own = await dispatcherStub(this.env, account.id).ownedBy(id);
    const found = await Promise.all(
      own.map((conversation) =>
        conversationStub(this.env, account.id, conversation)
          .summary()
          .catch(() => null),
      ),
    );
    const summaries = found.filter((summary) => summary?.state.owner?.id === id) as Summary[];
    return { t: 'agent.welcome', status: this.#state.status, summaries, drafts: this.#drafts.all() };
  }

  #append(draft: AgentDraft): void {
    if (!this.#awake) return;
    const { entry } = this.#awake.log.append(draft, this.#host.now());
    this.#state = evolveAgent(this.#state, entry);
    this.#awake.followers.kick();
    this.#awake.alarm.arm();
  }

  #broadcast(frame: AgentServerFrame, except?: WebSocket): void {
    const text = JSON.stringify(frame);
    for (const socket of this.ctx.getWebSockets()) {
      const early = this.#early.get(socket);
      if (early) early.push(text);
      else if (socket !== except && socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }

  #wake(registers: Registers<AgentRegisters>): Awake {
    const log = new Log<AgentEntry>(this.ctx.storage.sql);
    for (const { entry } of log.replay()) this.#state = evolveAgent(this.#state, entry);
    const member = new Member(this.ctx.storage.sql, registers, this.#host, this.env, {
      ended: () => {
        this.setStatus('offline');
        this.#awake?.presence.leaveNow();
      },
      changed: (before, user) => {
        if (!before) return;
        const { groups } = user;
        const name = user.nickname || user.name;
        if ((before.nickname || before.name) !== name) this.#append({ kind: 'name.changed', name });
        if (before.photo !== user.photo) this.#append({ kind: 'photo.changed' });
        const capacity = ({ limits, roles }: Person) => JSON.stringify([limits, roles]);
        if (capacity(before) !== capacity(user)) this.#append({ kind: 'capacity.changed' });
        if (before.groups.join() !== groups.join()) this.#append({ kind: 'groups.changed', groups });
      },
      inUse: (session) => this.ctx.getWebSockets(session).length > 0,
      close: (session) => this.#closeSockets(session),
      arm: () => this.#awake?.alarm.arm(),
    });
    const floor: Follower = {
      name: 'floor',
      due: (cursor) => (log.head > cursor ? 0 : null),
      push: async () => {
        const { head } = log;
        const { account, id, groups, roles, limits, photo, showsPhoto } = member.user;
        const shown = photo && { photo, ...(showsPhoto && { shownPhoto: photo }) };
        const known = { id, name: member.shownName, ...shown, groups, roles, limits };
        const agent = { ...known, ...this.#state };
        await dispatcherStub(this.env, account.id).agentNoted(agent, head);
        return head;
      },
    };
    const followers = new Followers(this.#host, [floor], registers.get('cursors'), (cursors) =>
      registers.set('cursors', cursors),
    );
    const presence = new Presence(this.#host, registers, {
      grace: Number(this.env.AGENT_GRACE_MS ?? 30_000),
      lease,
      connected: () => this.#state.connected,
      change: (connected) => this.#append({ kind: 'presence.changed', connected }),
      arm: () => this.#awake?.alarm.arm(),
    });
    const alarm = new Alarm(this.#host, [...followers.duties, presence, ...member.duties]);
    followers.onSettled = () => alarm.settle();
    const awake = { log, followers, alarm, presence, member };
    this.#awake = awake;
    if (log.head > 0) followers.kick();
    return awake;
  }

  #begun(): Awake {
    return this.#awake ?? this.#wake(begin<AgentRegisters>(this.ctx.storage.sql, migrations));
  }

  #user(): Person {
    if (!this.#awake) throw new Error('an agent without a user');
    return this.#awake.member.user;
  }
}
