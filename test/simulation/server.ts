/**
 * The real core of a conversation on a simulated Durable Object: SQLite with delayed commits, an output gate that
 * keeps frames until the commit, one alarm, eviction that loses the memory, and crashes that lose the uncommitted
 * writes.
 */
import type { Attachment, Entry, Marks } from '#protocol';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { readerOf, type Reader } from '../../worker/actors/conversation/audience.ts';
import { Claims } from '../../worker/actors/conversation/claims.ts';
import { ConversationCore } from '../../worker/actors/conversation/core.ts';
import type { Bound } from '../../worker/actors/conversation/followers/following.ts';
import { Sessions } from '../../worker/actors/conversation/sessions.ts';
import type { Host, Socket } from '../../worker/runtime/host.ts';
import { Secrets } from './readers.ts';
import type { World } from './world.ts';

/** The runtime retries an alarm whose handler did not finish after this many milliseconds. */
const alarmAgain = 2_000;

/** The server's end of a simulated socket. */
export class ServerSocket implements Socket {
  #attachment: unknown;
  readonly #reader: Reader;
  open = true;
  lastPing: number | null = null;

  constructor(
    readonly side: 'visitor' | 'agent',
    attachment: Attachment,
    private readonly server: SimulatedServer,
    /** Delivers to the client, subject to the network's faults. */
    readonly deliver: (text: string) => void,
    readonly hangUp: (code: number) => void,
  ) {
    this.#attachment = structuredClone(attachment);
    this.#reader = readerOf(attachment);
  }

