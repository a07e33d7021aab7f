/**
 * A conversation: the only writer of its log. It admits, persists, publishes, in this order and without an await
 * between, and knows no Durable Object; deferred work is left to the alarm.
 */
import { caps as usualCaps, type Caps } from '#domain/base/caps';
import { laterWindow } from '#domain/conversation/archive';
import type { Command } from '#domain/conversation/commands';
import { decide, isSameCommand, type Around } from '#domain/conversation/conversation';
import { plainText } from '#domain/conversation/format';
import { seesAll } from '#domain/floor/sight';
import { can } from '#domain/people/rights';
import {
  type Action,
  type Principal,
  isRefusal,
  refuse,
  type Attachment,
  type ConversationState,
  type Draft,
  type Marks,
  type Party,
  type Refusal,
} from '#protocol';
import { Alarm } from '../../runtime/alarm.ts';
import { Followers, keysFromNow } from '../../runtime/followers.ts';
import type { Host } from '../../runtime/host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { Birth, Done } from '../contracts/conversation.ts';
import type { ClaimedFile } from '../contracts/files.ts';
import { attachmentOf } from './attachment.ts';
import { publish } from './audience.ts';
import { forwardDuty, idleDuty, leftDuty, marksDuty, waits as usual, type Waits } from './duties.ts';
import { ConversationFiles } from './files.ts';
import { FloorNews } from './floor-news.ts';
import type { Bound } from './followers/following.ts';
import { Journal, type Reported } from './journal.ts';
import { LagWatch } from './lag.ts';
import { Leases } from './leases.ts';
import { MentionReaders } from './mention-readers.ts';
import { OwnerNews } from './owner-news.ts';
import { Signals } from './signals.ts';
import { migrations, type Birthright, type ConversationRegisters } from './storage.ts';

/** In milliseconds. An actor that slept was idle for longer than this. */
const recent = 5_000;

/** The followers of a conversation, and the ends that they deliver to. */
export type Bind = (self: Pick<Birthright, 'account' | 'id'>) => Bound;

export class ConversationCore {
  readonly host: Host;
  readonly registers: Registers<ConversationRegisters>;
  readonly self: Birthright;
  readonly journal: Journal;
  readonly followers: Followers;
  readonly alarm: Alarm;
  readonly lag: LagWatch;
  readonly leases: Leases;
  readonly signals: Signals;
  readonly mentionReaders: MentionReaders;
  readonly files: ConversationFiles;
  readonly waits: Waits;
  readonly #caps: Caps;
  readonly #news: OwnerNews;
  readonly #floorNews: FloorNews;
  /** When the visitor's last tab closed, while that may still turn out to be a reload. */
  goneAt: number | null;
  /** Since when the tabs have marks that are not stored yet. */
  #unsavedSince: number | null = null;

  /** Wakes a conversation from its storage; undefined if there is none. Writes nothing. */
  static wake(host: Host, bind: Bind, waits?: Waits, caps?: Caps): ConversationCore | undefined {
    const registers = open<ConversationRegisters>(host.sql, migrations);
    return registers && new ConversationCore(host, registers, bind, waits, caps);
  }

  /** Begins a conversation. `claimed`: the files of its first message. */
  static begin(
    host: Host,
    bind: Bind,
    birth: Birth,
    waits?: Waits,
    caps?: Caps,
    claimed: readonly ClaimedFile[] = [],
  ): ConversationCore {
    const { account, id, settings } = birth;
    const epoch = [...host.bytes(8)].map((byte) => byte.toString(36)).join('');
    const registers = begin<ConversationRegisters>(host.sql, migrations);
    const fromNow = keysFromNow(bind(birth).subscriptions);
    registers.set('self', {
      ...{ account, id, epoch, settings },
      ...(fromNow.length > 0 && { followers: fromNow }),
    });
    const core = new ConversationCore(host, registers, bind, waits, caps);
    core.#persist(birth.entries, claimed);
    return core;
  }

