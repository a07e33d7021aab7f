// `npm run dev`: the Worker, rebuilt on change, and Vite's server for the app in front of it.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { build } from './build.mjs';
import { seedDemo } from './demo.mjs';
import { printMail, startMailbox } from './mailbox.mjs';
import { compileMessages } from './messages.mjs';
import { at } from './paths.mjs';
import { command } from './run.mjs';
import { startServer } from './server.mjs';

const port = Number(process.env['PORT'] ?? 8787);
const mailbox = await startMailbox(printMail);
const server = await startServer({
  port,
  dataDir: process.env['DATA_DIR'] ?? at('.data'),
  env: { DEMO: 'true', PUBLIC_URL: `http://localhost:${port}`, ...mailbox.env },
});
await seedDemo(server).catch((error) => console.error(error.message));

const vite = spawn(command('vite'), ['dev', '--clearScreen', 'false'], {
  cwd: at('app'),
  env: { ...process.env, WORKER_URL: server.url },
  stdio: 'inherit',
});
console.log(`The app is on Vite's address below; the demo page and the widget are on ${server.url}/demo`);

follow(['worker', 'migrations'], async () => {
  await build({ only: ['worker'] });
  await server.reload();
  console.log('The worker runs its new code.');
});
follow(['app/messages'], compileMessages);
follow(['widget', 'worker/protocol', 'worker/domain'], async () => {
  await build({ only: ['widget'] });
});

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  vite.kill();
  await server.stop();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal).on(signal, stop);
vite.on('exit', stop);

/**
 * Runs the work after the folders change, once for many changes, and again if they changed while it ran.
 * @param {string[]} folders @param {() => Promise<void>} work
 */
function follow(folders, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let running = Promise.resolve();
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running
        .then(work)
        .catch((error) => console.error(error instanceof Error ? error.message : error));
    }, 100);
  };
  for (const folder of folders) watch(at(folder), { recursive: true }, later);
}
