/**
 * The log of a conversation with all that is folded from it: the state, the marks, which commands it holds already, how it is cut
 * into pages. Everything but the log itself can be thrown away and is built again from it.
 */
import {
  arrive,
  changeOwner,
  evolve,
  firstPage,
  floorDiffers,
  noMarks,
  paginate,
  unborn,
  type Command,
  type Page,
} from '#domain';
import type { ConversationState, Draft, Entry, Marks, Party } from '#protocol';
import type { Sql } from '../host.ts';
import { Log, type Row } from '../log.ts';

export class Journal {
  readonly log: Log<Entry>;
  state: ConversationState;
  marks: Marks = noMarks;
  /** The last entries that the floor, the owner's lists and the visitor's record have to hear of. */
  concerning = { floor: 0, owner: 0, visitor: 0 };
  /** Every owner there was. */
  readonly owners = new Set<string>();
  /** By sender and id; the system's by its id alone. */
  readonly #commands = new Map<string, Map<string, number>>();
  /** The seqs of messages, by who is to read them. */
  readonly #messages: Record<'visitor' | 'agent', number[]> = { visitor: [], agent: [] };
  readonly #pageStarts: number[] = [];
  #page: Page = firstPage;

  constructor(sql: Sql, id: string, stored: { marks: Marks; generation: number } | undefined) {
    this.log = new Log<Entry>(sql);
    this.state = unborn(id);
    for (const { entry, text } of this.log.replay()) this.#fold(entry, text.length);
    // The marks were written late; what has come since is unread.
    if (stored) this.#restore(stored.marks, stored.generation);
  }

  get head(): number {
    return this.log.head;
  }

  /** Writes entries and folds them in. Answers them with their texts. */
  append(drafts: readonly Draft[], now: number): { entry: Entry; text: string }[] {
    return drafts.map((draft) => {
      const written = this.log.append(draft, now);
      this.#fold(written.entry, written.text.length);
      return written;
    });
  }

  /** The entry that a sender's command has caused already, if any. */
  entryOf(by: Party, id: string): Entry | undefined {
    const seq = this.#commands.get(senderOf(by))?.get(id);
    return seq === undefined ? undefined : this.log.get(seq);
  }

  /** Whether a sender's command has caused an entry. */
  holds(by: Party, id: string): boolean {
    return this.#commands.get(senderOf(by))?.has(id) ?? false;
  }

  /** How many messages there are for a side after a seq. */
  countFor(side: 'visitor' | 'agent', after: number): number {
    const seqs = this.#messages[side];
    let low = 0;
    let high = seqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((seqs[middle] ?? 0) > after) high = middle;
      else low = middle + 1;
    }
    return seqs.length - low;
  }

  /** When the entry after this one was written; for what is still to be told. */
  writtenAfter(seq: number): number | undefined {
    return this.log.get(seq + 1)?.at;
  }

  /** The archive's pages that hold what comes after a seq, at most `limit`, whole. */
  pagesAfter(seq: number, limit: number): { first: number; count: number; entries: string; last: number }[] {
    const starts = this.#pageStarts;
    let index = starts.length - 1;
    while (index > 0 && (starts[index] ?? 0) > seq + 1) index--;
    const pages = [];
    for (; index < starts.length && pages.length < limit; index++) {
      const first = starts[index] ?? 1;
      const last = (starts[index + 1] ?? this.head + 1) - 1;
      const rows = this.log.read(first - 1, last);
      pages.push({ first, last, count: rows.length, entries: listOf(rows) });
    }
    return pages;
  }

  #fold(entry: Entry, length: number): void {
    const before = this.state;
    this.state = evolve(before, entry);
    this.marks = arrive(this.marks, entry);
    if ('id' in entry && entry.id !== undefined) this.#remember(entry.by, entry.id, entry.seq);
    if (entry.kind === 'message.sent') {
      this.#messages[entry.by.kind === 'agent' ? 'visitor' : 'agent'].push(entry.seq);
    }
    this.#note(before, entry);
    const page = paginate(this.#page, length);
    if (page.first !== this.#page.first || this.#pageStarts.length === 0) this.#pageStarts.push(page.first);
    this.#page = page;
  }

  #remember(by: Party, id: string, seq: number): void {
    const sender = senderOf(by);
    const known = this.#commands.get(sender);
    if (known) known.set(id, seq);
    else this.#commands.set(sender, new Map([[id, seq]]));
  }

  #note(before: ConversationState, entry: Entry): void {
    if (floorDiffers(before, this.state) || entry.seq === 1) this.concerning.floor = entry.seq;
    if (entry.kind === 'agent.assigned') {
      this.owners.add(entry.agent.id);
      this.marks = changeOwner(this.marks, (seq) => this.countFor('agent', seq));
    }
    if (
      entry.kind === 'agent.unassigned' ||
      entry.kind === 'agent.assigned' ||
      entry.kind === 'conversation.closed'
    ) {
      this.concerning.owner = entry.seq;
    }
    const told = ['visitor.identified', 'visitor.blocked', 'conversation.closed'];
    if (told.includes(entry.kind)) this.concerning.visitor = entry.seq;
  }

  #restore(marks: Marks, generation: number): void {
    const visitor = { ...marks.visitor, unread: this.countFor('visitor', marks.visitor.read) };
    const agent = { ...marks.agent, unread: this.countFor('agent', marks.agent.read) };
    // Another owner's mark is not this one's.
    this.marks = { visitor, agent: generation === this.state.generation ? agent : this.marks.agent };
  }
}

const senderOf = (by: Party): string => (by.kind === 'system' ? '' : by.id);

/** Rows as a JSON array, without parsing them. */
export function listOf(rows: readonly Row[]): string {
  return `[${rows.map((row) => row.entry).join(',')}]`;
}

/** True where an entry is what this command asks for: the same id must not stand for two things. */
export function isSameCommand(entry: Entry, command: Command): boolean {
  switch (command.t) {
    case 'message.send':
      return entry.kind === 'message.sent' && entry.text === command.text;
    case 'conversation.close':
      return entry.kind === 'conversation.closed';
    case 'conversation.return':
      return entry.kind === 'agent.unassigned';
    case 'conversation.defer':
      return entry.kind === 'conversation.deferred';
    case 'visitor.identify':
      return entry.kind === 'visitor.identified';
    case 'visitor.block':
      return entry.kind === 'visitor.blocked';
    default:
      return false;
  }
}
