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
  makeId,
  refuse,
  SaveDraft,
  schemaByType,
  SetStatus,
  subprotocol,
  type AgentClientFrame,
  type AgentServerFrame,
  type Me,
  type Refusal,
  type Session,
  type SessionEnding,
  type Status,
  type Summary,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import { getPerson, type Person } from '../../db/users.ts';
import { Alarm, type Duty } from '../alarm.ts';
import { acceptSocket, answerClose, answerPings, durableHost } from '../durable-host.ts';
import type { Env } from '../env.ts';
import { Followers, type Follower } from '../followers.ts';
import { all, type Host } from '../host.ts';
import { Log } from '../log.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { conversationStub, dispatcherStub } from '../stubs.ts';
import { Presence } from './presence.ts';
import { AgentSessions, endings, type Origin } from './sessions.ts';
import {
  evolveAgent,
  migrations,
  newAgent,
  type AgentDraft,
  type AgentEntry,
  type AgentRegisters,
  type AgentState,
  untold,
} from './storage.ts';

const frames = schemaByType({ 'draft.save': SaveDraft, 'status.set': SetStatus });

/** What one tab may send: a draft is saved at most about once a second. */
const framesPerSecond = 5;
const framesAtOnce = 20;

/** How long whoever changes a user's row may take, in milliseconds. */
const rereadAfter = 3_000;

/** All that there is once the agent has signed in for the first time. */
interface Awake {
  readonly log: Log<AgentEntry>;
  readonly followers: Followers;
  readonly alarm: Alarm;
  readonly presence: Presence;
  readonly registers: Registers<AgentRegisters>;
}

