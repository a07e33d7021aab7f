/**
 * `npm run faults`: people chat while the server is killed, the lines are cut and D1 fails; then nothing happens for a while; then
 * everything is compared. `--quick` is a short run, `--seed N` repeats the same draws, `--mutant NAME` runs a server that is wrong
 * and must be found out, `--mutants` all of them. `--deploy` takes the code up anew under two thousand sockets instead, as a deploy does.
 * `--attack` lets strangers attack sign-in and the visitors' door while people chat.
 * `--smoke` is any of these in miniature, to see that it works. `--built` where the bundle is known to be fresh.
 */
import { rmSync } from 'node:fs';
import { readArguments } from '../../bin/arguments.mjs';
import { build } from '../../bin/build.mjs';
import { bundleWorker } from '../../bin/bundle.mjs';
import { scratchFolder } from '../../bin/server.mjs';
import { spawnSync } from 'node:child_process';
import { randomOf } from '../simulation/world.ts';
import { entry } from './child.ts';
import { attack } from './attack.ts';
import { deploy } from './deploy.ts';
import { mutants, surest } from './modes.ts';
import { attackScales, deployScales, scales, type ScaleName } from './scales.ts';
import { Run } from './scenario.ts';

const usage = `npm run faults -- [options]

Plays chats while the server is killed, lines are cut and D1 fails, and compares everything afterwards.

  --quick        a short run
  --smoke        in miniature: shows that it works
  --deploy       takes the code up anew under 2,000 sockets instead, as a deploy does
  --attack       strangers attack sign-in and the visitors' door instead, while people chat
  --mutant NAME  runs a server that is wrong, and must be found out
  --mutants      all of them, each in a short run
  --seed N       for the same draws again
  --keep         leaves the data folder in place
`;

const { values } = readArguments(usage, {
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
    seed: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    deploy: { type: 'boolean', default: false },
    attack: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});

const scale: ScaleName = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const started = Date.now();

if (values.mutants) {
  await prepare();
  process.exitCode = catchAll() ? 0 : 1;
} else {
  await prepare();
  const dataDir = scratchFolder();
  const random = randomOf(seed);
  const run = new Run({ scale: scales[scale], dataDir, random, mutant: values.mutant });
  console.log(`seed ${seed}, node ${process.version}${values.mutant ? `, mutant ${values.mutant}` : ''}`);
  let sound = false;
  try {
    sound = await (values.attack
      ? attack(attackScales[scale], dataDir)
      : values.deploy
        ? deploy(deployScales[scale], dataDir, random)
        : run.all());
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

async function prepare(): Promise<void> {
  if (values.built) return;
  await build({ log: () => undefined });
  await bundleWorker({ entry, log: () => undefined });
}

/** Each mutant in a short run of its own: one that passes for sound shows that the checks are blind. */
function catchAll(): boolean {
  let all = true;
  const size = scale === 'smoke' ? '--smoke' : '--quick';
  for (const mutant of scale === 'smoke' ? surest : mutants) {
    const args = [import.meta.filename, size, '--built', '--mutant', mutant, '--seed', String(seed)];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const found = new Set([...stdout.matchAll(/^ {2}unsound: ([^:]+):/gm)].map((match) => match[1]));
    // A run that crashed has detected nothing.
    const caught = status !== 0 && found.size > 0;
    console.log(`mutant ${mutant}: ${caught ? `found out by ${[...found].join(', ')}` : 'NOT FOUND OUT'}`);
    if (!caught) all = false;
  }
  return all;
}
