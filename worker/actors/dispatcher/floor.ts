/** The floor, and the tabs that watch it: changes are collected for a moment and encoded once for all. */
import type { FloorAgent, FloorRow, FloorSnapshot, Words } from '#protocol';
import { all, type Host, type Socket, type Sql } from '../../runtime/host.ts';
import type { AgentNote } from '../contracts/dispatcher.ts';
import type { Load } from './ledger.ts';

/** Changes are collected for this time, in milliseconds. */
const coalesce = 100;
/** The number of closed conversations that stay on the floor, … */
const recent = 50;
/** … and of those among them that await a success code: a list of their own, which grows with what visitors end. */
const awaiting = 500;

const untold = { since: 0, roles: [], groups: [], limits: { live: null, nrt: null } };
export type KnownAgent = AgentNote & { readonly seq: number; readonly changedAt: number };

export class Floor {
  readonly #host: Host;
  readonly #sql: Sql;
  readonly #rows = new Map<string, FloorRow>();
  /** The ids of the closed rows, those that await a success code apart. */
  readonly #closed = new Set<string>();
  readonly #awaiting = new Set<string>();
  readonly #agents = new Map<string, KnownAgent>();
  /** The ids of rows that an earlier version stored without a field that exists today (completion.ts). */
  readonly #lacking = new Set<string>();
  /** A filter for the rows that a tab is shown; null if it is shown all. */
  readonly #shown: (socket: Socket) => ((row: FloorRow) => boolean) | null;
  readonly #changed = { rows: new Set<string>(), words: new Set<string>(), agents: new Set<string>() };
  /** An agent's load. */
  readonly #load: (agent: string) => Readonly<Load>;
  /** The other parts of a snapshot, for one tab. */
  readonly #rest: (socket: Socket) => Pick<FloorSnapshot, 'rules' | 'offers'>;
  #timer: (() => void) | null = null;

  constructor(
    host: Host,
    shown: (socket: Socket) => ((row: FloorRow) => boolean) | null,
    load: (agent: string) => Readonly<Load>,
    rest: (socket: Socket) => Pick<FloorSnapshot, 'rules' | 'offers'>,
  ) {
    this.#host = host;
    this.#shown = shown;
    this.#load = load;
    this.#rest = rest;
    this.#sql = host.sql;
  }