export class Agent extends DurableObject<Env> {
  readonly #host: Host;
  #awake: Awake | undefined;
  #state: AgentState = newAgent;
  /** What tabs that have not been welcomed yet are to be told after their welcome. */
  readonly #early = new Map<WebSocket, string[]>();
  /** Of each tab, while the actor is awake. */
  readonly #paces = new WeakMap<WebSocket, { frames: bucket.Bucket; bad: number }>();
  readonly #sessions: AgentSessions;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    answerPings(ctx);
    this.#sessions = new AgentSessions(ctx.storage.sql);
    this.#host = durableHost(ctx);
    const registers = open<AgentRegisters>(ctx.storage.sql, migrations);
    if (registers) this.#wake(registers);
  }

  /** Makes a session for a user whose password was right. */
  async signIn(
    user: Person,
    from: Origin,
  ): Promise<{ session: string; secret: string; expiresAt: number } | Refusal> {
    const { registers } = this.#awake ?? this.#wake(begin<AgentRegisters>(this.ctx.storage.sql, migrations));
    const known = registers.get('user') && this.#user();
    // The row was read before the password was checked, and has changed since.
    if (known && known.version > user.version) return refuse('signed_out');
    // It may be read here before whoever changed it says so: what rested on the old one ends all the same.
    const why = known && endingBetween(known, user);
    if (why) await this.#endSessions(why);
    this.#learn(user);
    this.expectChange();
    const id = makeId('session', this.#host.bytes(26));
    const { secret, expiresAt } = await this.#sessions.open(id, this.#host.now(), from);
    if (this.#state.status === 'offline') this.setStatus('online');
    return { session: id, secret, expiresAt };
  }

  async authenticate(
    session: string,
    secret: string,
  ): Promise<{ principal: Extract<Principal, { kind: 'user' }>; ipRules: readonly string[] } | Refusal> {
    if (!this.#awake) return refuse('signed_out');
    const holds = await this.#sessions.holds(session, secret, this.#host.now());
    if (typeof holds === 'string') return refuse('signed_out', { message: endings[holds], reason: holds });
    if (!holds) return refuse('signed_out');
    const { account, id, name, nickname, roles, manages, ipRules } = this.#user();
    const shown = nickname || name;
    return {
      principal: { kind: 'user', account: account.id, id, name: shown, roles, manages, session },
      ipRules,
    };
  }

  /** The user's row is about to change. Whoever changes it says so first: should they die half way, it is read all the same. */
  expectChange(): void {
    if (!this.#awake) return;
    this.#awake.registers.set('rereadAt', this.#host.now() + rereadAfter);
    this.#awake.alarm.arm();
  }

  /** The user's row has changed: what rested on what it said before ends now (I14). */
  async reread(): Promise<void> {
    if (!this.#awake) return;
    const { account, id } = this.#user();
    const user = await getPerson(this.env.DB, account.id, id);
    const why = user ? endingBetween(this.#user(), user) : 'deleted';
    if (why) await this.#endSessions(why);
    if (user) this.#learn(user);
    // Last: what failed before this is done again.
    this.#awake.registers.delete('rereadAt');
  }

  me(): Me | Refusal {
    if (!this.#awake) return refuse('signed_out');
    const { account, id, name, email, roles, manages } = this.#user();
    return { id, name, email, roles: [...roles], manages, status: this.#state.status, account };
  }

  /** The sessions that hold, the one used last first. */
  sessions(current: string): Session[] {
    const held = this.#sessions.list(this.#host.now());
    return held.map((session) => ({ ...session, current: session.id === current }));
  }

  /** Ends a session, and closes its sockets wherever they are. */
  async signOut(session: string): Promise<void> {
    if (!this.#awake) return;
    this.#sessions.end(session);
    await this.#closeSockets(session);
    if (this.ctx.getWebSockets().every((socket) => socket.readyState !== WebSocket.OPEN))
      this.#awake.presence.leaveNow();
  }

  async #endSessions(why: SessionEnding): Promise<void> {
    const sessions = this.#sessions.endAll(why);
    this.setStatus('offline');
    this.#awake?.presence.leaveNow();
    await Promise.all(sessions.map((session) => this.#closeSockets(session)));
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

  #learn(user: Person): void {
    const { registers } = this.#awake ?? {};
    const known = registers?.get('user');
    if (JSON.stringify(known) === JSON.stringify(user)) return;
    registers?.set('user', user);
    const name = user.nickname || user.name;
    if (known && (known.nickname || known.name) !== name) this.#append({ kind: 'name.changed', name });
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
    if (!own) this.ctx.storage.sql.exec('DELETE FROM drafts WHERE conversation = ?', state.id);
    this.#broadcast(own ? { t: 'summary', summary } : { t: 'summary.gone', conversation: state.id });
  }

  setStatus(status: Status): void {
    if (status === this.#state.status) return;
    this.#append({ kind: 'status.changed', status });
    this.#broadcast({ t: 'status', status });
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
    else this.#saveDraft(frame.conversation, frame.text, socket);
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
    const rows = all<{ conversation: string; text: string }>(
      this.ctx.storage.sql.exec('SELECT conversation, text FROM drafts'),
    );
    const drafts = Object.fromEntries(rows.map((row) => [row.conversation, row.text]));
    return { t: 'agent.welcome', status: this.#state.status, summaries, drafts };
  }

  #saveDraft(conversation: string, text: string, from: WebSocket): void {
    const { sql } = this.ctx.storage;
    if (text === '') sql.exec('DELETE FROM drafts WHERE conversation = ?', conversation);
    else {
      sql.exec(
        'INSERT INTO drafts (conversation, text, at) VALUES (?, ?, ?) ON CONFLICT (conversation) DO UPDATE SET text = excluded.text, at = excluded.at',
        conversation,
        text,
        this.#host.now(),
      );
      // Conversations come and go; of drafts never sent, the latest hundred stay.
      sql.exec(
        'DELETE FROM drafts WHERE conversation NOT IN (SELECT conversation FROM drafts ORDER BY at DESC LIMIT 100)',
      );
    }
    this.#broadcast({ t: 'draft', conversation, text }, from);
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
    const floor: Follower = {
      name: 'floor',
      due: (cursor) => (log.head > cursor ? 0 : null),
      push: async () => {
        const { head } = log;
        const { account, id, name, nickname } = this.#user();
        const agent = { id, name: nickname || name, ...this.#state };
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
    const rereading: Duty = {
      name: 'reread',
      next: () => registers.get('rereadAt') ?? null,
      run: () => this.reread(),
    };
    const alarm = new Alarm(this.#host, [...followers.duties, presence, rereading]);
    followers.onSettled = () => alarm.settle();
    const awake = { log, followers, alarm, presence, registers };
    this.#awake = awake;
    if (log.head > 0) followers.kick();
    return awake;
  }

  #user(): Person {
    const user = this.#awake?.registers.get('user');
    if (!user) throw new Error('an agent without a user');
    return { ...untold, ...user };
  }
}

/** What of a user's change ends the sessions that were made before it. */
function endingBetween(before: Person, after: Person): SessionEnding | null {
  if (after.passwordVersion !== before.passwordVersion) return 'password';
  const rights = ({ roles, manages }: Person) => JSON.stringify([[...roles].sort(), manages]);
  if (rights(before) !== rights(after)) return 'rights';
  return JSON.stringify(before.ipRules) === JSON.stringify(after.ipRules) ? null : 'addresses';
}
