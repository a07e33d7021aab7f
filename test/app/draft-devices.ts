/** Devices of one agent with their drafts, the server's own rules over SQLite, and a network, under a virtual clock. */
import type { AgentClientFrame, AgentServerFrame, AgentWelcome, DraftOf } from '#protocol';
import { DatabaseSync } from 'node:sqlite';
import { Drafts } from '../../app/src/lib/chat/drafts.svelte.ts';
import { Drafts as StoredDrafts } from '../../worker/actors/agent/drafts.ts';
import { notesTable, repliesTable, replyFilesColumn } from '../../worker/actors/agent/draft-table.ts';
import type { Tabs } from '../../worker/actors/agent/tabs.ts';
import type { Host } from '../../worker/runtime/host.ts';

export const chat = 'con_one';

export class Clock {
  now = 1_800_000_000_000;
  #tasks: { at: number; task: () => void }[] = [];

  readonly after = (delay: number, task: () => void): (() => void) => {
    const entry = { at: this.now + delay, task };
    this.#tasks.push(entry);
    return () => (this.#tasks = this.#tasks.filter((each) => each !== entry));
  };

  /** Runs what is due within so many milliseconds. */
  by(span: number): void {
    const end = this.now + span;
    for (;;) {
      const next = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((each) => each !== next);
      this.now = Math.max(this.now, next.at);
      next.task();
    }
    this.now = end;
  }
}

/** A socket: frames arrive in their order, after a delay, or never if it breaks first. */
class Line {
  readonly carries = { up: true, down: true };
  readonly #clock: Clock;
  readonly #delay: () => number;
  readonly #last = { up: 0, down: 0 };

  constructor(clock: Clock, delay: () => number) {
    this.#clock = clock;
    this.#delay = delay;
  }

  carry(way: 'up' | 'down', arrive: () => void): void {
    const at = Math.max(this.#last[way], this.#clock.now + this.#delay());
    this.#last[way] = at;
    this.#clock.after(at - this.#clock.now, () => this.carries[way] && arrive());
  }
}

export class DraftServer {
  readonly clock = new Clock();
  readonly #lines = new Map<Line, (frame: AgentServerFrame) => void>();
  readonly #stored: StoredDrafts;
  /** The milliseconds that a frame takes. */
  delay: () => number = () => 20;
  over = false;

  constructor() {
    const database = new DatabaseSync(':memory:');
    database.exec(`${repliesTable};${replyFilesColumn};${notesTable}`);
    const host = {
      sql: {
        exec: (query: string, ...bindings: (string | number | null)[]) =>
          database.prepare(query).all(...bindings),
      },
      now: () => this.clock.now,
      background: () => undefined,
    } as unknown as Host;
    const tabs = {
      send: (line: unknown, frame: AgentServerFrame) => this.#tell(line as Line, frame),
      tell: (frame: AgentServerFrame, except?: unknown) => {
        for (const line of this.#lines.keys()) if (line !== except) this.#tell(line, frame);
      },
    } as unknown as Tabs;
    const uploads = { sendable: () => [], used: () => undefined };
    this.#stored = new StoredDrafts(host, tabs, uploads, () => Promise.resolve(this.over));
  }

  join(take: (frame: AgentServerFrame) => void): Line {
    const line = new Line(this.clock, this.delay);
    this.#lines.set(line, take);
    this.#tell(line, this.welcome());
    return line;
  }

  /** A line ends. A line that was closed still carries what its tab has sent. */
  part(line: Line, closed: boolean): void {
    line.carries.down = false;
    if (!closed) line.carries.up = false;
    this.#lines.delete(line);
  }

  receive(line: Line, frame: AgentClientFrame): void {
    line.carry('up', () => {
      if (frame.t !== 'draft.save' && frame.t !== 'note.draft.save') return;
      this.#stored.save(line as unknown as WebSocket, frame);
    });
  }

  welcome(): AgentWelcome {
    return {
      ...{ t: 'agent.welcome', status: 'online', since: 0, summaries: [] },
      ...this.#stored.welcome(),
    };
  }

  /** The text that is stored. */
  text(of: DraftOf): string {
    const { drafts, noteDrafts } = this.welcome();
    return (of === 'reply' ? drafts[chat] : noteDrafts?.[chat]?.text) ?? '';
  }

  end(): void {
    this.#stored.ended(chat);
  }

  #tell(line: Line, frame: AgentServerFrame): void {
    line.carry('down', () => this.#lines.get(line)?.(frame));
  }
}

/** A browser of the agent: its page, and what outlives the page. */
export class Device {
  readonly stored = new Map<string, string>();
  /** The saves that were sent. */
  readonly sent: AgentClientFrame[] = [];
  drafts: Drafts;
  readonly #server: DraftServer;
  #line: Line | null = null;

  constructor(server: DraftServer) {
    this.#server = server;
    this.drafts = this.#page();
    this.connect();
  }

  #page(): Drafts {
    return new Drafts({
      env: { now: () => this.#server.clock.now, after: this.#server.clock.after },
      send: (frame) => {
        if (!this.#line) return false;
        this.sent.push(frame);
        // A broken line takes frames until the tab finds out.
        this.#server.receive(this.#line, frame);
        return true;
      },
      storage: {
        keys: () => [...this.stored.keys()],
        load: (key) => this.stored.get(key) ?? null,
        save: (key, value) => (value === null ? this.stored.delete(key) : this.stored.set(key, value)),
      },
    });
  }

  connect(): void {
    this.disconnect();
    this.#line = this.#server.join((frame) => {
      if (frame.t === 'agent.welcome') this.drafts.welcome(frame);
      else if (frame.t !== 'status' && /draft/.test(frame.t)) this.drafts.take(frame as never);
    });
  }

  /** The line breaks, and the tab finds out at once. */
  disconnect(): void {
    this.sleep();
    this.#line = null;
    this.drafts.disconnected();
  }

  /** The line breaks, and the tab believes that it is connected. */
  sleep(): void {
    if (this.#line) this.#server.part(this.#line, false);
  }

  /** The page closes. */
  close(): void {
    this.drafts.end();
    if (this.#line) this.#server.part(this.#line, true);
    this.#line = null;
  }

  /** The page closes, if it is open, and opens again. */
  reload(): void {
    this.close();
    this.drafts = this.#page();
    this.connect();
  }

  text(of: DraftOf = 'reply'): string {
    return this.drafts.of(of, chat).mine.text;
  }

  offered(of: DraftOf = 'reply'): string | null {
    return this.drafts.of(of, chat).other?.text ?? null;
  }
}