  /** Reads the stored rows. */
  load(): void {
    for (const { row } of all<{ row: string }>(this.#sql.exec('SELECT row FROM floor'))) {
      // Defaults for fields that earlier versions did not store.
      const parsed = { type: 'live', target: null, released: null, ...JSON.parse(row) } as FloorRow;
      this.#rows.set(parsed.id, parsed);
      this.#sort(parsed);
      if (parsed.last === undefined) this.#lacking.add(parsed.id);
    }
    for (const { row } of all<{ row: string }>(this.#sql.exec('SELECT row FROM agents'))) {
      const parsed = { ...untold, ...JSON.parse(row) } as KnownAgent;
      this.#agents.set(parsed.id, parsed);
      if (parsed.fullName === undefined && !parsed.deleted) this.#lacking.add(parsed.id);
    }
  }

  /** The ids of conversations and agents whose rows lack a field. */
  get lacking(): ReadonlySet<string> {
    return this.#lacking;
  }

  /** A conversation or an agent was asked for its row. */
  asked(id: string): void {
    this.#lacking.delete(id);
  }

  row(id: string): FloorRow | undefined {
    return this.#rows.get(id);
  }

  /** A present or former agent. */
  agent(id: string): KnownAgent | undefined {
    return this.#agents.get(id);
  }

  rows(): FloorRow[] {
    return [...this.#rows.values()];
  }

  /** All agents, former ones included. */
  everybody(): KnownAgent[] {
    return [...this.#agents.values()];
  }

  agents(): KnownAgent[] {
    return this.everybody().filter(({ deleted }) => !deleted);
  }

  /** The conversations that have an owner. */
  owned(): FloorRow[] {
    return [...this.#rows.values()].filter((row) => row.owner !== null);
  }

  /** The conversations that an agent owns. */
  ownedBy(agent: string): string[] {
    return [...this.#rows.values()]
      .filter((row) => row.phase === 'active' && row.owner?.id === agent)
      .map((row) => row.id);
  }

  /** Adopts a conversation's row. A row that is older than the known one changes nothing. */
  putRow(row: FloorRow): boolean {
    const known = this.#rows.get(row.id);
    if (known && !this.#isNews(known, row)) return false;
    this.#lacking.delete(row.id);
    this.#rows.set(row.id, withLater(row, known?.last));
    this.#sql.exec('INSERT OR REPLACE INTO floor (id, row) VALUES (?, ?)', row.id, JSON.stringify(row));
    this.#sort(row);
    this.#trim(this.#closed, recent);
    // Tabs drop the oldest closed rows themselves, but no row that awaits a code.
    for (const id of [row.id, ...this.#trim(this.#awaiting, awaiting)]) this.#changed.rows.add(id);
    this.#soon();
    return true;
  }

  /** A row as old as the known one is news only if the known one lacks a field. */
  #isNews(
    known: { readonly seq: number },
    { id, seq }: { readonly id: string; readonly seq: number },
  ): boolean {
    return seq > known.seq || (seq === known.seq && this.#lacking.has(id));
  }

  /** Stores a conversation's last message in memory only: the row restores it (conversation/floor-news.ts). */
  putWords({ id, last }: Words): void {
    const known = this.#rows.get(id);
    if (!known || (known.last?.seq ?? 0) >= last.seq) return;
    this.#rows.set(id, { ...known, last });
    this.#changed.words.add(id);
    this.#soon();
  }

  putAgent(agent: AgentNote, seq: number): boolean {
    const known = this.#agents.get(agent.id);
    if (known && !this.#isNews(known, { id: agent.id, seq })) return false;
    this.#lacking.delete(agent.id);
    const kept = { ...agent, seq, changedAt: known?.seq === seq ? known.changedAt : this.#host.now() };
    this.#agents.set(agent.id, kept);
    this.#sql.exec('INSERT OR REPLACE INTO agents (id, row) VALUES (?, ?)', agent.id, JSON.stringify(kept));
    this.#changed.agents.add(agent.id);
    this.#soon();
    return true;
  }

  /** The whole floor as far as a tab is shown it, as a frame. A row is encoded once for all tabs. */
  snapshot(socket: Socket): string {
    const shows = this.#shown(socket);
    const rows = [...this.#rows.values()];
    const frame = JSON.stringify({
      t: 'floor',
      now: this.#host.now(),
      ...this.#rest(socket),
      agents: this.agents().map((agent) => this.#bare(agent)),
    });
    return `${frame.slice(0, -1)},"rows":[${(shows ? rows.filter(shows) : rows).map(textOf).join(',')}]}`;
  }

  /** Sends tabs the whole floor again, after a change of what they may see. */
  resend(tag?: string): void {
    for (const socket of this.#host.sockets(tag)) sendTo(socket, this.snapshot(socket));
  }

  /** Sends a row with the next changes, because other tabs may see it now. */
  touch(id: string): void {
    this.#changed.rows.add(id);
    this.#soon();
  }

  /** Sends an agent's tabs a row that they are shown, without the usual delay. */
  showNow(id: string, agent: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    const text = JSON.stringify({ t: 'floor.changed', rows: [row], agents: [] });
    for (const socket of this.#host.sockets(agent))
      if (this.#shown(socket)?.(row) ?? true) sendTo(socket, text);
  }

  loadChanged(agent: string): void {
    if (!this.#agents.has(agent)) return;
    this.#changed.agents.add(agent);
    this.#soon();
  }

  /** An agent in the form that colleagues see. */
  #bare(agent: KnownAgent): FloorAgent {
    const { id, name, fullName = name, photo, status, since, connected, roles, limits } = agent;
    const named = { id, name: fullName, ...(name !== fullName && { nickname: name }) };
    const shown = { ...named, ...(photo && { photo }), status, since, connected, roles, limits };
    return { ...shown, load: this.#load(id) };
  }

  #soon(): void {
    if (this.#timer) return;
    this.#timer = this.#host.timer(coalesce, () => {
      this.#timer = null;
      const { rows, words, agents } = this.#changed;
      const changed = [...agents].flatMap((id) => this.#agents.get(id) ?? []);
      const left = changed.filter(({ deleted }) => deleted);
      const spoken = [...words].flatMap((id) => (rows.has(id) ? [] : (this.#rows.get(id) ?? [])));
      // A row can leave the floor with its own change: an old chat gets its success code.
      const gone = [...rows].filter((id) => !this.#rows.has(id));
      const change = {
        t: 'floor.changed',
        rows: [...rows].flatMap((id) => this.#rows.get(id) ?? []),
        agents: changed.filter(({ deleted }) => !deleted).map((agent) => this.#bare(agent)),
        ...(left.length > 0 && { left: left.map(({ id }) => id) }),
        ...(gone.length > 0 && { gone }),
      };
      const frame = (shows: (row: FloorRow) => boolean) => within(change, spoken.filter(shows), shows);
      rows.clear();
      words.clear();
      agents.clear();
      const text = JSON.stringify({ ...change, ...wordsOf(spoken) });
      for (const socket of this.#host.sockets()) {
        const shows = this.#shown(socket);
        sendTo(socket, shows ? JSON.stringify(frame(shows)) : text);
      }
    });
  }

  /** Keeps the sets of closed rows. */
  #sort({ id, phase, awaitingCode }: FloorRow): void {
    if (phase !== 'closed') return;
    this.#closed.delete(id);
    this.#awaiting.delete(id);
    (awaitingCode ? this.#awaiting : this.#closed).add(id);
  }

  /** Keeps only the latest of a set of closed conversations. Returns the ids of the others. */
  #trim(set: Set<string>, kept: number): string[] {
    if (set.size <= kept) return [];
    const closed = [...set].flatMap((id) => this.#rows.get(id) ?? []);
    closed.sort((a, b) => b.changedAt - a.changedAt);
    const oldest = closed.slice(kept).map(({ id }) => id);
    for (const id of oldest) {
      this.#rows.delete(id);
      set.delete(id);
      this.#lacking.delete(id);
      this.#sql.exec('DELETE FROM floor WHERE id = ?', id);
    }
    return oldest;
  }
}

/** Cached by row, because rows are replaced, never changed. */
const texts = new WeakMap<FloorRow, string>();

function textOf(row: FloorRow): string {
  const known = texts.get(row) ?? JSON.stringify(row);
  texts.set(row, known);
  return known;
}

/** The part of a change that a tab is shown. A row that it may not see is reported as removed. */
function within<C extends { rows: FloorRow[]; gone?: string[] }>(
  change: C,
  spoken: readonly FloorRow[],
  shows: (row: FloorRow) => boolean,
) {
  const hidden = change.rows.filter((row) => !shows(row)).map(({ id }) => id);
  const gone = [...(change.gone ?? []), ...hidden];
  return { ...change, rows: change.rows.filter(shows), ...wordsOf(spoken), gone };
}

function wordsOf(rows: readonly FloorRow[]): { words?: Words[] } {
  const words = rows.flatMap(({ id, last }) => (last ? [{ id, last }] : []));
  return words.length > 0 ? { words } : {};
}

/** A row with the later of its own last message and one that arrived before it. */
function withLater(row: FloorRow, last: FloorRow['last']): FloorRow {
  return last && last.seq > (row.last?.seq ?? 0) ? { ...row, last } : row;
}

export function sendTo(socket: Socket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // It is closing; a tab that reconnects is sent the whole floor.
  }
}