  send(text: string): void {
    if (!this.open) throw new Error('the socket is closed');
    this.server.sending(this.side, text);
    this.server.shown(this.#reader, text);
    this.server.gate(() => this.deliver(text));
  }

  close(code: number): void {
    if (!this.open) return;
    this.open = false;
    this.server.gate(() => this.hangUp(code));
  }

  serializeAttachment(value: unknown): void {
    this.#attachment = structuredClone(value);
    if (this.server.mutations.marksInMemory) delete (this.#attachment as { mark?: unknown }).mark;
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }
}

/** The time between two evictions. Unfinished work of an evicted actor has no effect. */
class Life {
  over = false;
  readonly #sockets = new Map<ServerSocket, SocketOfLife>();

  /** After a wake-up the runtime passes a new object for the same socket. */
  socket(socket: ServerSocket): Socket {
    const known = this.#sockets.get(socket) ?? new SocketOfLife(socket);
    this.#sockets.set(socket, known);
    return known;
  }
}

class SocketOfLife implements Socket {
  constructor(readonly socket: ServerSocket) {}

  send(text: string): void {
    this.socket.send(text);
  }

  close(code: number): void {
    this.socket.close(code);
  }

  serializeAttachment(value: unknown): void {
    this.socket.serializeAttachment(value);
  }

  deserializeAttachment(): unknown {
    return this.socket.deserializeAttachment();
  }
}

export interface Mutations {
  /** A fault: frames leave before the write is durable. */
  readonly ungated?: boolean;
  /** A fault: a command may overtake the one before it. */
  readonly disorderly?: boolean;
  /** A fault: the log forgets the commands that it contains. */
  readonly forgetful?: boolean;
  /** A fault: marks are in memory only, until they are pushed. */
  readonly marksInMemory?: boolean;
  /** A fault: ranges carry the rows as they are stored. */
  readonly unrevisedRanges?: boolean;
  /** A fault: no entry is revised for anybody. */
  readonly unrevised?: boolean;
  /** A fault: clients keep entries as they were sent. */
  readonly unrevisedViews?: boolean;
}

export class SimulatedServer {
  readonly #database = new DatabaseSync(':memory:');
  readonly #timers = new Set<() => void>();
  /** The actor hibernates as soon as it may. */
  #drowsy = false;
  readonly mutations: Mutations;
  /** The last marks sent to each side. */
  readonly #told = new Map<string, Marks>();
  readonly violations: string[] = [];
  #secrets = new Secrets();
  #life = new Life();
  /** An alarm is being handled. If the actor is evicted meanwhile, the runtime repeats it. */
  #ringing = false;
  /** Tabs with a working connection that were closed for lagging. */
  lagging = 0;
  readonly #log: Entry[] = [];
  #held: (() => void)[] = [];
  #dirty = false;
  #commitPlanned = false;
  #alarm: number | null = null;
  #committedAlarm: number | null = null;
  #cancelAlarm: () => void = () => undefined;
  #core: ConversationCore | undefined;
  #sessions: Sessions | undefined;
  sockets: ServerSocket[] = [];
  evictions = 0;
  crashes = 0;

  constructor(
    readonly world: World,
    /** The followers of the version that runs next: it begins with the next memory. */
    public followers: Bound,
    /** The pace of one socket: commands a second, and at once. */
    private readonly paces: { rate: number; burst: number },
    mutations: Mutations = {},
  ) {
    this.mutations = mutations;
    this.#database.exec('BEGIN');
  }

  begin(birth: Parameters<typeof ConversationCore.begin>[2]): void {
    this.#adopt(ConversationCore.begin(this.#host(), () => this.followers, birth));
  }

  get core(): ConversationCore {
    if (this.#core) return this.#core;
    const core = ConversationCore.wake(this.#host(), () => this.followers);
    if (!core) throw new Error('the conversation was never committed');
    this.#adopt(core);
    return core;
  }

  take(socket: ServerSocket, data: string): void {
    if (!socket.open) return;
    void this.core;
    this.#sessions?.take(this.#life.socket(socket), data);
  }

  closed(socket: ServerSocket): void {
    if (!this.sockets.includes(socket)) return;
    socket.open = false;
    void this.core;
    this.#sessions?.gone(this.#life.socket(socket));
    this.sockets = this.sockets.filter((other) => other !== socket);
  }

  /** The output gate: no frame leaves before the writes are durable. */
  gate(run: () => void): void {
    if (this.mutations.ungated || !this.#dirty) {
      if (this.#held.length === 0 || this.mutations.ungated) {
        run();
        return;
      }
    }
    this.#held.push(run);
  }

  /**
   * Evicts the actor once it is idle: memory is lost, storage and sockets stay. A pending timer keeps an actor awake
   * (https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/).
   */
  evict(): void {
    this.#drowsy = true;
    this.#sleep();
  }

  #sleep(): void {
    if (!this.#drowsy || this.#timers.size > 0) return;
    this.#drowsy = false;
    this.#commit();
    this.#forget();
    this.evictions++;
  }

  /** Evicts the actor in the middle of its work; storage and sockets stay. */
  evictNow(): void {
    if (!this.#core) return;
    this.#commit();
    this.#forget();
    this.evictions++;
    if (!this.#ringing) return;
    this.#ringing = false;
    this.#alarm = this.#committedAlarm = this.world.now + alarmAgain;
    this.#planAlarm();
  }

  /** F37: marks that a side has received never fall, except after a crash: then the tabs report again. */
  sending(side: 'visitor' | 'agent', text: string): void {
    if (!text.startsWith('{"t":"marks"') && !text.startsWith('{"t":"welcome"')) return;
    const { marks } = JSON.parse(text) as { marks: Marks };
    const before = this.#told.get(side);
    this.#told.set(side, marks);
    for (const whose of ['visitor', 'agent'] as const) {
      const [was, is] = [before?.[whose], marks[whose]];
      if (was && (is.read < was.read || is.delivered < was.delivered))
        this.violations.push(`F37: a ${side} was told ${JSON.stringify(was)} and then ${JSON.stringify(is)}`);
    }
  }

  /** ENT-18: an agent or the visitor gets no text that was replaced or deleted, and the visitor none of a note. */
  shown(reader: Reader, text: string, head?: number): void {
    for (const entry of this.#entriesAfter(this.#secrets.seq)) this.#secrets.add(entry);
    // A follower in the middle of its work when its actor was evicted: the runtime would have stopped it.
    if (head !== undefined && head < this.#secrets.seq) return;
    const found = this.#secrets.in(text, reader);
    if (found) this.violations.push(`ENT-18: a ${reader} was sent ${found} in ${text.slice(0, 200)}`);
  }

  #entriesAfter(seq: number): Entry[] {
    const rows = this.#database.prepare('SELECT entry FROM entries WHERE seq > ? ORDER BY seq').all(seq);
    return rows.map((row) => JSON.parse(row['entry'] as string) as Entry);
  }

  /** Kills the process: uncommitted writes are lost, and every socket disappears without a close frame. */
  crash(): void {
    this.#database.exec('ROLLBACK');
    this.#database.exec('BEGIN');
    this.#held = [];
    this.#dirty = false;
    this.#forget();
    this.#told.clear();
    // The uncommitted entries are lost.
    this.#secrets = new Secrets();
    this.#ringing = false;
    const sockets = this.sockets;
    this.sockets = [];
    for (const socket of sockets) {
      socket.open = false;
      socket.hangUp(1006);
    }
    this.#alarm = this.#committedAlarm;
    this.#planAlarm();
    this.crashes++;
  }

  /** The committed log. */
  committedLog(): Entry[] {
    if (this.#dirty) throw new Error('look at the log between commits only');
    // Committed entries never change, so only new ones are parsed.
    this.#log.push(...this.#entriesAfter(this.#log.length));
    return this.#log;
  }

  get dirty(): boolean {
    return this.#dirty;
  }

  #adopt(core: ConversationCore): void {
    if (this.mutations.forgetful) core.journal.entryOf = () => undefined;
    if (this.mutations.unrevisedRanges) core.journal.revisions.has = () => false;
    if (this.mutations.unrevised) core.journal.revisions.apply = (entry) => entry;
    if (this.mutations.disorderly) core.journal.holds = () => true;
    this.#core = core;
    this.#sessions = new Sessions(core, this.paces, {
      position: () => Promise.resolve(null),
      claims: new Claims(
        () => undefined,
        () => undefined,
      ),
    });
  }

  #forget(): void {
    this.#drowsy = false;
    this.#life.over = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#core = undefined;
    this.#sessions = undefined;
  }

  #commit(): void {
    if (!this.#dirty) return;
    this.#database.exec('COMMIT');
    this.#database.exec('BEGIN');
    this.#dirty = false;
    this.#committedAlarm = this.#alarm;
    const held = this.#held;
    this.#held = [];
    for (const run of held) run();
  }

  #write(): void {
    this.#dirty = true;
    if (this.#commitPlanned) return;
    this.#commitPlanned = true;
    this.world.after(this.world.random() * 8, () => {
      this.#commitPlanned = false;
      this.#commit();
    });
  }

  #planAlarm(): void {
    this.#cancelAlarm();
    if (this.#alarm === null) return;
    this.#cancelAlarm = this.world.after(this.#alarm - this.world.now, () => {
      this.#alarm = null;
      this.#committedAlarm = null;
      const ringing = this.core.alarm.fire();
      const life = this.#life;
      this.#ringing = true;
      void ringing.then(() => {
        if (!life.over) this.#ringing = false;
      });
    });
  }

  #host(): Host {
    const { world } = this;
    const life = (this.#life = new Life());
    return {
      sql: {
        exec: (query, ...bindings) => {
          if (/^\s*(INSERT|UPDATE|DELETE|CREATE)/.test(query)) {
            if (life.over) return [];
            this.#write();
          }
          if (query.startsWith('CREATE')) {
            this.#database.exec(query);
            return [];
          }
          const statement = this.#database.prepare(query);
          return statement.all(...(bindings as SQLInputValue[]));
        },
      },
      now: () => world.now,
      random: () => world.random(),
      bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(world.random() * 256)),
      alarmAt: Promise.resolve(this.#alarm),
      setAlarm: (at) => {
        if (life.over) return;
        this.#alarm = at;
        this.#write();
        this.#planAlarm();
      },
      background: (work) => void work.catch(() => undefined),
      timer: (delay, task) => {
        if (life.over) return () => undefined;
        const over = () => {
          if (this.#timers.delete(cancel)) world.after(0, () => this.#sleep());
        };
        const cancel = world.after(delay, () => {
          over();
          task();
        });
        this.#timers.add(cancel);
        return () => {
          over();
          cancel();
        };
      },
      sockets: (tag) =>
        this.sockets
          .filter((socket) => !life.over && socket.open && (!tag || socket.side === tag))
          .map((socket) => life.socket(socket)),
      lastPing: (socket) => (socket as SocketOfLife).socket.lastPing,
    };
  }
}
