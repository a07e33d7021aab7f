import { appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { scratchFolder, startServer } from '../../bin/server.mjs';
import { seedDemo } from '../../bin/demo.mjs';
import { startMailbox } from '../../bin/mailbox.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
    operatorSecret: string;
    /** A file to which every mail is written that the server has sent, one JSON a line. */
    mailFile: string;
  }
}

/** The built Worker with the demo account, on a free port, for all journeys. */
export default async function setup(project: TestProject) {
  const dataDir = scratchFolder();
  // Miniflare fills in the socket's address where the client states none, and these clients state none.
  const mailFile = path.join(dataDir, 'mails.jsonl');
  const mailbox = await startMailbox((mail) => appendFileSync(mailFile, `${JSON.stringify(mail)}\n`));
  const env = { DEMO: 'true', BEHIND_CLOUDFLARE: 'true', HELP_URL: 'https://help.example/', ...mailbox.env };
  const server = await startServer({ dataDir, quiet: true, env });
  await seedDemo(server);
  project.provide('serverUrl', server.url);
  project.provide('operatorSecret', server.operatorSecret);
  project.provide('mailFile', mailFile);
  return async () => {
    await server.stop();
    await mailbox.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
