/**
 * `npm run faults`: visitors and agents chat while the server is killed, connections are cut and D1 fails; after a
 * time of silence everything is compared. `--built` skips the build, if the bundle is known to be fresh.
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

Runs chats while the server is killed, connections are cut and D1 fails, and compares everything afterwards.

  --quick        a short run
  --smoke        a run in miniature: shows that every step works
  --deploy       loads the code again under 2,000 sockets instead, as a deployment does
  --attack       strangers attack sign-in and the visitors' routes instead, while visitors chat
  --mutant NAME  runs a faulty server, which must be detected
  --mutants      runs every mutant, each in a short run
  --seed N       repeats the random draws of an earlier run
  --keep         keeps the data folder
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
    if (values.keep || (!sound && !values.mutant)) console.log(`data folder kept: ${dataDir}`);
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

/** Runs each mutant in a short run of its own. A mutant that is judged sound shows that the checks are blind. */
function catchAll(): boolean {
  let all = true;
  const size = scale === 'smoke' ? '--smoke' : '--quick';
  for (const mutant of scale === 'smoke' ? surest : mutants) {
    const args = [import.meta.filename, size, '--built', '--mutant', mutant, '--seed', String(seed)];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const found = new Set([...stdout.matchAll(/^ {2}unsound: ([^:]+):/gm)].map((match) => match[1]));
    // A run that crashed has detected nothing.
    const caught = status !== 0 && found.size > 0;
    console.log(`mutant ${mutant}: ${caught ? `detected by ${[...found].join(', ')}` : 'NOT DETECTED'}`);
    if (!caught) all = false;
  }
  return all;
}
