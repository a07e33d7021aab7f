import { spawn } from 'node:child_process';
import path from 'node:path';
import { at } from './paths.mjs';

/** @param {string} name a command that a package installed */
export const command = (name) => at('node_modules', '.bin', name);

export const environment = {
  ...process.env,
  PATH: `${at('node_modules', '.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  WRANGLER_LOG_SANITIZE: 'true',
};

/**
 * Runs a command to its end. Its output is shown only if it fails.
 * @param {string} name
 * @param {string[]} args
 * @param {{ cwd?: string, show?: boolean, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
export function run(name, args, { cwd = at(), show = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command(name), args, {
      cwd,
      env: { ...environment, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${output}\n${name} ${args.join(' ')} ended with ${code}`));
    });
  });
}
