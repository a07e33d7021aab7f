// Checks the types of each program. Two run at a time.
import { generate } from './generate.mjs';
import { run } from './run.mjs';

/** @type {[string, string, string[]][]} */
const programs = [
  ['app', 'svelte-check', ['--workspace', 'app', '--tsconfig', './tsconfig.json', '--fail-on-warnings']],
  ['worker', 'tsc', ['-p', 'worker']],
  [
    'widget',
    'svelte-check',
    ['--workspace', 'widget', '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
  ],
  ['tests in workerd', 'tsc', ['-p', 'test/tsconfig.workerd.json']],
  ['tests in Node', 'tsc', ['-p', 'test']],
  ['simulation', 'tsc', ['-p', 'test/simulation']],
  ['bin', 'tsc', ['-p', 'bin']],
];

await generate();
await run('svelte-kit', ['sync'], { cwd: new URL('../app', import.meta.url).pathname });
const waiting = programs.values();
await Promise.all([checkInTurn(), checkInTurn()]);

async function checkInTurn() {
  for (const [name, tool, args] of waiting) {
    try {
      await run(tool, args);
      console.log(`types of ${name}: no errors`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
