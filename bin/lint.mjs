// `npm run lint`: ESLint, the imports between folders (import-table.mjs) and the prose (prose.mjs).
import { checkImports } from './imports.mjs';
import { generate } from './generate.mjs';
import { at } from './paths.mjs';
import { checkProse } from './prose.mjs';
import { run } from './run.mjs';

const folders = ['worker', 'app/src', 'widget', 'test', 'bin'];

// Both tools read generated files.
await generate();
await run('svelte-kit', ['sync'], { cwd: at('app') });
try {
  await run('eslint', ['.'], { show: true });
  console.log(await checkImports(folders));
  checkProse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
