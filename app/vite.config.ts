import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

const worker = process.env['WORKER_URL'] ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [sveltekit()],
  build: { target: 'es2022' },
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: worker, ws: true },
      '/widget': worker,
      '/demo': worker,
    },
  },
});
