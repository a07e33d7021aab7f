// Starts every npm script: `node bin/launch.mjs <script> [arguments]`, where a script is a file of the project or a
// command that a package installed. On a bare machine it installs the packages first, then runs the script on the
// pinned version of Node. It must run before anything is installed, and its syntax must be valid on older versions of
// Node.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, onPinnedNode } from './install.mjs';
import { at, pinnedNode } from './paths.mjs';

const oldest = 20;
const [script = '', ...args] = process.argv.slice(2);

if (Number.parseInt(process.versions.node) < oldest) {
  console.error(`Parley needs Node ${oldest} or later, and this is Node ${process.versions.node}.`);
  process.exit(1);
}
await ensureInstalled();
process.env['PATH'] = [at('node_modules', '.bin'), process.env['PATH']].join(path.delimiter);

if (!script.includes('/')) runChild(at('node_modules', '.bin', script), args);
else if (!onPinnedNode()) runChild(pinnedNode, [at('bin', 'launch.mjs'), script, ...args]);
else {
  process.argv = [process.execPath, at(script), ...args];
  await import(pathToFileURL(at(script)).href);
}

/** @param {string} command @param {string[]} given */
function runChild(command, given) {
  // The channel closes however this process ends; `npm start` then stops.
  const child = spawn(command, given, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // In a terminal, Ctrl-C already reaches the child.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`${script} did not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
