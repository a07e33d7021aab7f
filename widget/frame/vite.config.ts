import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { languages, type Language } from '#protocol';
import { withoutSchemas } from '../without-schemas.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes `/widget/manifest.<language>.json`, from which the Worker learns the hashed names for the frame's page, and `/widget/demo.html`. */
function manifest(language: Language): Plugin {
  return {
    name: 'frame-manifest',
    // Vite adds the style sheets to the bundle in a hook of this name of its own: this one has to come after.
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const entry = Object.values(bundle).find((output) => output.type === 'chunk' && output.isEntry);
        if (entry?.type !== 'chunk') throw new Error('the frame has no entry chunk');
        const url = (name: string) => `/widget/${name}`;
        // The demo shop is an asset too: the Worker reads it and puts the embed code in.
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
 * Nothing here was rendered on a server. Svelte keeps all that could take such a page over behind one variable, so that it can be
 * left out; the bundler doesn't see by itself that it never becomes true. It weighs 1.3 KB.
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
 * In a frame of one language a message without placeholders is a constant. As a text it stands in Svelte's templates, where a
 * call would need code around it: 0.3 KB in all.
 */
function constantWords(language: Language): Plugin {
  const file = here(`../messages/${language}.json`);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return {
    name: 'constant-words',
    enforce: 'pre',
    transform: {
      filter: { id: /\/widget\/frame\/[^?]+$/, code: "'#words/widget'" },
      handler: (code) =>
        code.replace(/\bm\.(\w+)\(\)/g, (call, key: string) =>
          typeof words[key] === 'string' ? JSON.stringify(words[key]) : call,
        ),
    },
  };
}

/** One language's words are in the frame, and no others: the mode of the build says which. */
export default defineConfig(({ mode }) => {
  const language = languages.find((each) => each === mode) ?? languages[0];
  return {
    root: here('.'),
    publicDir: false,
    resolve: {
      alias: {
        '#words/widget': here(`../../.build/messages/widget/messages/${language}.js`),
      },
    },
    base: '/widget/',
    plugins: [
      withoutHydration(),
      constantWords(language),
      svelte({ configFile: here('../svelte.config.js') }),
      manifest(language),
      withoutSchemas(),
    ],
    build: {
      target: 'es2022',
      outDir: here('../../.build/widget/widget'),
      // The other languages' frames stand beside this one.
      emptyOutDir: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      // What runs the script knows `color-scheme`; for older ones it would be rewritten at twice the length.
      cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
      rollupOptions: {
        input: here('main.ts'),
        // The protocol's schemas go, valibot with them (`withoutSchemas`). These functions of theirs only build.
        treeshake: {
          propertyReadSideEffects: false,
          manualPureFunctions: ['idOf', 'typed', 'shortText', 'RegExp'],
        },
      },
    },
  };
});
