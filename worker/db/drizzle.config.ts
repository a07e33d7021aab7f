import { defineConfig } from 'drizzle-kit';

// Paths are relative to the working directory: `npm run migration` runs at the root.
export default defineConfig({
  dialect: 'sqlite',
  schema: './worker/db/schema.ts',
  out: './migrations',
});
