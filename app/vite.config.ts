import { sveltekit } from '@sveltejs/kit/vite';
import { createLogger, defineConfig } from 'vite';

const worker = process.env['WORKER_URL'] ?? 'http://127.0.0.1:8787';

const logger = createLogger(process.env['WORKER_URL'] ? 'warn' : 'info');
const { error } = logger;
// The Worker closes every connection when it loads new code, and clients reconnect: that is no error.
logger.error = (message, options) => {
  if (!/proxy (socket )?error/.test(message)) return error(message, options);
  const [line = ''] = message.split('\n');
  if (!/ws proxy/.test(line))
    error(`${line}: ${options?.error?.message ?? 'no answer'}`, { timestamp: true });
};

export default defineConfig({
  plugins: [sveltekit()],
  build: { target: 'es2022' },
  customLogger: logger,
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: worker, ws: true },
      '/widget': worker,
      '/demo': worker,
    },
  },
});
