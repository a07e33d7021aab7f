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
  if (runs('e2e') || runs('workerd')) await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const vitest = spawn(command('vitest'), ['run', '--config', 'test/vitest.config.ts', ...args], {
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => vitest.kill(signal));
vitest.on('exit', (code) => process.exit(code ?? 1));
