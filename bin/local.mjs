// Runs Parley whole on this machine, for `npm start` and `npm run dev`.
import { seedDemo } from './demo.mjs';
import { printMail, startMailbox } from './mailbox.mjs';
import { at } from './paths.mjs';
import { freePort, startServer } from './server.mjs';
import { settingsOf } from './settings.mjs';

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @param {NodeJS.ProcessEnv} env */
export function portOf({ PORT = '8787' }) {
  const port = Number(PORT);
  if (PORT.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT is “${PORT}”. It must be a number from 1 to 65535, or 0 for any free port.`);
}

/** The environment variables that a start reads, for the usage texts of the scripts. */
export const localEnvironment = `  DATA_DIR                the folder for databases and files; .data by default
  PUBLIC_URL              where browsers find the server, if not at http://localhost:PORT
  TRUSTED_ADDRESS_HEADER  behind a proxy: the header in which it writes the client's address
  TRUSTED_PROXIES         how many proxies append to that header; 1 by default
  BEHIND_CLOUDFLARE       true where every request comes through Cloudflare`;

/** Starts the server with the demo data. Mail is printed. */
export async function startLocal() {
  const settings = settingsOf(process.env);
  const port = portOf(process.env) || (await freePort());
  const mailbox = await startMailbox(printMail);
  const server = await startServer({
    port,
    dataDir: process.env['DATA_DIR'] || at('.data'),
    env: { DEMO: 'true', ...settings, ...mailbox.env },
  });
  await seedDemo(server).catch((error) => console.error(error.message));
  return server;
}

/**
 * Runs a program until a signal stops it, at any point of its start; an error ends it with one sentence.
 * @param {(stopWith: (stop: () => Promise<void> | void) => void) => Promise<void>} program registers the function
 *   that stops each part as soon as the part runs
 */
export async function runUntilStopped(program) {
  /** @type {(() => Promise<void> | void)[]} */
  const stops = [];
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    for (const stopPart of stops.reverse()) await stopPart();
    process.exit(process.exitCode ?? 0);
  };
  const listen = () => {
    // Miniflare's own handlers exit at once, before the server is stopped cleanly.
    for (const signal of signals) process.removeAllListeners(signal).on(signal, stop);
  };
  listen();
  // The launcher, which started this process, has exited.
  if (process.connected) process.on('disconnect', stop);
  if (process.env['npm_lifecycle_event']) stopWithParent(stop);
  try {
    await program((stopPart) => {
      stops.push(stopPart);
      listen();
    });
  } catch (error) {
    if (stopping) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    await stop();
  }
}

/** A killed npm sends no signal to its children, so its exit is detected here. @param {() => void} stop */
function stopWithParent(stop) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 1_000).unref();
}
