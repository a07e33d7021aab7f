/**
 * `npm run faults`: people chat while the server is killed, the lines are cut and D1 fails; then nothing happens for a while; then
 * everything is compared. `--quick` is a short run, `--seed N` repeats the same draws, `--mutant NAME` runs a server that is wrong
 * and must be found out, `--mutants` all of them. `--deploy` takes the code up anew under two thousand sockets instead, as a deploy does.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../../bin/build.mjs';
import { bundleWorker } from '../../bin/bundle.mjs';
import { scratchFolder } from '../../bin/server.mjs';
import { spawnSync } from 'node:child_process';
import { randomOf } from '../simulation/world.ts';
import { entry } from './child.ts';
import { deploy } from './deploy.ts';
import { mutants } from './modes.ts';
import { Run, type Scale } from './scenario.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    deploy: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

const full: Scale = {
  visitors: 24,
  agents: 4,
  kills: 12,
  pace: 900,
  up: 12_000,
  down: 14_000,
  between: [3_000, 7_000],
  silence: 40_000,
};
const quick: Scale = { ...full, kills: 3, up: 3_000, down: 5_000, between: [1_500, 3_000], silence: 12_000 };

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const started = Date.now();

if (values.mutants) {
  process.exitCode = catchAll() ? 0 : 1;
} else {
  await build({ log: () => undefined });
  await bundleWorker({ entry, log: () => undefined });
  const dataDir = scratchFolder();
  const random = randomOf(seed);
  const run = new Run({ scale: values.quick ? quick : full, dataDir, random, mutant: values.mutant });
  console.log(`seed ${seed}, node ${process.version}${values.mutant ? `, mutant ${values.mutant}` : ''}`);
  let sound = false;
  try {
    sound = await (values.deploy ? deploy(dataDir, random) : run.all());
  } catch (error) {
    console.error(error);
  } finally {
    await run.end();
    if (values.keep || (!sound && !values.mutant)) console.log(`left in ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }
  console.log(`${sound ? 'sound' : 'UNSOUND'} in ${Math.round((Date.now() - started) / 1_000)} s`);
  process.exit(sound ? 0 : 1);
}

/** Each mutant in a short run of its own: one that passes for sound shows that the checks are blind. */
function catchAll(): boolean {
  let all = true;
  for (const mutant of mutants) {
    const args = [import.meta.filename, '--quick', '--mutant', mutant, '--seed', String(seed)];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const found = new Set([...stdout.matchAll(/^ {2}unsound: ([^:]+):/gm)].map((match) => match[1]));
    console.log(
      `mutant ${mutant}: ${status === 0 ? 'NOT FOUND OUT' : `found out by ${[...found].join(', ')}`}`,
    );
    if (status === 0) all = false;
  }
  return all;
}
