import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The secrets of one data folder: made once, readable by their owner alone.
 * @param {string} folder
 * @returns {{ OPERATOR_SECRET: string, SIGNING_SECRET: string }}
 */
export function secretsOf(folder) {
  const file = path.join(folder, 'secrets.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  const secret = () => randomBytes(32).toString('base64url');
  const secrets = { OPERATOR_SECRET: secret(), SIGNING_SECRET: secret() };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