  constructor(
    host: Host,
    registers: Registers<ConversationRegisters>,
    bind: Bind,
    waits: Waits = usual,
    caps: Caps = usualCaps,
  ) {
    this.host = host;
    this.waits = waits;
    this.#caps = caps;
    this.registers = registers;
    const self = this.registers.get('self');
    if (!self) throw new Error('a conversation without its name');
    this.self = self;
    this.goneAt = this.registers.get('goneAt') ?? null;
    const bound = bind(self);
    const progress = this.registers.get('progress');
    this.journal = new Journal(host.sql, self.id, progress);
    this.followers = new Followers(
      host,
      bound.follow({
        ...{ host, journal: this.journal },
        opening: () => this.opening(),
        registered: () => this.followers.cursor('floor') > 0,
        archiveWindow: waits.archive,
        archived: () => this.followers.cursor('archive'),
      }),
      { cursors: progress?.cursors, born: self.followers, head: this.journal.head },
      () => this.#saveProgress(),
    );
    this.#news = new OwnerNews(host, this.journal, bound.news.owner);
    this.#floorNews = new FloorNews(
      host,
      this.journal,
      (words) => bound.news.floor({ words }),
      () => this.followers.cursor('floor'),
    );
    for (const socket of host.sockets()) this.#recall(attachmentOf(socket));
    this.lag = new LagWatch(host, this.journal, () => this.saveMarks());
    this.leases = new Leases(host);
    this.signals = new Signals(host, this.journal);
    this.mentionReaders = new MentionReaders(host, this.journal);
    this.files = new ConversationFiles(host);
    this.alarm = new Alarm(host, [
      ...this.followers.duties,
      idleDuty(this),
      leftDuty(this),
      forwardDuty(this),
      marksDuty(this),
      this.leases.duty,
      this.mentionReaders,
      this.files,
    ]);
    this.followers.onSettled = () => {
      // Work that was delayed until another follower pushes runs now, without an alarm.
      this.followers.kick();
      this.alarm.settle();
    };
    if (this.journal.head > 0) {
      this.#missVisitor();
      this.followers.kick();
      // The memory was lost before the last message reached the owner's lists.
      if (host.now() - this.journal.state.activeAt < recent) this.#news.touch();
    }
  }

  /** The visitor's first message in its present words. */
  opening(): string {
    // The campaign's opening text may precede it.
    for (const row of this.journal.log.read(1, 3)) {
      const entry = this.journal.entry(row.seq);
      if (entry?.kind !== 'message.sent') continue;
      return (plainText(entry.text).trim() || (entry.files?.[0]?.name ?? '')).slice(0, 300).toWellFormed();
    }
    return '';
  }

  /**
   * Performs a command, or returns its first result. `principal` is the sender; the system needs none. `claimed`: the
   * files of a message.
   */
  perform(
    by: Party,
    command: Command,
    principal?: Principal,
    claimed?: readonly ClaimedFile[],
  ): Done | Refusal {
    const judged = this.#judge(by, command, principal, claimed);
    return Array.isArray(judged)
      ? { seq: this.#persist(judged, claimed), fresh: true }
      : (judged as Done | Refusal);
  }

  /** The result of a message that is not to be written; null if it is, once its files are claimed. */
  judge(by: Party, command: Command, principal?: Principal): Done | Refusal | null {
    const judged = this.#judge(by, command, principal, []);
    return Array.isArray(judged) ? null : (judged as Done | Refusal);
  }

  /** The entries to write, or the result of a command that writes none. */
  #judge(
    by: Party,
    command: Command,
    principal: Principal | undefined,
    claimed: readonly ClaimedFile[] | undefined,
  ): readonly Draft[] | Done | Refusal {
    if (principal && !this.mayDo(principal, 'conversation.write')) return refuse('forbidden');
    if ('id' in command) {
      const entry = this.journal.entryOf(by, command.id);
      if (entry)
        return isSameCommand(entry, command) ? { seq: entry.seq, fresh: false } : refuse('id_reused');
    }
    const withdrawn = this.registers.get('withdrawn') ?? 0;
    if (command.t === 'assign' && command.generation <= withdrawn) return refuse('stale_generation');
    // The end stops neither notes nor edits, so the size of the log has to.
    const grows = command.t === 'note.add' || command.t === 'message.edit';
    if (grows && this.journal.state.phase === 'closed' && this.#full) return refuse('conversation_full');
    const drafts = decide(this.journal.state, command, by, this.#around(principal, claimed));
    if (isRefusal(drafts)) return drafts;
    const unfit = command.t === 'message.send' && this.#filesUnfit(command.files, claimed);
    if (unfit) return unfit;
    if (drafts.length === 0) return { seq: this.journal.head, fresh: false };
    // By whatever way and socket a command arrives, it must not overtake its sender's earlier commands.
    if ('prev' in command && command.prev !== undefined && !this.journal.holds(by, command.prev))
      return refuse('out_of_order');
    return drafts;
  }

  /** A file's id names one file of the conversation, whichever senders chose it. */
  #filesUnfit(ids: readonly string[] = [], claimed: readonly ClaimedFile[] = []): Refusal | undefined {
    if (ids.some((id) => this.files.find(id))) return refuse('not_found', { field: 'files' });
    const bytes = claimed.reduce((sum, { info }) => sum + info.size, 0);
    const room = bytes === 0 || this.files.bytes + bytes <= this.#caps.fileBytesPerConversation;
    return room ? undefined : refuse('file_quota');
  }

  #around(principal?: Principal, claimed?: readonly ClaimedFile[]): Around {
    return {
      files: claimed?.map(({ info }) => info),
      now: this.host.now(),
      settings: this.self.settings,
      supervises: principal?.kind === 'user' && seesAll(principal),
      entry: (seq) => this.journal.entry(seq),
    };
  }

  /**
   * Accepts no owner under this generation or an earlier one any more. Returns the state, which shows an owner who was
   * accepted before.
   */
  withdraw(generation: number): ConversationState {
    const { state } = this.journal;
    const withdrawn = this.registers.get('withdrawn') ?? 0;
    if (generation > state.generation && generation > withdrawn) this.registers.set('withdrawn', generation);
    return state;
  }

  /**
   * Records how far a side has received and read. The tab's socket keeps it over an eviction (`Attachment`), and the
   * next push to the archive stores it in its own row. If no push is pending, it is stored now.
   */
  mark(side: 'visitor' | 'agent', reported: Reported): void {
    const { marks: before, state } = this.journal;
    if (!this.journal.raise(side, reported, state.generation)) return;
    this.signals.marks();
    if (side === 'agent' && this.journal.marks.agent.unread !== before.agent.unread) this.#news.touch();
    this.#unsavedSince ??= this.host.now();
    if (this.followers.idle) this.#saveProgress();
    else this.alarm.arm();
  }

  /** A tab closed. Its mark is stored now, because the socket's attachment no longer exists. */
  tabGone(tab: Attachment | undefined): void {
    this.#recall(tab);
    this.saveMarks();
  }

  /** The latest time to store marks; null if all are stored. A push before then stores them earlier. */
  get marksDueAt(): number | null {
    return this.#unsavedSince === null ? null : this.#unsavedSince + laterWindow;
  }

  saveMarks(): void {
    if (this.#unsavedSince !== null) this.#saveProgress();
  }

  /** Restores the marks that a tab reported before the actor was evicted. */
  #recall(tab: Attachment | undefined): void {
    if (tab?.mark && this.journal.raise(tab.side, tab.mark, tab.mark.generation))
      this.#unsavedSince ??= this.host.now();
  }

  /** The visitor's last tab closed (a time), or is back or has been gone for long enough (null). */
  visitorGone(at: number | null): void {
    if (at === this.goneAt) return;
    this.goneAt = at;
    if (at === null) this.registers.delete('goneAt');
    else this.registers.set('goneAt', at);
    this.alarm.arm();
  }

  /** A crash takes the sockets without a close event. */
  #missVisitor(): void {
    const { phase, visitor } = this.journal.state;
    const here = phase !== 'closed' && visitor.here && this.goneAt === null;
    if (here && this.host.sockets('visitor').length === 0) this.visitorGone(this.host.now());
  }

  /** True if the principal may do this with this conversation. */
  mayDo(principal: Principal, action: Action): boolean {
    return can(principal, action, { account: this.self.account, visitor: this.journal.state.visitor.id });
  }

  #saveProgress(): void {
    const { marks, told, state } = this.journal;
    const { delivered, read } = told.agent;
    this.#unsavedSince = null;
    this.registers.set('progress', {
      cursors: this.followers.cursors,
      ...{ marks, generation: state.generation, seen: { delivered, read } },
    });
  }

  /** Persists, then publishes. Returns the first seq written. */
  #persist(drafts: readonly Draft[], claimed: readonly ClaimedFile[] = []): number {
    const before = this.journal.marks;
    const written = this.journal.append(drafts, this.host.now());
    const entries = written.map(({ entry }) => entry);
    this.files.written(entries, claimed);
    written.push(...this.#endIfFull());
    this.followers.kick();
    this.alarm.arm();
    this.signals.written(written.map(({ entry }) => entry));
    publish(this.host, written, this.journal);
    // A tab of an earlier version does not infer that writing a message marks the earlier ones as read.
    if (readByWriting(before, this.journal.marks)) this.signals.marks();
    this.lag.expect();
    this.#news.touch();
    this.#floorNews.touch();
    return written[0]?.entry.seq ?? 0;
  }

  get #full(): boolean {
    const { head, bytes } = this.journal;
    return head >= this.#caps.conversationEntries || bytes >= this.#caps.conversationBytes;
  }

  /**
   * A full log ends with the entry that filled it, which is kept; the visitor's next message begins another
   * conversation.
   */
  #endIfFull(): ReturnType<Journal['append']> {
    if (!this.#full) return [];
    const end = decide(this.journal.state, { t: 'full' }, { kind: 'system' }, this.#around());
    return isRefusal(end) ? [] : this.journal.append(end, this.host.now());
  }
}

function readByWriting(before: Marks, after: Marks): boolean {
  return (['visitor', 'agent'] as const).some((side) => before[side].unread > 0 && after[side].unread === 0);
}
