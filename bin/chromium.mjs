import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Browser tests run in the system's Chromium. Installs it if it is missing and this user may install packages. */
export function ensureChromium() {
  if (existsSync(chromiumPath)) return;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium; this takes a minute or two.');
    const apt = (/** @type {string[]} */ ...args) =>
      spawnSync('apt-get', args, {
        stdio: 'inherit',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    apt('-qq', 'update');
    apt('-qq', 'install', '-y', '--no-install-recommends', 'chromium');
  }
  if (!existsSync(chromiumPath)) {
    throw new Error('The browser tests need Chromium. Install it, or set CHROMIUM_PATH to where it is.');
  }
}
