import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { languages, type Language } from '#protocol';
import { withoutSchemas } from '../without-schemas.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Writes `/widget/manifest.<language>.json`, from which the Worker reads the hashed names for the frame's page, and
 * `/widget/demo.html`.
 */
function manifest(language: Language): Plugin {
  return {
    name: 'frame-manifest',
    // Vite adds the style sheets in its own hook of this name: this one has to run after it.
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const entry = Object.values(bundle).find((output) => output.type === 'chunk' && output.isEntry);
        if (entry?.type !== 'chunk') throw new Error('the frame has no entry chunk');
        const url = (name: string) => `/widget/${name}`;
        // The demo shop is an asset too: the Worker reads it and inserts the embed code.
        this.emitFile({ type: 'asset', fileName: 'demo.html', source: readFileSync(here('../demo.html')) });
        this.emitFile({
          type: 'asset',
          fileName: `manifest.${language}.json`,
          source: JSON.stringify({
            script: url(entry.fileName),
            preload: entry.imports.map(url),
            styles: Object.keys(bundle)
              .filter((name) => name.endsWith('.css'))
              .map(url),
          }),
        });
      },
    },
  };
}

/**
 * The frame is never rendered on a server. Svelte keeps all hydration code behind one variable, but the bundler does
 * not detect that it is always false. This plugin removes 1.3 KB.
 */
function withoutHydration(): Plugin {
  return {
    name: 'without-hydration',
    enforce: 'pre',
    transform: {
      filter: { id: /svelte\/src\/internal\/client\/dom\/hydration\.js/ },
      handler(code) {
        const fixed = code
          .replace('export let hydrating = false;', 'export const hydrating = false;')
          .replace('hydrating = value;', '');
        if (/\bhydrating = (?!false)|let hydrating/.test(fixed))
          throw new Error('Svelte keeps hydration elsewhere now');
        return fixed;
      },
    },
  };
}

/**
 * Vite wraps each dynamic import, to load the style sheets of its chunk first. The frame has a single style sheet, so
 * the wrapper does nothing here. This saves 0.6 KB.
 */
function withoutPreloads(): Plugin {
  return {
    name: 'without-preloads',
    enforce: 'post',
    transform: {
      filter: { id: /vite\/preload-helper/ },
      handler: () => ({ code: 'export const __vitePreload = (load) => load();', map: null }),
    },
  };
}

/**
 * The texts of one language. A message without placeholders becomes a constant: as a text it is a part of Svelte's
 * templates, where a call would need code around it. Each other message is a module of its own, so that it is in the
 * part that shows it, and not all of them in the opening.
 */
function wordsOf(language: Language): Plugin {
  const texts = JSON.parse(readFileSync(here(`../messages/${language}.json`), 'utf8')) as Record<
    string,
    unknown
  >;
  const compiled = here(`../../.build/messages/widget/messages/${language}.js`);
  const imported = "import * as m from '#words/widget';";
  const isConstant = (key: string) => typeof texts[key] === 'string' && !texts[key].includes('{');
  return {
    name: 'words',
    enforce: 'pre',
    resolveId: (id) => (id.startsWith('word:') ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith('\0word:')) return undefined;
      const source = readFileSync(compiled, 'utf8');
      const start = source.indexOf(`export const ${id.slice('\0word:'.length)} =`);
      if (start < 0) throw new Error(`${id} is no message`);
      const code = source
        .slice(start, source.indexOf('\n};', start) + 3)
        // The plural of another language's text, which this one does not use.
        .replace(/const (\w+) = registry\.[^;]+;(?![^]*\b\1\b)/, '');
      const registry = here('../../.build/messages/widget/registry.js');
      return code.includes('registry.') ? `import * as registry from '${registry}';\n${code}` : code;
    },
    transform: {
      filter: { id: /\/widget\/frame\/[^?]+$/, code: "'#words/widget'" },
      handler(code) {
        const used = new Set<string>();
        const body = code
          .replace(/\bm\.(\w+)\(\)/g, (call, key: string) =>
            isConstant(key) ? JSON.stringify(texts[key]) : call,
          )
          .replace(/\bm\.(\w+)\b/g, (_, key: string) => {
            used.add(key);
            return `word_${key}`;
          });
        const imports = [...used].map((key) => `import { ${key} as word_${key} } from 'word:${key}';`);
        return body.replace(imported, imports.join(' '));
      },
    },
  };
}

/** The frame contains the texts, and the names of emoji, of one language only: the mode of the build names it. */
export default defineConfig(({ mode }) => {
  const language = languages.find((each) => each === mode) ?? languages[0];
  return {
    root: here('.'),
    publicDir: false,
    resolve: {
      alias: {
        '#emoji/names': here(`../../.build/emoji/${language}.js`),
      },
    },
    base: '/widget/',
    plugins: [
      withoutHydration(),
      withoutPreloads(),
      wordsOf(language),
      svelte({ configFile: here('../svelte.config.js') }),
      manifest(language),
      withoutSchemas(),
    ],
    build: {
      target: 'es2022',
      outDir: here('../../.build/widget/widget'),
      // The frames of the other languages are in the same folder.
      emptyOutDir: false,
      assetsInlineLimit: 0,
      // The page lists what it loads; parts that come later have nothing to preload.
      modulePreload: false,
      cssCodeSplit: false,
      // Browsers that run the script support `color-scheme`; for older ones it would be rewritten at twice the
      // length.
      cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
      rollupOptions: {
        input: here('main.ts'),
        // One chunk for all that the opening loads: several would compress worse.
        output: { codeSplitting: { groups: [{ name: 'frame', tags: ['$initial'] }] } },
        // Removes the protocol's schemas, and valibot with them (`withoutSchemas`). These functions have no side
        // effects.
        treeshake: {
          propertyReadSideEffects: false,
          manualPureFunctions: ['idOf', 'typed', 'shortText', 'RegExp'],
        },
      },
    },
  };
});
