/**
 * `npm run bench`: compares the speed of Parley with two peers. Each figure is the median of pairs measured in turn,
 * with its spread.
 *   (a) a bare Durable Object that stores, numbers and echoes (peers/bare-object.ts): the lower bound on this platform
 *   (b) socket.io, its Redis adapter, PostgreSQL with synchronous commit (peers/socket-io.mjs): the usual alternative
 *   (c) Parley whole, from a visitor's message to the agent's open conversation
 * The servers have one core and the load generator (load.ts) another. The same loop sends to all peers, over sockets
 * without compression. Data is in /dev/shm, since production's storage is not this disk; throughput is also measured in
 * the system's temporary folder. The figures are printed, and written as JSON into the temporary folder.
 *   npm run bench                       everything but the long run, about 35 minutes
 *   npm run bench -- --only latency,idle   some parts; canned is canned responses in an agent's browser
 *   npm run bench -- --quick            two pairs and short runs: figures for a first look
 *   npm run bench -- --smoke            every measure in miniature, three at once: shows that they work, and no more
 *   npm run bench -- --long             p99 at a thousand a second: seven pairs of a minute each
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from '../../bin/build.mjs';
import { bundleWorker } from '../../bin/bundle.mjs';
import type { Figure } from './figures.ts';
import { canned } from './measures/canned.ts';
import { cost } from './measures/cost.ts';
import { files } from './measures/files.ts';
import { idle } from './measures/idle.ts';
import { long } from './measures/long.ts';
import { memory } from './measures/memory.ts';
import { routing, staffEntry } from './measures/routing.ts';
import { countingEntry, rows } from './measures/rows.ts';
import { speed } from './measures/speed.ts';
import { waking } from './measures/waking.ts';
import { socketIoFolder } from './peers/packages.ts';
import { missingServices, serviceVersions } from './peers/services.ts';
import { planOf, type Part, type Plan, type Scale } from './plan.ts';
import { asJson, conditions, table } from './report.ts';

/** The measures in their order, with the parts that include them. */
const measures: readonly { parts: readonly Part[]; run: (plan: Plan) => Promise<Figure[]> }[] = [
  { parts: ['throughput', 'latency'], run: speed },
  { parts: ['first'], run: waking },
  { parts: ['memory'], run: memory },
  { parts: ['rows'], run: rows },
  { parts: ['cost'], run: cost },
  { parts: ['idle'], run: idle },
  { parts: ['routing'], run: routing },
  { parts: ['files'], run: files },
  { parts: ['canned'], run: canned },
  { parts: ['long'], run: long },
];

/** Measures that run on the counting entry. */
const counted: readonly Part[] = ['rows', 'cost', 'idle'];

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
const startedAt = Date.now();
const log = (line: string) => console.log(`  ${line}`);
const asked = planOf(process.argv.slice(2));
const plan: Plan = { ...asked, log, packages: socketIoPackages() };
const about = conditions(plan.packages && serviceVersions());
console.log([...about, `seed: ${plan.seed}`].join('\n'));

await build({ log });
if (counted.some((part) => plan.parts.has(part))) await bundleWorker({ entry: countingEntry, log });
if (plan.parts.has('routing')) await bundleWorker({ entry: staffEntry, log });

const chosen = measures.filter(({ parts }) => parts.some((part) => plan.parts.has(part)));
const figures: Figure[] = [];
// A smoke run waits more than it computes, so its measures run beside each other.
const lanes = plan.scale === 'smoke' ? 3 : 1;
const queue = [...chosen];
const lane = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { parts, run } = next;
    const measured = await run(plan).catch((cause: unknown) => {
      throw new Error(`the measure ${parts.join(', ')} failed`, { cause });
    });
    figures.push(...measured);
  }
};
await Promise.all(Array.from({ length: lanes }, lane));

const remarks: Record<Scale, string> = {
  full: '',
  quick: 'A quick run: figures for a first look, not to quote.\n',
  smoke: 'A smoke run: the figures mean nothing.\n',
};
const seconds = Math.round((Date.now() - startedAt) / 1_000);
const file = path.join(
  tmpdir(),
  'parley-bench',
  `${new Date(startedAt).toISOString().replaceAll(':', '-')}.json`,
);
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, asJson(figures, { about, seed: plan.seed, scale: plan.scale, seconds }));
const shown = plan.scale === 'smoke' ? figures.map((figure) => ({ ...figure, goals: [] })) : figures;
console.log(`\n${table(shown)}\n\n${remarks[plan.scale]}${seconds} s; ${file}`);

/** Peer (b) needs packages and services. Where they can't be installed, it is left out, with a line in the output. */
function socketIoPackages(): string | undefined {
  const needed: readonly Part[] = ['throughput', 'latency', 'long'];
  if (!needed.some((part) => asked.parts.has(part))) return undefined;
  // A smoke run installs nothing.
  const installs = asked.scale !== 'smoke';
  const missing = missingServices({ installs, log });
  if (missing.length > 0) {
    log(`Peer (b) is left out: ${missing.join(' and ')} can't be found or installed here.`);
    return undefined;
  }
  const folder = socketIoFolder({ installs, log });
  if (!folder) log('Peer (b) is left out: its packages are not installed.');
  return folder;
}
