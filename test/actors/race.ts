/**
 * A race for capacity: agents accept, decline, take, transfer, close and disappear at random, while actors lose their
 * memory and the clock jumps. Its faults are detected in the ledger's own table at every write, and in the logs at the
 * end.
 */
import { isRefusal, type Decision, type Entry, type Refusal } from '#protocol';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { decisions, rule } from './floor-scene.ts';
import {
  env,
  maybeEvict,
  newScene,
  uuid,
  type holdClock,
  type Scene,
  type SceneAgent,
  type Tab,
} from './scene.ts';

export interface RaceOptions {
  readonly agents: number;
  readonly chats: number;
  readonly steps: number;
  /** The range of agents' limits: from, and to. */
  readonly limits: readonly [number, number];
  readonly random: () => number;
  readonly clock: ReturnType<typeof holdClock>;
}

interface Kept {
  readonly conversation: string;
  readonly agent: string;
  readonly generation: number;
  readonly state: 'offered' | 'reserved' | 'active';
  readonly expiresAt: number | null;
}

interface Runner {
  readonly agent: SceneAgent;
  readonly limit: number;
  desk: Tab;
  away: boolean;
}

interface Chat {
  readonly conversation: string;
  tab: Tab;
}

/** The faults to detect, each with its evidence. */
export interface Wrongs {
  readonly doubleOwners: string[];
  readonly overLimit: string[];
  readonly leaked: string[];
  readonly outcomes: string[];
}

const offerSeconds = 20;

export class Race {
  readonly scene: Scene = newScene();
  readonly wrongs: Wrongs = { doubleOwners: [], overLimit: [], leaked: [], outcomes: [] };
  /** How often each event happened that could have gone wrong. */
  readonly counts: Record<string, number> = {};
  readonly #options: RaceOptions;
  readonly #agents: Runner[] = [];
  readonly #chats: Chat[] = [];
  #kept: Kept[] = [];

