import { cpSync, existsSync, appendFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { languages } from '../worker/protocol/people/people.ts';
import { assets, at, built } from './paths.mjs';
import { bundleWorker } from './bundle.mjs';
import { lockFolderWhenFree } from './lock.mjs';
import { generate } from './generate.mjs';
import { run } from './run.mjs';
import { forget, isFresh, remember, stampOf } from './stamps.mjs';

const contract = ['worker/protocol', 'worker/domain', 'package-lock.json', 'tsconfig.json'];
const generators = ['bin/emoji.mjs'];
const sources = {
  app: ['app', 'widget/client', ...generators, ...contract],
  widget: ['widget', ...generators, ...contract],
  worker: ['worker', 'migrations', 'wrangler.toml', 'bin/bundle.mjs', ...contract],
};

/** @param {(line: string) => void} log */
async function buildApp(log) {
  log('Building the app');
  await run('vite', ['build', '--logLevel', 'warn'], { cwd: at('app') });
}

/** @param {(line: string) => void} log */
async function buildWidget(log) {
  log('Building the widget');
  rmSync(path.join(built, 'widget'), { recursive: true, force: true });
  const builds = [
    ['loader'],
    ['loader', '--mode', 'alerts'],
    ...languages.map((language) => ['frame', '--mode', language]),
  ];
  await Promise.all(
    builds.map(([part, ...mode]) =>
      run('vite', ['build', '--config', `widget/${part}/vite.config.ts`, '--logLevel', 'warn', ...mode]),
    ),
  );
}

/**
 * The app and the widget are built in separate folders and copied together here, so that neither build empties the
 * other's folder.
 */
function composeAssets() {
  const next = `${assets}.next`;
  const last = `${assets}.last`;
  rmSync(next, { recursive: true, force: true });
  cpSync(path.join(built, 'app'), next, { recursive: true });
  cpSync(path.join(built, 'widget'), next, { recursive: true });
  appendFileSync(path.join(next, '_headers'), readFileSync(at('widget', '_headers')));
  rmSync(last, { recursive: true, force: true });
  if (existsSync(assets)) renameSync(assets, last);
  renameSync(next, assets);
  rmSync(last, { recursive: true, force: true });
}

/**
 * Builds every part that is older than its sources.
 * @param {{ log?: (line: string) => void, only?: ('app' | 'widget' | 'worker')[] }} [options]
 */
export async function build({ log = console.log, only = ['app', 'widget', 'worker'] } = {}) {
  const lock = await lockFolderWhenFree(built, () => log('Waiting for another build to end'));
  try {
    await generate();
    const stale = only
      .map((part) => ({ part, stamp: stampOf(sources[part]) }))
      .filter(({ part, stamp }) => !isFresh(part, stamp));
    for (const { part } of stale) forget(part);
    const builders = { app: buildApp, widget: buildWidget, worker: () => bundleWorker({ log }) };
    // Waits for all parts, also after a failure: the lock must not be released while a part still writes.
    const results = await Promise.allSettled(stale.map(({ part }) => builders[part](log)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    if (stale.some(({ part }) => part !== 'worker')) composeAssets();
    for (const { part, stamp } of stale) remember(part, stamp);
  } finally {
    lock.release();
  }
}

const isMain = import.meta.url === pathToFileURL(process.argv[1] ?? '').href;
// Bundling runs wrangler, and wrangler runs this file before it bundles.
if (isMain && !process.env['PARLEY_BUNDLING']) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
