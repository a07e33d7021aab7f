// The options with which Miniflare runs the built Worker on this machine.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Log, LogLevel, convertV4MiniflareOptions } from 'miniflare';
import { bundleFolder } from './bundle.mjs';
import { makeFolder } from './folders.mjs';
import { hashingService } from './hashing.mjs';

export const host = '127.0.0.1';

/** @param {string} entry */
export const optionsOf = (entry) =>
  JSON.parse(readFileSync(path.join(bundleFolder(entry), 'options.json'), 'utf8'));

export const stateOf = (/** @type {string} */ folder) => path.join(folder, 'state');

/**
 * @param {{ entry: string, port: number, folder: string, env: Record<string, string>, quiet: boolean,
 *   hashing: 'service' | 'objects', onRestart: () => void }} options
 */
export function miniflareOptions({ entry, port, folder, env, quiet, hashing, onRestart }) {
  const { name, worker } = optionsOf(entry);
  const state = stateOf(folder);
  makeFolder(state);
  // Given as one Worker with assets, Miniflare would put its router in front of the Worker, on the path of every
  // socket's frames.
  const { assets, ...main } = worker;
  return convertV4MiniflareOptions({
    workers: [
      {
        ...main,
        name,
        modules: modulesOf(bundleFolder(entry)),
        bindings: { ...worker.bindings, ...env },
        serviceBindings: {
          [assets.binding]: `${name}-assets`,
          ...(hashing === 'service' && { HASHING: hashingService }),
        },
      },
      {
        name: `${name}-assets`,
        compatibilityDate: worker.compatibilityDate,
        modules: [{ type: 'ESModule', path: 'assets.mjs', contents: 'export default {};' }],
        assets: {
          directory: assets.directory,
          assetConfig: assets.assetConfig,
          routerConfig: { has_user_worker: false },
        },
      },
    ],
    host,
    port,
    // `true` would ask Cloudflare's servers for the location of this machine.
    cf: false,
    telemetry: { enabled: false },
    unsafeHandleRuntimeRestart: onRestart,
    resourcePersistencePath: state,
    log: new Log(quiet ? LogLevel.ERROR : LogLevel.WARN),
    handleStructuredLogs: ({ level, message }) => {
      // An alarm was set again while it was being delivered. The new one is delivered.
      if (message.includes('canceled with requestScheduledAlarm')) return;
      // A client violated the WebSocket protocol, or sent a frame over the runtime's own limit. The runtime has
      // closed the socket.
      if (message.includes('WebSocket protocol error')) return;
      if (level === 'error' || level === 'warn') console.error(message);
      else if (!quiet) console.log(message);
    },
  });
}

/** @type {Record<string, 'ESModule' | 'Text' | 'Data' | 'CompiledWasm'>} */
const moduleTypes = {
  '.js': 'ESModule',
  '.mjs': 'ESModule',
  '.sql': 'Text',
  '.txt': 'Text',
  '.html': 'Text',
  '.bin': 'Data',
  '.wasm': 'CompiledWasm',
};

/** The entry is first, because workerd runs the first module. @param {string} folder */
function modulesOf(folder) {
  const files = readdirSync(folder).filter((file) => moduleTypes[path.extname(file)]);
  files.sort((a, b) => Number(b.endsWith('.js')) - Number(a.endsWith('.js')));
  return files.map((file) => ({
    type: moduleTypes[path.extname(file)] ?? 'Data',
    path: path.join(folder, file),
  }));
}
