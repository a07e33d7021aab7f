/** The steps of a run, and the figures that they return. */
import { defaultCampaign, isRefusal, type Rebuilt, type Refusal } from '#protocol';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { agentOf } from '../helpers/people.ts';
import { Book, percentile } from './book.ts';
import { isHopeless, isSound, judge, undelivered, type Verdict } from './checks.ts';
import { ServerProcess } from './child.ts';
import { Crowd } from './crowd.ts';
import { openLine, type Line } from './line.ts';
import type { D1Mode } from './modes.ts';
import type { Scale } from './scales.ts';
import { storedAlarms, storedConversations, storedHistory, storedHolds } from './stored.ts';

interface RunOptions {
  readonly scale: Scale;
  readonly dataDir: string;
  readonly random: () => number;
  readonly mutant: string | undefined;
}

const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));
const seconds = (time: number) => (time / 1_000).toFixed(1);
export class Run {
  readonly #options: RunOptions;
  readonly #server: ServerProcess;
  readonly #book: Book;
  readonly #complaints: string[] = [];
  readonly #patience: number;
  #line!: Line;
  #crowd!: Crowd;
  #account = '';
  #secret = '';
  #cuts = 0;
  /** Events that any run must include, by name, with their counts. */
  readonly #happened: Record<string, number> = {};

