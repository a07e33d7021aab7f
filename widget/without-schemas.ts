import path from 'node:path';
import type { Plugin } from 'vite';

const root = path.resolve(import.meta.dirname, '..');

/**
 * Fails a build whose bundle contains valibot. Visitors' pages decode nothing with schemas, and one schema that stays
 * can keep all the others. The error names the likely cause.
 */
export function withoutSchemas(): Plugin {
  return {
    name: 'without-schemas',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      // Modules are listed as they were before minification, which removes the rest of valibot.
      if (!chunks.some(({ code }) => code.includes('valibot'))) return;
      const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
      const causes = modules.flatMap(([id, { code }]) => {
        const file = path.relative(root, id.split('?', 1)[0] ?? id);
        const imports = file.startsWith('widget') && this.getModuleInfo(id)?.importedIds.some(isValibot);
        // The bundler drops an unused schema, but not code that reads deep into one while its module loads.
        const reads = file.startsWith('worker') ? (code?.match(/\w+\.entries\.\w[\w.]*/g) ?? []) : [];
        return [
          ...(imports ? [`${file} imports valibot`] : []),
          ...reads.map((read) => `${file} reads ${read}`),
        ];
      });
      this.error(
        [
          'Schemas are in the bundle that visitors load. It takes plain functions (`isEmail`), types and constants alone.',
          ...(causes.length > 0 ? causes : ['A module calls a schema, or valibot, as it loads.']),
        ].join('\n  '),
      );
    },
  };
}

const isValibot = (id: string) => id.includes('/node_modules/valibot/');
