import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { scratchFolder, startServer } from '../../bin/server.mjs';
import { seedDemo } from '../../bin/demo.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
    operatorSecret: string;
  }
}

/** The built Worker with the demo account, on a free port, for all journeys. */
export default async function setup(project: TestProject) {
  const dataDir = scratchFolder();
  // Miniflare fills in the socket's address where the client states none, and these clients state none.
  const env = { DEMO: 'true', BEHIND_CLOUDFLARE: 'true' };
  const server = await startServer({ dataDir, quiet: true, env });
  await seedDemo(server);
  project.provide('serverUrl', server.url);
  project.provide('operatorSecret', server.operatorSecret);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
