/** The packages of peer (b). They are installed outside the repository, so that no other install has to load them. */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Installing } from './services.ts';

export const versions = {
  'socket.io': '4.8.4',
  'socket.io-client': '4.8.4',
  '@socket.io/redis-adapter': '8.3.0',
  redis: '6.3.1',
  pg: '8.23.1',
};

/** Returns the folder, or undefined if the packages are missing and could not, or may not, be installed. */
export function socketIoFolder({ installs, log }: Installing): string | undefined {
  const wanted = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const folder = path.join(
    tmpdir(),
    `parley-bench-${createHash('sha256').update(wanted.join()).digest('hex').slice(0, 12)}`,
  );
  const done = path.join(folder, 'installed');
  if (existsSync(done)) return folder;
  if (!installs) return undefined;
  log(`Installing ${wanted.join(', ')} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  const flags = ['--silent', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts'];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, '--prefix', folder, ...wanted], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    log(stderr);
    return undefined;
  }
  writeFileSync(done, '');
  return folder;
}
