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
 * others. Its output is printed at the end, and then the failures of the others again, which would else be far above.
 * @type {{ name: string, args: string[], shown: boolean }[]}
 */
const parts =
  projects.length > 0
    ? [{ name: projects.join(', '), args, shown: true }]
    : [
        {
          name: 'unit, workerd, smoke',
          args: ['--project', 'unit', '--project', 'workerd', '--project', 'smoke', ...args],
          shown: true,
        },
        { name: 'e2e', args: ['--project', 'e2e', ...args], shown: false },
      ];
const running = parts.map(({ name, args: its, shown }) => {
  const alone = parts.length === 1;
  const vitest = spawn(command('vitest'), ['run', '--config', 'test/vitest.config.ts', ...its], {
    stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(!alone && process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  });
  /** @type {Buffer[]} */
  const output = [];
  for (const stream of [vitest.stdout, vitest.stderr])
    stream?.on('data', (chunk) => {
      output.push(chunk);
      if (shown) process.stdout.write(chunk);
    });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => vitest.kill(signal));
  return new Promise((resolve) =>
    vitest.on('close', (code) =>
      resolve({ name, shown, code: code ?? 1, output: Buffer.concat(output).toString() }),
    ),
  );
});
/** @type {{ name: string, shown: boolean, code: number, output: string }[]} */
const ended = await Promise.all(running);
for (const { shown, output } of ended) if (!shown) process.stdout.write(output);
for (const { name, code, output } of ended) {
  if (code === 0 || parts.length === 1) continue;
  // Vitest lists failed tests, and then errors outside of tests, at the end.
  const from = Math.max(0, output.search(/Failed (Tests|Suites)|Unhandled Errors/), output.length - 20_000);
  console.log(`\nFailed: ${name}\n${output.slice(from)}`);
}
process.exitCode = Math.max(...ended.map(({ code }) => code));
