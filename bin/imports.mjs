// Checks the imports between folders against import-table.mjs, and that each pattern of that table matches something.
import { cruise, format } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { idlePatterns } from './idle-patterns.mjs';
import table from './import-table.mjs';
import { at } from './paths.mjs';

/**
 * Returns the report; throws it where there are violations.
 * @param {string[]} folders
 */
export async function checkImports(folders) {
  const options = await extractOptions(at('bin', 'import-table.mjs'));
  // SvelteKit's name for it: unresolved, what imports it would lead nowhere, and no circle through it would be seen.
  const alias = { $lib: at('app', 'src', 'lib') };
  const { output } = await cruise(folders, { ...options, baseDir: at() }, { alias });
  if (typeof output === 'string') throw new Error(output);
  const report = await format(output, { outputType: 'err-long' });
  const sources = output.modules.map(({ source }) => source);
  const files = sources.filter((source) => folders.some((folder) => source.startsWith(`${folder}/`)));
  const imported = output.modules.flatMap(({ dependencies }) => dependencies.map(({ resolved }) => resolved));
  const idle = idlePatterns(table.forbidden, files, [...new Set([...sources, ...imported])]);
  const problems = [...(report.exitCode === 0 ? [] : [String(report.output)]), ...idle];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return String(report.output);
}
