// `npm run lint`: ESLint, the imports between folders (import-table.mjs) and the prose (prose.mjs).
import { compileMessages } from './messages.mjs';
import { at } from './paths.mjs';
import { checkProse } from './prose.mjs';
import { run } from './run.mjs';

const folders = ['worker', 'app/src', 'widget', 'test', 'bin'];

// Both tools read generated files.
await compileMessages();
await run('svelte-kit', ['sync'], { cwd: at('app') });
try {
  await run('eslint', ['.'], { show: true });
  await run('depcruise', ['--config', 'bin/import-table.mjs', '--output-type', 'err-long', ...folders], {
    show: true,
  });
  checkProse();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
