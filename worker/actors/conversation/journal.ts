/**
 * The log of a conversation with all that is folded from it: the state, the marks, which commands it holds already,
 * how it is cut into pages. Everything but the log itself can be thrown away and is built again from it.
 */
import { bytesOf } from '#domain/base/text';
import { firstPage, paginate, type Page } from '#domain/conversation/archive';
import { aliasAmong, type Alias } from '#domain/conversation/aliases';
import { evolve, unborn } from '#domain/conversation/conversation';
import { rulesOf, type Concern } from '#domain/conversation/kinds';
import { advance, arrive, changeOwner, noMarks } from '#domain/conversation/marks';
import { idOf, otherSide, sideOf, type Side } from '#domain/conversation/parties';
import { Revisions } from '#domain/conversation/revisions';
import type { ConversationState, Draft, Entry, Marks, Party } from '#protocol';
import type { Sql } from '../../runtime/host.ts';
import { Log, type Row } from '../../runtime/log.ts';

/** A side's report of how far it has received and read. */
export interface Reported {
  readonly delivered: number;
  readonly read: number;
}

/** Marks as last stored. `seen` is the highest mark of any owner; earlier versions did not store it. */
interface StoredMarks {
  readonly marks: Marks;
  readonly generation: number;
  readonly seen?: Reported;
}

export class Journal {
  readonly log: Log<Entry>;
  state: ConversationState;
  /** Marks for agents: the agent's side is the present owner's, and starts again with each owner. */
  marks: Marks = noMarks;
  /** Marks for visitors: a message that any owner has read stays read. */
  told: Marks = noMarks;
  /** The last entries of which the floor, the owner's lists and the visitor's record have to learn. */
  readonly concerning: Record<Concern, number> = { floor: 0, owner: 0, visitor: 0, mentions: 0 };
  /** All owners so far, in order. */
  readonly owners = new Set<string>();
  /** Aliases that replace agents' ids for visitors. */
  readonly alias: Alias = aliasAmong(this.owners);
  readonly revisions = new Revisions();
  /** By sender and id; the system's by its id alone. */
  readonly #commands = new Map<string, Map<string, number>>();
  /** The seqs of messages, by the side that is to read them. */
  readonly #messages: Record<Side, number[]> = { visitor: [], agent: [] };
  readonly #pageStarts: number[] = [];
  #page: Page = firstPage;
  /** Of all entries, as they are stored. Every wake-up folds the log anyway, so no row keeps it. */
  #bytes = 0;

  constructor(sql: Sql, id: string, stored: StoredMarks | undefined) {
    this.log = new Log<Entry>(sql);
    this.state = unborn(id);
    for (const { entry, text } of this.log.replay()) this.#fold(entry, text);
    if (!stored) return;
    const { marks, generation, seen } = stored;
    this.raise('visitor', marks.visitor, generation);
    this.raise('agent', marks.agent, generation);
    if (seen) this.raise('agent', seen, -1);
  }

  get head(): number {
    return this.log.head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Raises a side's mark under a generation. Marks never fall. Returns true if this one rose. */
  raise(side: Side, reported: Reported, generation: number): boolean {
    const { marks, told } = this;
    const count = (seq: number) => this.countFor(side, seq);
    this.told = advance(told, side, reported, this.head, count);
    // A mark of an earlier owner does not count for the present one.
    if (side === 'visitor' || generation === this.state.generation)
      this.marks = advance(marks, side, reported, this.head, count);
    return this.marks !== marks || this.told !== told;
  }

  /** Writes entries and folds them in. Answers them with their texts. */
  append(drafts: readonly Draft[], now: number): { entry: Entry; text: string }[] {
    return drafts.map((draft) => {
      const written = this.log.append(draft, now);
      this.#fold(written.entry, written.text);
      return written;
    });
  }

  /** An entry in its revised form. */
  entry(seq: number): Entry | undefined {
    const entry = this.log.get(seq);
    return entry && this.revisions.apply(entry);
  }

  /** The entry that a sender's command has caused already, if any. */
  entryOf(by: Party, id: string): Entry | undefined {
    const seq = this.#commands.get(idOf(by))?.get(id);
    return seq === undefined ? undefined : this.log.get(seq);
  }

  /** Whether a sender's command has caused an entry. */
  holds(by: Party, id: string): boolean {
    return this.#commands.get(idOf(by))?.has(id) ?? false;
  }

  /** The lowest and the highest id of a sender's commands, or null. Ids outside this range are not in the log. */
  idsOf(by: Party): { first: string; last: string } | null {
    const ids = [...(this.#commands.get(idOf(by))?.keys() ?? [])].sort();
    const [first, last] = [ids[0], ids.at(-1)];
    return first === undefined || last === undefined ? null : { first, last };
  }

  /** How many messages there are for a side after a seq. */
  countFor(side: Side, after: number): number {
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

  #fold(entry: Entry, text: string): void {
    const before = this.state;
    this.#bytes += bytesOf(text);
    this.state = evolve(before, entry);
    this.marks = arrive(this.marks, entry);
    this.told = arrive(this.told, entry);
    this.revisions.add(entry);
    if ('id' in entry && entry.id !== undefined) this.#remember(entry.by, entry.id, entry.seq);
    const from = sideOf(entry.by);
    if (entry.kind === 'message.sent' && from) this.#messages[otherSide(from)].push(entry.seq);
    this.#note(before, entry);
    const page = paginate(this.#page, text.length);
    if (page.first !== this.#page.first || this.#pageStarts.length === 0) this.#pageStarts.push(page.first);
    this.#page = page;
  }

  #remember(by: Party, id: string, seq: number): void {
    const sender = idOf(by);
    const known = this.#commands.get(sender);
    if (known) known.set(id, seq);
    else this.#commands.set(sender, new Map([[id, seq]]));
  }

  #note(before: ConversationState, entry: Entry): void {
    for (const concern of rulesOf(entry)?.concerns ?? []) this.concerning[concern] = entry.seq;
    const { owner, generation } = this.state;
    if (!owner || generation === before.generation) return;
    this.owners.add(owner.id);
    this.marks = changeOwner(this.marks, (seq) => this.countFor('agent', seq));
  }
}

/** Rows as a JSON array, without parsing them. */
export function listOf(rows: readonly Row[]): string {
  return `[${rows.map((row) => row.entry).join(',')}]`;
}
