// `npm start`. On a bare machine it installs first, then runs itself again under the Node that the project pins.
import { spawn } from 'node:child_process';
import { ensureInstalled, onPinnedNode } from './install.mjs';
import { at, pinnedNode } from './paths.mjs';

const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

ensureInstalled();
if (onPinnedNode()) await serve();
else runAgain();

function runAgain() {
  const child = spawn(pinnedNode, [at('bin', 'start.mjs')], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

async function serve() {
  /** @type {import('./server.mjs').Server | undefined} */
  let server;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server?.stop();
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, stop);
  // The process that started this one under the pinned Node has gone.
  if (process.connected) process.on('disconnect', stop);
  if (process.env['npm_lifecycle_event']) stopWithParent(stop);

  try {
    const [{ startServer }, { seedDemo, signInsAndAddresses }, { printMail, startMailbox }] =
      await Promise.all([import('./server.mjs'), import('./demo.mjs'), import('./mailbox.mjs')]);
    const mailbox = await startMailbox(printMail);
    const port = Number(process.env['PORT'] ?? 8787);
    server = await startServer({
      port,
      dataDir: process.env['DATA_DIR'] ?? at('.data'),
      env: { DEMO: 'true', PUBLIC_URL: `http://localhost:${port}`, ...mailbox.env },
    });
    // Miniflare's own handlers exit at once, before anything is put away.
    for (const signal of signals) process.removeAllListeners(signal).on(signal, stop);
    if (stopping) return await server.stop();
    await seedDemo(server).catch((error) => console.error(error.message));
    console.log(signInsAndAddresses(server.port));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await server?.stop();
    process.exit(1);
  }
}

/** npm can be killed without a word to what it runs. @param {() => void} stop */
function stopWithParent(stop) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 1_000).unref();
}