  constructor(options: RaceOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { steps, chats } = this.#options;
    await this.#open();
    const first = Math.ceil(chats * 0.7);
    await this.#arrive(first);
    for (let step = 0; step < steps; step++) {
      const due = Math.ceil(first + ((chats - first) * (step + 1)) / steps);
      await Promise.all([this.#arrive(due - this.#chats.length), this.#step()]);
      await this.#look();
    }
    await this.#quiet();
    await this.#judge();
  }

  async #open(): Promise<void> {
    const { agents, limits, random } = this.#options;
    const [least, most] = limits;
    const names = Array.from({ length: agents }, (_, number) => `Agent ${number}`);
    await rule(this.scene, { assignment: 'offered', offerSeconds });
    await inTurns(names, 8, async (name) => {
      const agent = await this.scene.agent(name);
      const limit = least + Math.floor(random() * (most - least + 1));
      await env.DB.prepare('UPDATE users SET live_limit = ?, version = version + 1 WHERE id = ?')
        .bind(limit, agent.party.id)
        .run();
      await agent.stub.reread();
      this.#agents.push({ agent, limit, desk: await agent.desk(), away: false });
    });
    await runInDurableObject(this.scene.dispatcher, (_, { storage: { sql } }) => {
      sql.exec('CREATE TABLE race_limits (agent TEXT PRIMARY KEY, live INTEGER)');
      sql.exec('CREATE TABLE race_over (agent TEXT, held INTEGER)');
      for (const { agent, limit } of this.#agents)
        sql.exec('INSERT INTO race_limits VALUES (?, ?)', agent.party.id, limit);
      const held = 'SELECT count(*) FROM places WHERE agent = NEW.agent';
      for (const write of ['INSERT', 'UPDATE'])
        sql.exec(
          `CREATE TRIGGER race_${write} AFTER ${write} ON places
           WHEN (${held}) > (SELECT live FROM race_limits WHERE agent = NEW.agent)
           BEGIN INSERT INTO race_over VALUES (NEW.agent, (${held})); END`,
        );
    });
  }

  async #arrive(count: number): Promise<void> {
    await inTurns(Array.from({ length: count }), 8, async () => {
      const visitor = await this.scene.visitor();
      const { conversation } = await visitor.say('hello');
      this.#chats.push({ conversation, tab: await visitor.attach(conversation) });
    });
  }

  /** A few actions and accidents at the same time. */
  async #step(): Promise<void> {
    const acts = Array.from({ length: 8 + this.#below(10) }, () => this.#act());
    if (this.#chance(0.3)) acts.push(...this.#atDeadline());
    if (this.#chance(0.25)) acts.push(this.#accident());
    if (this.#chance(0.2)) this.#options.clock.by(this.#below(3_000));
    if (this.#chance(0.5)) acts.push(this.#alarm());
    await Promise.all(acts.map((act) => act.catch(() => this.#count('cut off'))));
  }

  #act(): Promise<void> {
    const offered = this.#one(this.#kept.filter(({ state }) => state === 'offered'));
    const owned = this.#one(this.#kept.filter(({ state }) => state === 'active'));
    const draw = this.#options.random();
    if (draw < 0.4) return offered ? this.#accept(offered) : this.#take();
    if (draw < 0.48) return offered ? this.#decline(offered) : this.#take();
    if (draw < 0.64) return this.#take();
    if (draw < 0.76) return owned ? this.#pass(owned) : this.#take();
    if (draw < 0.9) return owned ? this.#close(owned.conversation) : this.#take();
    return offered && this.#chance(0.5) ? this.#drop(offered.agent, this.#accept(offered)) : this.#drop();
  }

  async #accept({ conversation, agent, generation }: Kept): Promise<void> {
    const who = this.#partyOf(agent);
    this.#note('accepted', await this.scene.dispatcher.accept(who, conversation, generation));
  }

  async #decline({ conversation, agent, generation }: Kept): Promise<void> {
    const refusal = this.scene.dispatcher.decline(agent, conversation, generation);
    this.#note('declined', (await refusal) ?? {});
  }

  /** Several agents take the same waiting chat by hand at once. */
  async #take(): Promise<void> {
    const chat = this.#one(this.#chats);
    if (!chat) return;
    const takers = Array.from({ length: 1 + this.#below(3) }, () => this.#one(this.#agents));
    await Promise.all(
      takers.map(async (taker) => {
        if (taker) this.#note('taken', await taker.agent.take(chat.conversation));
      }),
    );
  }

  async #pass({ conversation, agent }: Kept): Promise<void> {
    const supervises = this.#chance(0.25);
    const giver = { party: this.#partyOf(agent), supervises };
    const { id, name } = this.scene.campaign;
    const to = this.#one(this.#agents)?.agent.party.id ?? '';
    const passed = this.#chance(0.2)
      ? this.scene.dispatcher.send(giver, conversation, { kind: 'campaign', id, name })
      : this.scene.dispatcher.give(giver, conversation, to);
    this.#note(supervises ? 'given' : 'passed', await passed);
  }

  async #close(conversation: string): Promise<void> {
    const chat = this.#chats.find((one) => one.conversation === conversation);
    chat?.tab.send({ t: 'conversation.close', id: uuid() });
    this.#count('closed');
    await Promise.resolve();
  }

  /** An agent disconnects, with their actions still in progress, or reconnects. */
  async #drop(id?: string, under?: Promise<void>): Promise<void> {
    const gone = this.#agents.filter(({ away }) => away);
    const named = this.#agents.find(({ agent }) => agent.party.id === id);
    const who = named ?? this.#one(this.#chance(0.2 * gone.length) ? gone : this.#agents);
    if (!who) return;
    who.away = !who.away;
    this.#count(who.away ? 'went' : 'came back');
    if (who.away && this.#chance(0.5)) who.desk.close();
    await Promise.all([who.agent.stub.setStatus(who.away ? 'offline' : 'online'), under]);
    if (!who.away) who.desk = await who.agent.desk();
  }

  /** An agent accepts within 50 ms of the deadline, and the alarm fires as well. */
  #atDeadline(): Promise<void>[] {
    const offers = this.#kept.filter(({ state }) => state === 'offered');
    const [offered] = offers.sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0));
    if (!offered || offered.expiresAt === null) return [];
    const { clock } = this.#options;
    const at = offered.expiresAt - 50 + this.#below(101);
    if (at < clock.now) return [];
    clock.to(at);
    this.#count('at the deadline');
    const both = [() => this.#accept(offered), () => this.#alarm()];
    return (this.#chance(0.5) ? both : both.toReversed()).map((act) => act());
  }

  /** An actor loses its memory, in good order or in the middle of its work. */
  async #accident(): Promise<void> {
    const chat = this.#one(this.#chats);
    const stub =
      this.#chance(0.5) || !chat ? this.scene.dispatcher : this.scene.conversation(chat.conversation);
    if (this.#chance(0.5)) {
      this.#count('evicted');
      await evictDurableObject(stub);
    } else {
      this.#count('aborted');
      await runInDurableObject(stub as DurableObjectStub, (_, ctx) => ctx.abort('an accident'));
    }
  }

  async #alarm(): Promise<void> {
    await runDurableObjectAlarm(this.scene.dispatcher);
  }

  /** Reads the present ledger, on which the next actions are based. */
  async #look(): Promise<void> {
    this.#kept = await runInDurableObject(this.scene.dispatcher, (_, { storage: { sql } }) => {
      const rows = sql.exec('SELECT conversation, agent, generation, state, terms FROM places');
      return [...rows].map(({ terms, ...row }) => ({
        ...(row as unknown as Kept),
        expiresAt: (JSON.parse((terms as string | null) ?? '{}') as { expiresAt?: number }).expiresAt ?? null,
      }));
    });
    const considering = this.#kept.filter(({ state }) => state === 'offered').length;
    this.counts['most offers at once'] = Math.max(this.counts['most offers at once'] ?? 0, considering);
    const full = this.#agents.filter(
      ({ agent, limit }) => this.#kept.filter((hold) => hold.agent === agent.party.id).length === limit,
    );
    this.counts['most agents full'] = Math.max(this.counts['most agents full'] ?? 0, full.length);
  }

  /** No further actions: runs everything that is due until nothing changes. */
  async #quiet(): Promise<void> {
    const { clock } = this.#options;
    await maybeEvict('evicted', this.scene.dispatcher);
    // Tabs that have just pinged: the rest takes less than a lease.
    await inTurns(this.#agents, 8, async (one) => void (one.desk = await one.agent.desk()));
    for (let round = 0; round < 4; round++) {
      clock.by(15_000);
      await inTurns(this.#agents, 8, ({ agent }) => this.#ring(agent.stub));
      await inTurns(this.#chats, 8, ({ conversation }) => this.#ring(this.scene.conversation(conversation)));
      await this.#ring(this.scene.dispatcher);
    }
    await this.#look();
  }

  async #ring(stub: DurableObjectStub): Promise<void> {
    await runDurableObjectAlarm(stub).catch(() => undefined);
  }

  async #judge(): Promise<void> {
    const over = await runInDurableObject(this.scene.dispatcher, (_, { storage: { sql } }) => [
      ...sql.exec('SELECT agent, held FROM race_over'),
    ]);
    this.wrongs.overLimit.push(...over.map((row) => JSON.stringify(row)));
    await inTurns(this.#chats, 8, async ({ conversation }) => {
      const stub = this.scene.conversation(conversation);
      const range = await stub.range('agent', undefined, 100);
      if (typeof range !== 'string') throw new Error(JSON.stringify(range));
      const { entries } = JSON.parse(range) as { entries: Entry[] };
      const decided = await decisions(this.scene, conversation);
      this.wrongs.doubleOwners.push(...doubleOwners(entries).map((what) => `${conversation}: ${what}`));
      const state = await stub.state();
      const holds = this.#kept.filter((hold) => hold.conversation === conversation);
      const owner = state?.phase === 'active' ? state.owner?.id : undefined;
      const standing = holds.filter((hold) => hold.state === 'offered').map(({ generation }) => generation);
      this.wrongs.outcomes.push(
        ...wrongOutcomes(decided, entries, standing).map((what) => `${conversation}: ${what}`),
      );
      for (const hold of holds.filter((one) => one.state === 'reserved'))
        this.wrongs.leaked.push(JSON.stringify(hold));
      const active = holds.filter((hold) => hold.state === 'active');
      if (active.map(({ agent }) => agent).join() !== (owner ?? ''))
        this.wrongs.leaked.push(`${conversation} is owned by ${owner}: ${JSON.stringify(active)}`);
      this.#count('owned in the end', owner ? 1 : 0);
      for (const one of decided) if (one.kind === 'outcome') this.#count(`offers ${one.outcome}`);
      this.#count('assignments', entries.filter(({ kind }) => kind === 'agent.assigned').length);
    });
  }

  #partyOf(id: string) {
    const found = this.#agents.find(({ agent }) => agent.party.id === id);
    return found?.agent.party ?? { kind: 'agent' as const, id, name: '' };
  }

  #note(what: string, answer: Refusal | object): void {
    this.#count(isRefusal(answer) ? `${what}: ${answer.refused}` : what);
  }

  #count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  #below(end: number): number {
    return Math.floor(this.#options.random() * end);
  }

  #chance(probability: number): boolean {
    return this.#options.random() < probability;
  }

  #one<T>(of: readonly T[]): T | undefined {
    return of[this.#below(of.length)];
  }
}

