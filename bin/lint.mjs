// `npm run lint`: the code's rules, then which folder may import which.
import { checkImports } from './imports.mjs';
import { compileMessages } from './messages.mjs';
import { at } from './paths.mjs';
import { run } from './run.mjs';

const folders = ['worker', 'app/src', 'widget', 'test', 'bin'];

// Both read what the build generates.
await compileMessages();
await run('svelte-kit', ['sync'], { cwd: at('app') });
try {
  await run('eslint', ['.'], { show: true });
  console.log(await checkImports(folders));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
