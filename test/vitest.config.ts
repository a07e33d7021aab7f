import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { Response } from 'miniflare';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { startMailbox } from '../bin/mailbox.mjs';
import { generate } from '../bin/generate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path: string) => root + path;

await generate();

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        // Runes classes of the app and the widget are tested here without a browser.
        plugins: [svelte({ configFile: at('widget/svelte.config.js') })],
        resolve: { alias: { $lib: at('app/src/lib') }, conditions: ['browser'] },
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: ['test/{domain,protocol,widget,app,bin,words,simulation,faults}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        plugins: [
          cloudflareTest(async () => {
            const mailbox = await startMailbox();
            return {
              wrangler: { configPath: at('wrangler.toml') },
              miniflare: {
                cf: false,
                // The mails that the Worker has sent, as JSON.
                serviceBindings: { MAILBOX: () => Response.json(mailbox.mails) },
                bindings: {
                  BEHIND_CLOUDFLARE: 'false',
                  OPERATOR_SECRET: 'operator-secret-of-tests',
                  MIGRATIONS: await readD1Migrations(at('migrations')),
                  ...mailbox.env,
                  PUBLIC_URL: 'https://parley.test',
                  // To run a longer race, or the same race again (races.test.ts).
                  RACE_CHATS: process.env['RACE_CHATS'] ?? '',
                  RACE_SEED: process.env['RACE_SEED'] ?? '',
                },
              },
            };
          }),
        ],
        test: {
          name: 'workerd',
          expect: { poll: { timeout: 60_000 } },
          include: ['test/{actors,runtime,http,db}/**/*.test.ts'],
          setupFiles: [at('test/helpers/migrations.ts')],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          expect: { poll: { timeout: 60_000 } },
          include: ['test/{e2e,upgrade}/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each file has a browser and a server of its own, and mostly waits for deadlines of the product.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        test: {
          name: 'smoke',
          include: ['test/smoke/**/*.test.ts'],
          // These tests mostly wait for actors to hibernate.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
