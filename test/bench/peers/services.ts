/** PostgreSQL and Redis for peer (b): Debian's, on loopback, with data and ports of their own. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { killWhenOrphaned } from '../../../bin/processes.mjs';
import { pinned } from '../processes.ts';

export interface Service {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

export interface Installing {
  /** Whether missing programs may be installed. */
  readonly installs: boolean;
  readonly log: (line: string) => void;
}

/** Installs missing programs, where that is possible and allowed. Returns those still missing. */
export function missingServices({ installs, log }: Installing): string[] {
  const needed = () => [...(postgresFolder() ? [] : ['postgresql']), ...(redis() ? [] : ['redis-server'])];
  const missing = needed();
  if (!installs || missing.length === 0 || process.getuid?.() !== 0 || !which('apt-get')) return missing;
  log(`Installing ${missing.join(' and ')} by apt-get`);
  // In this run level Debian's scripts start no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update', '-qq'], { env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  return needed();
}

export function serviceVersions(): string {
  const version = (command: string) => spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout.trim();
  return [version(path.join(postgresFolder() ?? '', 'postgres')), version(redis() ?? '')].join('; ');
}

export async function startPostgres(folder: string): Promise<Service> {
  const bin = postgresFolder() ?? '';
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? idsOf('postgres') : {};
  mkdirSync(folder, { recursive: true });
  if ('uid' in user) spawnSync('chown', ['postgres:', folder]);
  const made = spawnSync(
    path.join(bin, 'initdb'),
    ['-D', folder, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'synchronous_commit=on',
  ];
  return run(path.join(bin, 'postgres'), ['-D', folder, ...settings.flatMap((one) => ['-c', one])], port, {
    ...user,
    cwd: folder,
    // Ends without waiting for its clients.
    signal: 'SIGINT',
  });
}

export async function startRedis(folder: string): Promise<Service> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  return run(redis() ?? '', settings, port, { signal: 'SIGTERM' });
}

async function run(
  command: string,
  args: string[],
  port: number,
  { signal, ...options }: { signal: NodeJS.Signals; uid?: number; gid?: number; cwd?: string },
): Promise<Service> {
  const [first = command, ...rest] = [...pinned('server'), command, ...args];
  let errors = '';
  const child = spawn(first, rest, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk) => (errors = `${errors}${String(chunk)}`.slice(-2_000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const pid = child.pid ?? 0;
  const dismiss = killWhenOrphaned([pid]);
  for (let waited = 0; !(await answers(port)); waited += 50) {
    if (child.exitCode !== null || waited > 20_000) throw new Error(`${command} did not start: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async () => {
    child.kill(signal);
    await ended;
    dismiss();
  };
  return { pid, port, stop };
}

function postgresFolder(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => path.join(base, version, 'bin'))
    .find((bin) => existsSync(path.join(bin, 'postgres')));
}

const which = (command: string): string | undefined =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { encoding: 'utf8' }).stdout.trim() || undefined;
const redis = () => which('redis-server');

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
