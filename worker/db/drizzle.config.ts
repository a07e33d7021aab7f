import { defineConfig } from 'drizzle-kit';

// Paths are read from where the command runs: `npm run migration` runs at the root.
export default defineConfig({
  dialect: 'sqlite',
  schema: './worker/db/schema/*.ts',
  out: './migrations',
});
