import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { command, environment } from '../run.mjs';

/**
 * @typedef {object} Ended
 * @property {number} code
 * @property {string} out standard output
 * @property {string} err standard error, without colours
 * @property {{ type: string, [field: string]: unknown }[]} events the events that wrangler reports to programs
 * @typedef {(command: readonly string[]) => Promise<Ended>} Exec runs a command to its end, successful or not
 */

/** Ends a deployment. The message states what happened and what to do. */
export class Stopped extends Error {}

/**
 * Runs the commands of a deployment. Standard input is closed, so that wrangler never waits for an answer.
 * @param {{ cwd: string, env?: Record<string, string | undefined>, programs?: Record<string, string[]> }} options
 *   `programs`: the command that starts each program, by the program's name
 * @returns {Exec}
 */
export function executor({ cwd, env = environment, programs = {} }) {
  /** @type {Record<string, string[]>} */
  const starts = { node: [process.execPath], wrangler: [command('wrangler')], ...programs };
  return ([name = '', ...args]) =>
    new Promise((resolve, reject) => {
      const [program = name, ...before] = starts[name] ?? [];
      const folder = mkdtempSync(path.join(tmpdir(), 'parley-deploy-'));
      const report = path.join(folder, 'events');
      const child = spawn(program, [...before, ...args], {
        cwd,
        env: { ...env, WRANGLER_OUTPUT_FILE_PATH: report },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => (out += chunk));
      child.stderr.on('data', (chunk) => (err += chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        const events = readEvents(report);
        rmSync(folder, { recursive: true, force: true });
        resolve({ code: code ?? 1, out, err: stripVTControlCharacters(err), events });
      });
    });
}

/** @param {string} file @returns {Ended['events']} */
function readEvents(file) {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  } catch {
    // Commands that fail before wrangler's own code runs report no events.
    return [];
  }
}

/** Cuts the output after the first error: wrangler adds advice, its log file, a second error and a stack trace. */
const afterReason = /If you think this is a bug|To continue without logging in|🪵|✘|\n\w*Error: /u;

/** Returns the reason of a command's failure in one line. @param {Ended} ended */
export function reasonOf({ err, out, events, code }) {
  const error = err.split('[ERROR]')[1]?.split(afterReason)[0]?.trim();
  const failed = events.find(({ type }) => type === 'command-failed');
  const lastLine = stripVTControlCharacters(`${out}\n${err}`).trim().split('\n').at(-1);
  const reason = error || (failed && String(failed['message'])) || lastLine || `exit code ${code}`;
  return reason.replace(/\s+/g, ' ').replace(/(?<![.!?\]])$/, '.');
}

/** A command as typed in a terminal. @param {readonly string[]} command */
export const shown = (command) =>
  [...(command[0] === 'wrangler' ? ['npx'] : []), ...command]
    .map((part) => (/^[\w./:@=-]+$/.test(part) ? part : `"${part}"`))
    .join(' ');
