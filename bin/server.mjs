import { existsSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Miniflare } from 'miniflare';
import { build } from './build.mjs';
import { bundleWorker, mainEntry } from './bundle.mjs';
import { makeFolder } from './folders.mjs';
import { lockFolder } from './lock.mjs';
import { migrate, migrateBeforeStart } from './migrations.mjs';
import { host, miniflareOptions, optionsOf, stateOf } from './miniflare-options.mjs';
import { at } from './paths.mjs';
import { kill, killWhenOrphaned, runtimesOfThisProcess } from './processes.mjs';
import { secretsOf } from './secrets.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {number} [port] 0, the default, takes a free one
 * @property {string} dataDir the folder of the databases and actors
 * @property {string} [entry] another entry of the Worker, such as one that injects faults
 * @property {Record<string, string>} [env] bindings that replace or extend those of wrangler.toml
 * @property {boolean} [quiet] print errors only
 * @property {boolean} [built] the build and the entry's bundle are known to be fresh
 * @property {'service' | 'objects'} [hashing] whether this machine's service hashes passwords, or Durable Objects as
 *   on Cloudflare
 *
 * @typedef {object} Server
 * @property {string} url
 * @property {number} port
 * @property {string} dataDir
 * @property {string} operatorSecret
 * @property {Miniflare} miniflare
 * @property {() => number[]} runtimes process ids of workerd
 * @property {() => Promise<void>} reload loads a new bundle; sockets are closed, as by a deployment
 * @property {() => Promise<void>} stop
 */

/** @type {Set<number>} */
const claimed = new Set();
let lastStart = Promise.resolve();

/**
 * Starts the built Worker on this machine.
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export function startServer(options) {
  // Servers start one after the other: a new workerd is recognised among those of this process as the one that no
  // server has claimed.
  const start = lastStart.then(() => startNow(options));
  lastStart = start.then(
    () => {},
    () => {},
  );
  return start;
}

/** @param {ServerOptions} options @returns {Promise<Server>} */
async function startNow({
  port = 0,
  dataDir,
  entry = mainEntry,
  env = {},
  quiet = false,
  built = false,
  hashing = 'service',
}) {
  const log = quiet ? () => {} : console.log;
  const folder = path.resolve(dataDir);
  const lock = lockFolder(folder);
  let miniflare;
  /** @type {ReturnType<typeof hold> | undefined} */
  let held;
  const holdAnew = () => {
    held?.letGo();
    held = hold(lock);
  };
  try {
    if (port !== 0) await refuseIfTaken(port);
    if (!built) {
      await build({ log });
      if (entry !== mainEntry) await bundleWorker({ entry, log });
    }

    const secrets = secretsOf(folder);
    const chosen = port === 0 ? await freePort() : port;
    const optionsNow = () =>
      miniflareOptions({
        entry,
        port: chosen,
        folder,
        quiet,
        hashing,
        env: {
          BEHIND_CLOUDFLARE: 'false',
          PUBLIC_URL: `http://localhost:${chosen}`,
          ...secrets,
          ...env,
        },
        // workerd crashed, and Miniflare has started another.
        onRestart: holdAnew,
      });
    const storageNow = () => storageOf({ entry, folder, log });
    await migrateBeforeStart(storageNow(), holdAnew);
    miniflare = new Miniflare(optionsNow());
    await miniflare.ready;
    holdAnew();

    const running = miniflare;
    return {
      url: `http://${host}:${chosen}`,
      port: chosen,
      dataDir: folder,
      operatorSecret: env['OPERATOR_SECRET'] ?? secrets.OPERATOR_SECRET,
      miniflare: running,
      runtimes: () => (held?.runtimes ?? []).map(({ pid }) => pid),
      async reload() {
        await migrate(running, storageNow());
        await running.setOptions(optionsNow());
        holdAnew();
      },
      async stop() {
        await disposeOf(running, held?.runtimes ?? []);
        held?.letGo();
        lock.release();
      },
    };
  } catch (error) {
    await miniflare?.dispose().catch(() => {});
    lock.release();
    throw error;
  }
}

/** @param {ReturnType<typeof lockFolder>} lock */
function hold(lock) {
  const runtimes = runtimesOfThisProcess().filter(({ pid }) => !claimed.has(pid));
  for (const { pid } of runtimes) claimed.add(pid);
  lock.record(runtimes);
  const dismiss = killWhenOrphaned(runtimes.map(({ pid }) => pid));
  return {
    runtimes,
    letGo() {
      dismiss();
      for (const { pid } of runtimes) claimed.delete(pid);
    },
  };
}

/** @param {Miniflare} miniflare @param {import('./lock.mjs').Known[]} runtimes */
async function disposeOf(miniflare, runtimes) {
  const tooLong = new Promise((resolve) => setTimeout(resolve, 5_000, 'late').unref());
  await Promise.race([miniflare.dispose().catch(() => {}), tooLong]);
  kill(runtimes);
}

/**
 * @param {{ entry: string, folder: string, log: (line: string) => void }} given
 * @returns {import('./migrations.mjs').Storage}
 */
function storageOf({ entry, folder, log }) {
  const { worker, databases } = optionsOf(entry);
  return { state: stateOf(folder), bindings: worker.d1Databases, databases, log };
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(0, host, () => {
      const { port } = /** @type {net.AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** @param {number} port @returns {Promise<void>} */
function refuseIfTaken(port) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', (error) => {
      const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      const problem = taken ? 'is taken' : 'needs rights that this user lacks';
      reject(new Error(`Port ${port} ${problem}. Set PORT to another one.`));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Returns a folder for temporary data, in memory where the system offers that. */
export function scratchFolder() {
  const base = existsSync('/dev/shm') ? '/dev/shm' : at('.build', 'scratch');
  const folder = path.join(base, `parley-${process.pid}-${Date.now().toString(36)}${scratches++}`);
  makeFolder(folder);
  return folder;
}

let scratches = 0;
