/** Runs peer (a) as a process of its own, with the options of bin/server.mjs. The options are one JSON argument. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { killWhenOrphaned, runtimesOfThisProcess } from '../../../bin/processes.mjs';

const { dataDir, compatibilityDate } = JSON.parse(process.argv[2] ?? '{}') as {
  dataDir: string;
  compatibilityDate: string;
};
const source = readFileSync(path.join(import.meta.dirname, 'bare-object.ts'), 'utf8');
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    name: 'bare',
    compatibilityDate,
    modules: [{ type: 'ESModule', path: 'bare-object.js', contents: stripTypeScriptTypes(source) }],
    durableObjects: { CHAT: { className: 'Chat', useSQLite: true } },
    host: '127.0.0.1',
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    resourcePersistencePath: dataDir,
    log: new Log(LogLevel.ERROR),
  }),
);
const url = await miniflare.ready;
const dismiss = killWhenOrphaned(runtimesOfThisProcess().map(({ pid }) => pid));
const stop = async () => {
  await miniflare.dispose();
  dismiss();
  process.exit(0);
};
process.removeAllListeners('SIGTERM').on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());
process.send?.({ url: url.origin });