  constructor(options: RunOptions) {
    this.#options = options;
    const { patience, grace, waits } = options.scale;
    this.#patience = options.mutant ? patience.mutant : patience.sound;
    this.#book = new Book(options.random);
    this.#server = new ServerProcess({
      dataDir: options.dataDir,
      log: path.join(options.dataDir, 'errors.log'),
      env: {
        AGENT_GRACE_MS: String(grace),
        // A visitor of the crowd ends and begins more chats than a real one.
        CAPS: '{"conversationsPerVisitor":1000000}',
        ...(waits && { WAITS: JSON.stringify(waits) }),
        ...(options.mutant && { MUTANT: options.mutant }),
      },
    });
  }

  /** Runs every step. True if everything was sound. */
  async all(): Promise<boolean> {
    await this.#open();
    const steps = [
      () => this.#outage(),
      () => this.#kills(),
      () => this.#silence(),
      () => this.#return(),
      () => this.#rebuild(),
    ];
    for (const step of steps) {
      await step();
      // A mutant that has been detected once needs no further step.
      if (this.#options.mutant && this.#complaints.length > 0) break;
    }
    // A run without events proves nothing. Events that depend on chance may be missing.
    const missing = Object.entries(this.#happened).filter(([, times]) => times === 0);
    for (const [what] of missing) this.#complaints.push(`nothing to judge: no ${what}`);
    for (const complaint of this.#complaints) console.log(`  unsound: ${complaint}`);
    return this.#complaints.length === 0;
  }

  async end(): Promise<void> {
    this.#crowd?.leave();
    await this.#server.kill();
    await this.#line?.close();
  }

  async #open(): Promise<void> {
    const { scale, random } = this.#options;
    const { operatorSecret } = await this.#server.start();
    this.#secret = operatorSecret;
    this.#line = await openLine(() => this.#server.address?.port);
    const base = `http://127.0.0.1:${this.#line.port}`;
    const password = 'correct horse battery';
    const user = (name: string, role: string) => ({
      email: `${name}@faults.test`,
      name,
      password,
      roles: [role],
    });
    const agents = Array.from({ length: scale.agents }, (_, number) => user(`agent${number}`, 'agent'));
    const made = await this.#ask<{ account: { id: string } }>('POST', '/api/operator/accounts', {
      name: 'Faults',
      timeZone: 'Europe/Sofia',
      users: [...agents, user('admin', 'administrator')],
    });
    this.#account = made.account.id;
    const admin = await agentOf({ base, email: 'admin@faults.test', password });
    const campaign = sure(
      await admin.ask<{ id: string }>('POST', '/api/campaigns', {
        name: 'Help',
        enabled: true,
        settings: defaultCampaign,
      }),
    );
    const site = sure(
      await admin.ask<{ id: string }>('POST', '/api/sites', {
        name: 'Shop',
        origins: [base],
        campaign: campaign.id,
      }),
    );
    this.#crowd = new Crowd({
      base,
      site: site.id,
      visitors: scale.visitors,
      agents,
      book: this.#book,
      random,
      pace: scale.pace,
    });
    await this.#crowd.start();
    await Promise.all(
      this.#crowd.visitors.map(({ person }) =>
        person.until(() => person.view.state?.phase === 'active', 30_000),
      ),
    );
  }

  /** R5: chat continues while D1 fails and hangs, and the backlog drains. */
  async #outage(): Promise<void> {
    const { up, down, timed } = this.#options.scale;
    this.#book.phase = 'D1 up';
    await pause(up);
    await this.#setD1('fail');
    this.#book.phase = 'D1 down';
    await pause(down / 2);
    await this.#setD1('hang');
    await pause(down / 2);
    this.#book.phase = 'after';
    const backlog = this.#backlog();
    const heads = new Map(storedConversations(this.#options.dataDir).map(({ id, log }) => [id, log.length]));
    await this.#setD1('none');
    const healed = Date.now();
    const drained = await this.#eventually(() => {
      const history = storedHistory(this.#options.dataDir);
      return [...heads].every(([id, head]) => (history.get(id)?.entries.length ?? 0) >= head);
    });
    if (!drained) this.#complaints.push('R5: the backlog did not drain');
    const [calm, hurt] = [this.#book.latencies('D1 up'), this.#book.latencies('D1 down')];
    const figures = [calm, hurt].map(
      (all) => `${percentile(all, 0.5).toFixed(0)}/${percentile(all, 0.99).toFixed(0)}`,
    );
    console.log(
      `R5 chat p50/p99 with D1 up ${figures[0]} ms (${calm.length}), down ${figures[1]} ms (${hurt.length}); ` +
        `backlog ${backlog} entries, drained in ${seconds(Date.now() - healed)} s`,
    );
    // The machine is shared, so the bound is wide: an answer that waited for D1 would take seconds.
    if (timed && percentile(hurt, 0.99) > 500 + 3 * percentile(calm, 0.99)) {
      this.#complaints.push('R5: chat is slower while D1 fails');
    }
  }

  /**
   * R1: the server is killed again and again under traffic, connections are cut in between, and D1 fails at random.
   */
  async #kills(): Promise<void> {
    const { scale, random } = this.#options;
    this.#book.phase = 'kills';
    await this.#setD1('mixed');
    const [least, most] = scale.between;
    const listening: number[] = [];
    const answering: number[] = [];
    for (let kill = 1; kill < scale.kills; kill++) {
      await pause((least + random() * (most - least)) / 2);
      this.#cuts += this.#line.cut(scale.cut, random);
      await pause((least + random() * (most - least)) / 2);
      const killed = performance.now();
      await this.#server.kill();
      const ack = this.#book.nextAck();
      await this.#server.start({ D1_MODE: kill % 4 === 3 ? 'fail' : 'mixed' });
      listening.push(performance.now() - killed);
      if ((await Promise.race([ack, pause(this.#patience).then(() => 'late')])) === 'late') {
        this.#complaints.push(`R1: no message was acknowledged after kill ${kill}`);
      }
      answering.push(performance.now() - killed);
    }
    // The last kill: no client closes its socket properly, and none returns.
    await pause(least);
    await this.#server.kill();
    this.#crowd.leave();
    const figures = [listening, answering].map((all) => {
      all.sort((a, b) => a - b);
      return `${seconds(percentile(all, 0.5))}/${seconds(percentile(all, 0.99))}`;
    });
    console.log(
      `R1 kills ${scale.kills}, clients ${scale.visitors + scale.agents}, restart p50/p99 ${figures[0]} s, ` +
        `first acknowledgement after ${figures[1]} s`,
    );
  }

  /** R2: without any client, the server finishes all its work by itself. */
  async #silence(): Promise<void> {
    const { dataDir, scale, mutant } = this.#options;
    await this.#server.start();
    const began = Date.now();
    // Data that a mutant lost cannot be recovered.
    const caught = () => mutant !== undefined && isHopeless(this.#verdict());
    const drained = await this.#eventually(() => this.#backlog() === 0 || caught());
    const drainedAfter = Date.now() - began;
    await pause(caught() ? 0 : Math.max(0, scale.silence - drainedAfter));
    // Agents whose grace is over lose their chats: that work must finish too.
    await this.#eventually(() => caught() || isSound(this.#verdict()));
    const verdict = this.#verdict();
    const now = Date.now();
    const overdue = storedAlarms(dataDir).filter(({ at }) => at < now - 2_000);
    if (!drained) this.#complaints.push('R2: D1 is behind the logs');
    for (const { actor, at } of overdue) this.#complaints.push(`R2: ${actor} is ${now - at} ms overdue`);
    const behind = storedConversations(dataDir).filter(
      ({ log, cursors }) => (cursors['archive'] ?? 0) < log.length,
    );
    for (const { id } of behind) this.#complaints.push(`R2: the archive's cursor of ${id} is behind`);
    this.#complain(verdict);
    const { acked, lost, duplicated, gaps, reordered, entries, owners, history } = verdict;
    Object.assign(this.#happened, { 'acknowledged messages': acked, 'entries in D1': entries });
    console.log(
      `R1 acked ${acked}, lost ${lost.length}, duplicated ${duplicated.length}, gaps ${gaps.length}, ` +
        `reordered ${reordered.length}; D1 entries ${entries}, conversations that differ ${history.length}; ` +
        `resends ${this.#book.resends}, doubled answers ${this.#book.doubledAnswers}; owners and capacity wrong ${owners.length}`,
    );
    console.log(
      `R2 seconds to drain ${seconds(drainedAfter)}; outbox left ${behind.length}, timers overdue ${overdue.length} ` +
        `after ${seconds(Date.now() - began)} s without a client`,
    );
    await this.#compareWithActors();
  }

  /** Compares the files with the actors' own logs, now that waking them does no harm. */
  async #compareWithActors(): Promise<void> {
    for (const { id, log } of storedConversations(this.#options.dataDir)) {
      const dumped = await this.#ask<string[]>(
        'GET',
        `/faults/log?account=${this.#account}&conversation=${id}`,
      );
      if (`[${dumped.join(',')}]` !== JSON.stringify(log))
        this.#complaints.push(`I1: the actor of ${id} has a log that differs from its file`);
    }
  }

  /** R15: the visitors return, and their typed messages are sent, once and in order. */
  async #return(): Promise<void> {
    const began = Date.now();
    for (const { person } of this.#crowd.visitors) person.reload();
    const { typed } = this.#crowd;
    const missingNow = () => undelivered(typed, storedConversations(this.#options.dataDir));
    await this.#eventually(() => missingNow().length === 0);
    const sent = await this.#eventually(() => this.#crowd.unanswered === 0);
    await this.#eventually(() => this.#backlog() === 0);
    const missing = missingNow();
    if (!sent) this.#complaints.push(`R15: ${this.#crowd.unanswered} messages are still unsent`);
    for (const text of missing.slice(0, 5)) this.#complaints.push(`R15: typed but in no log: ${text}`);
    this.#complain(this.#verdict());
    const { agents, visitors } = this.#crowd;
    const sum = (of: number[]) => of.reduce((total, each) => total + each, 0);
    const taken = sum(agents.map((agent) => agent.taken));
    Object.assign(this.#happened, {
      'connections cut': this.#cuts,
      'taken conversations': taken,
      'messages answered while D1 was down': this.#book.latencies('D1 down').length,
    });
    console.log(
      `R15 typed ${typed.length}, delivered ${typed.length - missing.length}, ${seconds(Date.now() - began)} s after their return`,
    );
    console.log(
      `sometimes: connections cut ${this.#cuts}, reloads ${sum(visitors.map((visitor) => visitor.reloads))}, ` +
        `sockets ${this.#book.sockets}, taken ${taken}, ` +
        `takes too late ${sum(agents.map((agent) => agent.tooLate))}, ` +
        `conversations ${storedConversations(this.#options.dataDir).length}, refusals ${JSON.stringify(Object.fromEntries(this.#book.refusals))}`,
    );
  }

  /** R6: the history is dropped, and the actors write it again: the same rows. */
  async #rebuild(): Promise<void> {
    const before = await this.#history();
    const began = Date.now();
    let after: string | null | undefined;
    let conversations = 0;
    do {
      const body = { account: this.#account, ...(after && { after }) };
      const rebuilt: Rebuilt = await this.#ask<Rebuilt>('POST', '/api/operator/rebuild', body);
      conversations += rebuilt.conversations;
      after = rebuilt.next;
    } while (after);
    const drained = await this.#eventually(() => this.#backlog() === 0);
    const rebuilt = await this.#history();
    this.#happened['rebuilt conversations'] = conversations;
    const equal = drained && rebuilt.hash === before.hash;
    if (!equal) this.#complaints.push('R6: the rebuilt history differs');
    console.log(
      `R6 rebuilt ${conversations} conversations, ${rebuilt.rows} rows in ${seconds(Date.now() - began)} s, ` +
        `dump hash equal ${equal ? 'yes' : 'no'} (${before.hash.slice(0, 12)})`,
    );
  }

  async #history(): Promise<{ rows: number; hash: string }> {
    const dump = await this.#ask<{ conversations: unknown[]; pages: unknown[] }>(
      'GET',
      `/faults/history?account=${this.#account}`,
    );
    const hash = createHash('sha256').update(JSON.stringify(dump)).digest('hex');
    return { rows: dump.conversations.length + dump.pages.length, hash };
  }

  #verdict(): Verdict {
    const { dataDir } = this.#options;
    return judge({
      acks: this.#book.acks,
      seen: this.#book.seen,
      conversations: storedConversations(dataDir),
      history: storedHistory(dataDir),
      holds: storedHolds(dataDir),
    });
  }

  #complain(verdict: Verdict): void {
    const { lost, duplicated, gaps, reordered, owners, history } = verdict;
    for (const [what, found] of Object.entries({ lost, duplicated, gaps, reordered, owners, history })) {
      for (const one of found.slice(0, 5)) this.#complaints.push(`${what}: ${one}`);
    }
  }

  /** The number of entries that the logs have and D1 lacks. */
  #backlog(): number {
    const { dataDir } = this.#options;
    const history = storedHistory(dataDir);
    return storedConversations(dataDir).reduce((sum, { id, log }) => {
      const stored = history.get(id);
      const missing = log.length - (stored?.entries.length ?? 0);
      return sum + (missing === 0 && stored?.head !== log.length ? 1 : missing);
    }, 0);
  }

  /** Polls the files, which announce no change. */
  async #eventually(condition: () => boolean): Promise<boolean> {
    const deadline = Date.now() + this.#patience;
    while (!condition()) {
      if (Date.now() > deadline) return false;
      await pause(300);
    }
    return true;
  }

  async #setD1(mode: D1Mode): Promise<void> {
    await this.#ask('POST', `/faults/d1?mode=${mode}`);
  }

  async #ask<T>(method: string, where: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#server.address?.url}${where}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#secret}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}

function sure<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.refused}`);
  return answer;
}
