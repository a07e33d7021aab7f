// `npm run dev`: the Worker, rebuilt on change, behind Vite's server for the app.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { readArguments } from './arguments.mjs';
import { build } from './build.mjs';
import { signInsAndAddresses } from './demo.mjs';
import { localEnvironment, runUntilStopped, startLocal } from './local.mjs';
import { compileMessages } from './messages.mjs';
import { at } from './paths.mjs';
import { command } from './run.mjs';

readArguments(
  `npm run dev

Serves Parley with demo data and hot reload. It takes no arguments; these are read from the environment:

  PORT                    the port of the Worker; 8787 by default. The app is on the port after it
${localEnvironment}
`,
  { options: { help: { type: 'boolean' } } },
);

/** Builds run one after the other: two at once would write the same files. */
let lastWork = Promise.resolve();

await runUntilStopped(async (stopWith) => {
  const server = await startLocal();
  stopWith(() => server.stop());
  // Vite serves the app; the Worker serves the demo page and the widget.
  const appPort = server.port + 1;
  const vite = spawn(
    command('vite'),
    ['dev', '--clearScreen', 'false', '--port', `${appPort}`, '--strictPort'],
    {
      cwd: at('app'),
      env: { ...process.env, WORKER_URL: server.url },
      stdio: 'inherit',
    },
  );
  const ended = new Promise((resolve) => vite.on('exit', resolve));
  stopWith(() => void vite.kill());
  process.on('exit', () => vite.kill());
  console.log(signInsAndAddresses({ app: appPort, widget: server.port }));

  follow(['worker', 'migrations'], async () => {
    await build({ only: ['worker'] });
    await server.reload();
    console.log('The Worker runs its new code.');
  });
  follow(['app/messages'], compileMessages);
  follow(['widget', 'worker/protocol', 'worker/domain'], () => build({ only: ['widget'] }));

  const code = await ended;
  throw new Error(`Vite ended with ${code}.`);
});

/**
 * Runs the work after the folders change: once for many changes, and again if they changed while it ran.
 * @param {string[]} folders @param {() => Promise<void>} work
 */
function follow(folders, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      lastWork = lastWork
        .then(work)
        .catch((error) => console.error(error instanceof Error ? error.message : error));
    }, 100);
  };
  for (const folder of folders) watch(at(folder), { recursive: true }, soon);
}
