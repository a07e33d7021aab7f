import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const newSecret = () => randomBytes(32).toString('base64url');

/**
 * Returns the secrets of a data folder, which are created once and readable by their owner alone. Files of earlier
 * versions contain further, unused secrets.
 * @param {string} folder
 * @returns {{ OPERATOR_SECRET: string }}
 */
export function secretsOf(folder) {
  const file = path.join(folder, 'secrets.json');
  try {
    const { OPERATOR_SECRET } = JSON.parse(readFileSync(file, 'utf8'));
    return { OPERATOR_SECRET };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  const secrets = { OPERATOR_SECRET: newSecret() };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
