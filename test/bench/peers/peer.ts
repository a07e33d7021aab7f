/** Starts the peers: each with fresh data, on the server's core. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { at } from '../../../bin/paths.mjs';
import type { Address } from '../load/chat.ts';
import { start } from '../processes.ts';
import { startPostgres, startRedis } from './services.ts';

export type PeerName = Address['peer'];
export type Medium = 'ram' | 'disk';

export interface Peer {
  readonly address: Address;
  /** The server processes; their children count too. */
  readonly servers: readonly number[];
  stop(): Promise<void>;
}

export interface PeerOptions {
  readonly medium: Medium;
  /** For socket.io. */
  readonly packages?: string | undefined;
  /** For Parley: another entry. */
  readonly entry?: string;
}

const starts: Record<PeerName, (folder: string, options: PeerOptions) => Promise<Peer>> = {
  bare: startBare,
  'socket-io': startSocketIo,
  parley: startParley,
};

/** Folders to remove if the bench ends early. The processes end by themselves when it has exited. */
const folders = new Set<string>();
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });
process.on('exit', () => folders.forEach(remove));

export async function startPeer(name: PeerName, options: PeerOptions): Promise<Peer> {
  const folder = mkdtempSync(path.join(options.medium === 'ram' ? '/dev/shm' : tmpdir(), 'parley-bench-'));
  // PostgreSQL runs as a user of its own, which must be able to open the folder.
  chmodSync(folder, 0o755);
  folders.add(folder);
  const peer = await starts[name](folder, options);
  const stop = async () => {
    await peer.stop();
    remove(folder);
    folders.delete(folder);
  };
  return { ...peer, stop };
}

async function startBare(folder: string): Promise<Peer> {
  const { worker } = JSON.parse(readFileSync(at('.build', 'worker', 'options.json'), 'utf8')) as {
    worker: { compatibilityDate: string };
  };
  const argument = { dataDir: folder, compatibilityDate: worker.compatibilityDate };
  const { child, hello } = await start<{ url: string }>(
    'server',
    at('test/bench/peers/bare-server.ts'),
    argument,
  );
  return { address: { peer: 'bare', url: hello.url }, servers: [child.pid], stop: child.stop };
}

async function startParley(folder: string, { entry }: PeerOptions): Promise<Peer> {
  const { child, hello } = await start<{ url: string; operatorSecret: string }>(
    'server',
    at('bin/serve.mjs'),
    {
      dataDir: folder,
      quiet: true,
      built: true,
      ...(entry && { entry }),
      // One visitor sends here as much as hundreds do, and a thousand chats wait: paces and caps are not measured.
      env: { COMMANDS_PER_SECOND: '1000000', CAPS: '{"waitingPerCampaign":1000000}' },
    },
  );
  return { address: { peer: 'parley', ...hello }, servers: [child.pid], stop: child.stop };
}

async function startSocketIo(folder: string, { packages = '' }: PeerOptions): Promise<Peer> {
  const postgres = await startPostgres(path.join(folder, 'postgres'));
  const redis = await startRedis(path.join(folder, 'redis'));
  const { child, hello } = await start<{ url: string }>('server', at('test/bench/peers/socket-io.mjs'), {
    packages,
    redisPort: redis.port,
    postgresPort: postgres.port,
  });
  return {
    address: { peer: 'socket-io', url: hello.url, packages },
    servers: [child.pid, postgres.pid, redis.pid],
    stop: async () => {
      await child.stop();
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}
