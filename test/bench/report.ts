/** Reports the figures, as a table for readers and as JSON for machines. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';
import { judge, letters, type Figure, type Goal, type Judged } from './figures.ts';
import type { PeerName } from './peers/peer.ts';
import { versions } from './peers/packages.ts';
import { cores } from './processes.ts';
import { spread, type Spread } from './statistics.ts';

/** The conditions of the figures beside the code. */
export function conditions(services: string | undefined): string[] {
  const require = createRequire(import.meta.url);
  const version = (name: string) => (require(`${name}/package.json`) as { version: string }).version;
  const [cpu] = cpus();
  return [
    `machine: ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    cores
      ? `cores: servers on ${cores.server}, generator on ${cores.generator}; load average ${loadAverage()}`
      : 'cores: not pinned, since there is one core or no taskset: the figures mean little',
    `versions: Node ${process.versions.node}, miniflare ${version('miniflare')}, workerd ${version('workerd')}; commit ${commit()}`,
    services
      ? `peer (b): ${Object.entries(versions)
          .map((one) => one.join(' '))
          .join(', ')}; ${services}`
      : 'peer (b): left out',
  ];
}

const loadAverage = () => readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).trim();
  } catch {
    return 'unknown';
  }
}

export function table(figures: readonly Figure[]): string {
  return figures.map(lines).join('\n\n');
}

function lines(figure: Figure): string {
  const { name, unit, digits = 0, samples, goals } = figure;
  const values = (Object.keys(letters) as PeerName[]).flatMap((peer) => {
    const of = samples[peer];
    return of && of.length > 0 ? [`${letters[peer]}  ${show(spread(of), digits)} ${unit}`.trimEnd()] : [];
  });
  return [name, ...values, ...goals.map((goal) => verdict(figure, judge(figure, goal)))].join('\n    ');
}

function verdict({ digits = 0 }: Figure, { goal, value, met }: Judged): string {
  const what = goal.to ? `c/${letters[goal.to]}` : 'c';
  if (!value) return `${what}  not measured`;
  const shown = show(value, goal.to ? 2 : digits);
  return met === undefined || !isGoal(goal)
    ? `${what}  ${shown}`
    : `${what}  ${shown}   goal ${limit(goal)}: ${met ? 'met' : 'MISSED'}`;
}

const isGoal = ({ atLeast, atMost }: Goal) => atLeast !== undefined || atMost !== undefined;
const limit = ({ atLeast, atMost }: Goal) =>
  atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;

function show({ median, min, max, count }: Spread, digits: number): string {
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return count === 1 ? text(median) : `${text(median)} (${text(min)} to ${text(max)}, of ${count})`;
}

/** All figures, to be compared with another run. */
export function asJson(figures: readonly Figure[], about: object): string {
  const judged = figures.map((figure) => ({
    ...figure,
    judged: figure.goals.map((goal) => judge(figure, goal)),
  }));
  return JSON.stringify({ ...about, figures: judged }, null, 2);
}
