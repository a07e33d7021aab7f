import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { withoutSchemas } from '../without-schemas.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  publicDir: false,
  plugins: [withoutSchemas()],
  build: {
    target: 'es2022',
    // Browsers that run the script support `color-scheme`; for older ones it would be rewritten at twice the length.
    cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
    outDir: here('../../.build/widget'),
    emptyOutDir: false,
    lib: { entry: here('main.ts'), formats: ['iife'], name: 'ParleyLoader', fileName: () => 'widget.js' },
  },
});
