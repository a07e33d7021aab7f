/** Runs the model once: clients, traffic and faults for a while, then quiet; the rules are checked at every step. */
import { fold } from '#domain/conversation/conversation';
import { sideOf } from '#domain/conversation/parties';
import { stateForVisitor } from '#domain/conversation/redaction';
import { isRevisable } from '#domain/conversation/revisions';
import type { Entry } from '#protocol';
import { bind } from '../../worker/actors/conversation/followers/following.ts';
import { followers } from '../../worker/actors/conversation/followers/table.ts';
import { archivePages, SimulatedArchive, type ArchiveMutation } from './archive.ts';
import { birth, visitor } from './birth.ts';
import { calm, SimulatedClient, type Faults } from './client.ts';
import { aliasIn, isSame, marked, readable, wrongIn } from './readers.ts';
import { SimulatedServer, type Mutations } from './server.ts';
import { World } from './world.ts';

export interface Outcome {
  violations: string[];
  readonly steps: number;
  readonly sent: number;
  readonly entries: number;
  readonly edits: number;
  readonly deletions: number;
  readonly notes: number;
  readonly quotes: number;
  readonly evictions: number;
  readonly crashes: number;
  readonly archiveFailures: number;
}

const anna = { kind: 'agent', id: 'usr_anna', name: 'Anna' } as const;
const ben = { kind: 'agent', id: 'usr_ben', name: 'Ben' } as const;
const sofia = { kind: 'agent', id: 'usr_sofia', name: 'Sofia' } as const;

/** Runs one seed. */
export async function runModel(seed: number, mutations: Mutations & ArchiveMutation = {}): Promise<Outcome> {
  const world = new World(seed);
  const faults: Faults = {
    loss: world.random() * 0.05,
    doubling: world.random() * 0.1,
    delay: 5 + world.random() * 200,
    blackHole: world.random() * 0.01,
    cut: world.random() * 0.05,
  };
  const archive = new SimulatedArchive(world, world.random() * 0.4, mutations, (text, head) =>
    server.shown('agent', text, head),
  );
  // In every other world a fast sender is told to slow down.
  const paces = world.chance(0.5) ? { rate: 2, burst: 3 } : { rate: 1_000, burst: 2_000 };
  // In two of three worlds the actor is evicted at random moments, more or less often.
  const evicted = world.chance(0.67) ? world.random() * 0.1 : 0;
  const server: SimulatedServer = new SimulatedServer(
    world,
    bind(followers, archive.ends()),
    paces,
    mutations,
  );
  server.begin(birth);
  server.core.perform(anna, { t: 'assign', agent: anna, generation: 1 });
  await world.run(50);
  const clients = [visitor, visitor, anna, ben].map((by) => new SimulatedClient(server, faults, by));
  clients.push(new SimulatedClient(server, faults, sofia, ['supervisor']));
  const texts = { count: 0 };
  const violations: string[] = [];
  const looked = new Map<SimulatedClient, string>();
  let quiet = false;
  world.onStep = () => {
    violations.push(...server.violations.splice(0));
    // At the end evictions follow the runtime's rules: a watch that is evicted again and again in its ten seconds
    // closes no lagging tab.
    if (world.chance(evicted)) {
      if (quiet) server.evict();
      else server.evictNow();
    }
    if (server.dirty || violations.length > 0) return;
    const moved = clients.filter((one) => {
      const { from, cursor, entries } = one.client.view;
      const look = `${from} ${cursor} ${entries.length}`;
      const same = looked.get(one) === look;
      looked.set(one, look);
      return !same;
    });
    violations.push(...windowViolations(server, moved));
  };
  for (let i = 0; i < 60; i++) {
    act(world, server, clients, texts);
    await world.run(world.random() * 1_500);
    // A pause without any action.
    if (world.chance(0.04)) await world.run(10_000 + world.random() * 170_000);
  }
  Object.assign(faults, calm);
  quiet = true;
  await world.run(40_000);
  archive.heal();
  await world.run(180_000);
  if (violations.length === 0) violations.push(...quietViolations(server, clients, archive));
  if (violations.length === 0) violations.push(...(await silenceViolations(world, server, clients)));
  const log = server.committedLog();
  const count = (holds: (entry: Entry) => boolean) => log.filter(holds).length;
  return {
    violations,
    steps: world.steps,
    sent: clients.flatMap((client) => client.sent).length,
    entries: log.length,
    edits: count(({ kind }) => kind === 'message.edited'),
    deletions: count(({ kind }) => kind === 'message.deleted'),
    notes: count(({ kind }) => kind === 'note.added'),
    quotes: count((entry) => entry.kind === 'message.sent' && entry.quote !== undefined),
    evictions: server.evictions,
    crashes: server.crashes,
    archiveFailures: archive.failures,
  };
}

/** The number of texts that were written so far. */
interface Texts {
  count: number;
}

