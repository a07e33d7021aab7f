import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { withoutSchemas } from '../without-schemas.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The scripts on the customer's page, by the mode of the build: the tag's, and the one for unread messages. */
const scripts = {
  loader: { entry: here('main.ts'), formats: ['iife'], name: 'ParleyLoader', fileName: () => 'widget.js' },
  alerts: { entry: here('alerts.ts'), formats: ['es'], fileName: () => 'widget/alerts.js' },
} as const;

export default defineConfig(({ mode }) => {
  const { formats, ...script } = scripts[mode === 'alerts' ? 'alerts' : 'loader'];
  return {
    root: here('.'),
    publicDir: false,
    plugins: [withoutSchemas()],
    build: {
      target: 'es2022',
      // Browsers that run the script support `color-scheme`; for older ones it would be rewritten at twice the length.
      cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
      outDir: here('../../.build/widget'),
      emptyOutDir: false,
      lib: { ...script, formats: [...formats] },
    },
  };
});
