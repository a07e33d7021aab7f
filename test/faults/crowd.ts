/** The clients of a run: visitors who write, reload and continue, agents who take waiting chats and answer them. */
import { memoryOutbox, type Outbox } from '#client/outbox';
import { isRefusal, type Entry } from '#protocol';
import type { AgentPerson, Desk, Floor, OpenConversation, VisitorPerson } from '../helpers/people.ts';
import { agentOf, visitorOf } from '../helpers/people.ts';
import type { Book } from './book.ts';

export interface CrowdOptions {
  readonly base: string;
  readonly site: string;
  readonly visitors: number;
  readonly agents: readonly { email: string; password: string }[];
  readonly book: Book;
  readonly random: () => number;
  /** Milliseconds between two messages of one visitor, on average. */
  readonly pace: number;
}

export class Crowd {
  readonly visitors: TalkingVisitor[];
  readonly agents: WorkingAgent[] = [];
  readonly #options: CrowdOptions;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.visitors = Array.from(
      { length: options.visitors },
      (_, number) => new TalkingVisitor(options, `v${number}`),
    );
  }

  async start(): Promise<void> {
    const { agents, base, book } = this.#options;
    for (const [number, who] of agents.entries()) {
      const person = await agentOf({ base, ...who, wiring: book.wiring() });
      this.agents.push(new WorkingAgent(person, `a${number}`, this.#options));
    }
    await Promise.all(this.agents.map((agent) => agent.ready()));
    for (const visitor of this.visitors) visitor.start();
  }

  /** Stops all writing; the sockets stay open. */
  hush(): void {
    for (const visitor of this.visitors) visitor.hush();
    for (const agent of this.agents) agent.quiet = true;
  }

  /** Closes every tab. */
  leave(): void {
    this.hush();
    for (const visitor of this.visitors) visitor.person.end();
    for (const agent of this.agents) agent.leave();
  }

  get typed(): string[] {
    return this.visitors.flatMap((visitor) => visitor.typed);
  }

  get unanswered(): number {
    return this.visitors.reduce((sum, { person }) => sum + person.view.pending.length, 0);
  }
}

class TalkingVisitor {
  readonly person: VisitorPerson;
  readonly typed: string[] = [];
  readonly #name: string;
  readonly #options: CrowdOptions;
  #timer: NodeJS.Timeout | undefined;
  reloads = 0;

  constructor(options: CrowdOptions, name: string) {
    const { base, site, book } = options;
    this.#options = options;
    this.#name = name;
    this.person = visitorOf({ base, site, wiring: book.wiring() });
  }

  start(): void {
    const { random, pace } = this.#options;
    this.#timer = setTimeout(
      () => {
        const draw = random();
        if (draw < 0.02) {
          this.reloads++;
          this.person.reload();
        } else if (draw < 0.03) this.person.chat.close();
        this.#say();
        this.start();
      },
      pace * (0.5 + random()),
    );
  }

  hush(): void {
    clearTimeout(this.#timer);
  }

  #say(): void {
    const text = `${this.#name} ${this.typed.length} ${texts[this.typed.length % texts.length]}`;
    this.typed.push(text);
    this.person.say(text);
  }
}

const texts = ['hello', 'zażółć gęślą jaźń', '你好,世界', '👩‍👩‍👧‍👦 and 🇧🇬', 'a\nline\u2028and <b>no</b> html'];

class WorkingAgent {
  readonly person: AgentPerson;
  readonly desk: Desk;
  readonly #floor: Floor;
  readonly #name: string;
  readonly #options: CrowdOptions;
  readonly #open = new Map<string, OpenConversation>();
  readonly #outboxes = new Map<string, Outbox>();
  /** For each conversation, the last answered entry and the number of answers. */
  readonly #answered = new Map<string, { seq: number; count: number }>();
  readonly #taking = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  taken = 0;
  tooLate = 0;
  quiet = false;

  constructor(person: AgentPerson, name: string, options: CrowdOptions) {
    this.person = person;
    this.#name = name;
    this.#options = options;
    this.desk = person.desk();
    this.#floor = person.floor();
    this.#look();
  }

  async ready(): Promise<void> {
    await this.desk.until(() => this.desk.status === 'online');
    await this.#floor.until(() => this.#floor.agents.get(this.person.me.id)?.connected === true);
  }

  leave(): void {
    clearTimeout(this.#timer);
    for (const open of this.#open.values()) open.end();
    this.#open.clear();
    this.desk.connection.end();
    this.#floor.connection.end();
  }

  /** Scans the floor, several times a second: agents race for waiting chats. */
  #look(): void {
    const { random } = this.#options;
    this.#timer = setTimeout(
      () => {
        if (!this.quiet) {
          for (const row of this.#floor.rows.values()) if (row.phase === 'waiting') void this.#take(row.id);
          for (const id of this.desk.summaries.keys()) this.#attend(id);
          if (random() < 0.01) this.#reload();
        }
        this.#look();
      },
      150 + 200 * random(),
    );
  }

  async #take(id: string): Promise<void> {
    if (this.#taking.has(id)) return;
    this.#taking.add(id);
    try {
      const answer = await this.person.take(id);
      if (isRefusal(answer)) this.tooLate++;
      else {
        this.taken++;
        this.#attend(id);
      }
    } catch {
      // The server is unreachable; the chat still waits.
    } finally {
      this.#taking.delete(id);
    }
  }

  #attend(id: string): void {
    if (this.#open.has(id)) return;
    const outbox = this.#outboxes.get(id) ?? memoryOutbox();
    this.#outboxes.set(id, outbox);
    const open = this.person.open(id, outbox);
    this.#open.set(id, open);
    const look = () => {
      if (this.#open.get(id) !== open) return;
      const { state, entries, caughtUp, cursor } = open.view;
      if (caughtUp && state && (state.phase === 'closed' || state.owner?.id !== this.person.me.id)) {
        this.#open.delete(id);
        open.end();
      } else if (caughtUp) this.#answer(open, entries);
      void open.until(() => open.view.cursor > cursor, 3_600_000).then(look);
    };
    void open.until(() => open.view.caughtUp, 3_600_000).then(look);
  }

  #answer(open: OpenConversation, entries: readonly Entry[]): void {
    const id = open.view.state?.id ?? '';
    const done = this.#answered.get(id) ?? { seq: 0, count: 0 };
    for (const entry of entries) {
      if (entry.seq <= done.seq || entry.kind !== 'message.sent' || entry.by.kind !== 'visitor') continue;
      done.seq = entry.seq;
      if (this.quiet || this.#options.random() > 0.6) continue;
      open.client.send(`${this.#name}@${id} ${done.count++} to ${entry.seq}`);
    }
    this.#answered.set(id, done);
  }

  /** Reloads the workspace: every conversation is opened again. */
  #reload(): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const [id, one] of open) {
      one.end();
      this.#attend(id);
    }
  }
}
