// `npm test`, with Vitest's own arguments: `npm test -- --project unit`.
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { command } from './run.mjs';

const args = process.argv.slice(2);
const projects = args.flatMap((arg, at) =>
  args[at - 1] === '--project' ? [arg] : (/^--project=(.*)/.exec(arg)?.[1] ?? []),
);
const runs = (/** @type {string} */ project) => projects.length === 0 || projects.includes(project);

try {
  if (runs('e2e')) ensureChromium();
  if (runs('e2e') || runs('workerd') || runs('smoke')) await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
/**
 * Browser tests wait more than they compute: in a run of all tests they have a process of their own beside the
 * others, and its output is printed at the end.
 * @type {{ args: string[], stdio: 'inherit' | 'pipe' }[]}
 */
const parts =
  projects.length > 0
    ? [{ args, stdio: 'inherit' }]
    : [
        {
          args: ['--project', 'unit', '--project', 'workerd', '--project', 'smoke', ...args],
          stdio: 'inherit',
        },
        { args: ['--project', 'e2e', ...args], stdio: 'pipe' },
      ];
/** @type {Buffer[]} */
const output = [];
const running = parts.map((part) => {
  const vitest = spawn(command('vitest'), ['run', '--config', 'test/vitest.config.ts', ...part.args], {
    stdio: part.stdio === 'pipe' ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  });
  for (const stream of [vitest.stdout, vitest.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => vitest.kill(signal));
  return new Promise((resolve) => vitest.on('close', (code) => resolve(code ?? 1)));
});
const codes = await Promise.all(running);
process.stdout.write(Buffer.concat(output));
process.exitCode = Math.max(...codes);