function act(world: World, server: SimulatedServer, clients: SimulatedClient[], texts: Texts): void {
  const client = clients[Math.floor(world.random() * 3)];
  const draw = world.random();
  const text = () => marked(++texts.count);
  if (draw < 0.25) client?.send(text());
  else if (draw < 0.4) for (let n = 0; n < 8; n++) client?.send(text());
  else if (draw < 0.6) for (let n = 0; n < 3; n++) revise(world, clients, text);
  else if (draw < 0.7) client?.cut();
  else if (draw < 0.75) client?.reload();
  else if (draw < 0.85) server.evict();
  else if (draw < 0.95) {
    // While a message or a deletion is on its way, or in the middle of its write.
    if (world.chance(0.5)) client?.send(text());
    if (world.chance(0.5)) revise(world, clients, text);
    world.after(world.random() * 100, () => server.crash());
  } else client?.client.read();
}

/** An edit, a deletion, a quote or a note, of what the reader has on the screen. */
function revise(world: World, clients: SimulatedClient[], text: () => string): void {
  const client = clients[Math.floor(world.random() * clients.length)];
  if (!client) return;
  const { by, roles } = client;
  const shown = client.client.view.entries.filter(isRevisable);
  const own = shown.filter((entry) => 'id' in entry.by && entry.by.id === by.id && !entry.deleted);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(world.random() * list.length)];
  const draw = world.random();
  if (draw < 0.45) {
    const target = pick(own);
    if (target) client.edit(target.seq, text());
  } else if (draw < 0.65) {
    const target = pick(roles.includes('supervisor') ? shown.filter(({ deleted }) => !deleted) : own);
    if (target) client.delete(target.seq);
  } else if (draw < 0.8 && by.kind === 'agent') client.note(text());
  else if (by !== ben && by !== sofia) {
    const quoted = pick(shown.filter(({ kind, deleted }) => kind === 'message.sent' && !deleted));
    client.send(text(), quoted?.seq);
  }
}

/** I4: at every moment a client shows a gapless window of the log, as its reader may see it. */
function windowViolations(server: SimulatedServer, clients: SimulatedClient[]): string[] {
  const log = server.committedLog();
  return clients.flatMap(({ client, by, reader }) => {
    const { view } = client;
    const wrong = wrongIn(view, log, reader);
    return wrong.length === 0
      ? []
      : [`I4: ${by.id} does not hold (${view.from}, ${view.cursor}]: ${wrong.join()}`];
  });
}

/** The rules after quiet: I1 to I5 and CMD-11. */
function quietViolations(
  server: SimulatedServer,
  clients: SimulatedClient[],
  archive: SimulatedArchive,
): string[] {
  const log = server.committedLog();
  const found = windowViolations(server, clients);
  if (log.some((entry, index) => entry.seq !== index + 1)) found.push('I3: the log has a gap');
  for (const { client, by, sent, reader, refused } of clients) {
    const { view } = client;
    if (view.cursor !== log.length) found.push(`LOG-1: ${by.id} is at ${view.cursor} of ${log.length}`);
    const shown = readable(log, reader).filter(({ seq }) => seq > view.from);
    if (!isSame(view.entries, shown)) found.push(`ENT-19: ${by.id} shows a text that was revised`);
    // Two clients may change the same message at once; then the later one finds it deleted.
    if (refused.some((refusal) => !/not_found$/.test(refusal)))
      found.push(`CMD-26: ${by.id} was refused ${refused.join()}`);
    if (view.pending.length > 0) found.push(`CMD-11: ${by.id} has ${view.pending.length} unanswered`);
    for (const id of sent) {
      const times = log.filter((entry) => 'id' in entry && entry.id === id).length;
      if (times !== 1) found.push(`I2: ${id} is in the log ${times} times`);
    }
    const seqs = sent.map((id) => log.findIndex((entry) => 'id' in entry && entry.id === id));
    if (seqs.some((seq, index) => seq < (seqs[index - 1] ?? 0)))
      found.push(`CMD-11: what ${by.id} wrote stands in another order`);
    // The last entry may be one that a visitor does not receive.
    const folded = view.state && { ...view.state, head: log.length };
    if (!isSame(folded, sideOf(by) === 'agent' ? fold('con_a', log) : shownState(log)))
      found.push(`LOG-5: the fold of ${by.id} is not the log’s`);
  }
  if (!isSame(archive.pages(), archivePages(log))) found.push('I5: the archive is not the log');
  return found;
}

/** F31 F35 MRK-10: all messages are read, and minutes pass: no mark falls, and no tab loses its socket. */
async function silenceViolations(
  world: World,
  server: SimulatedServer,
  clients: SimulatedClient[],
): Promise<string[]> {
  for (const { client } of clients) client.read();
  await world.run(5_000);
  const [one] = clients;
  const { lagging } = server;
  for (let minute = 0; minute < 3; minute++) {
    server.evictNow();
    await world.run(world.random() * 120_000);
    one?.reload();
    await world.run(15_000);
  }
  const head = server.committedLog().length;
  const mark = { delivered: head, read: head, unread: 0 };
  const found = [...server.violations];
  const { marks, told } = server.core.journal;
  if (!isSame(marks, { visitor: mark, agent: mark }) || !isSame(told, marks))
    found.push(`F35: at ${head} the marks are ${JSON.stringify(marks)}, as told ${JSON.stringify(told)}`);
  if (server.lagging > lagging) found.push('MRK-10: a tab that holds everything was closed');
  return found;
}

const shownState = (log: readonly Entry[]) => stateForVisitor(fold('con_a', log), aliasIn(log));