/** I9: one owner at a time, and generations only grow. */
export function doubleOwners(entries: readonly Entry[]): string[] {
  const wrong: string[] = [];
  let owner: string | null = null;
  let generation = 0;
  entries.forEach((entry, index) => {
    if (entry.kind === 'agent.unassigned') {
      if (owner !== entry.agent.id || generation !== entry.generation)
        wrong.push(`${entry.seq} frees another`);
      owner = null;
    }
    if (entry.kind !== 'agent.assigned') return;
    if (entry.generation <= generation) wrong.push(`generation ${entry.generation} after ${generation}`);
    // Only a transferred conversation goes from one owner directly to the next.
    if (owner !== null && entries[index - 1]?.kind !== 'conversation.transferred')
      wrong.push(`${entry.agent.id} beside ${owner}`);
    owner = entry.agent.id;
    generation = entry.generation;
  });
  return wrong;
}

/** I11: an offer has one outcome, in its time, and only an accepted one makes an owner. */
export function wrongOutcomes(
  decided: readonly Decision[],
  entries: readonly Entry[],
  standing: readonly number[] = [],
): string[] {
  const wrong: string[] = [];
  const offers = decided.filter(({ kind }) => kind === 'offered' || kind === 'passed');
  const asked = decided.filter((one) => 'generation' in one && one.kind !== 'outcome');
  const generations = asked.map((one) => ('generation' in one ? one.generation : 0));
  if (generations.some((one, index) => one <= (generations[index - 1] ?? 0)))
    wrong.push(`asked under ${generations.join()}`);
  for (const offer of offers) {
    if (!('generation' in offer)) continue;
    const { generation, agent } = offer;
    const of = decided.flatMap((one) =>
      one.kind === 'outcome' && one.generation === generation && one.outcome !== 'refused' ? [one] : [],
    );
    const assigned = entries.filter(
      (entry) => entry.kind === 'agent.assigned' && entry.generation === generation,
    );
    if (of.length !== (standing.includes(generation) ? 0 : 1))
      wrong.push(`offer ${generation}: ${of.map(({ outcome }) => outcome).join()}`);
    const [end] = of;
    const took = end ? end.at - offer.at : 0;
    const late = took >= offerSeconds * 1_000;
    if (end?.outcome === (late ? 'accepted' : 'expired'))
      wrong.push(`offer ${generation}: ${end.outcome} after ${took} ms`);
    if (assigned.length > 0 && end?.outcome !== 'accepted')
      wrong.push(`offer ${generation}: ${end?.outcome}, and it is ${agent}'s`);
  }
  return wrong;
}

/** Runs the work for all, `width` at a time. */
async function inTurns<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const worker = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
