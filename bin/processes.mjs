import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** @typedef {{ pid: number, parent: number, name: string, started: string }} Process */

/** On Linux the processes are read from /proc, which needs no tool; other systems have `ps`. @returns {Process[]} */
function list() {
  let pids;
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return listByPs();
  }
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return [];
      return [{ pid: Number(pid), parent: Number(fields[1]), name, started: fields[19] ?? '' }];
    } catch {
      return [];
    }
  });
}

/** @returns {Process[]} */
function listByPs() {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,lstart=,comm='], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, parent, started, name] = /^\s*(\d+)\s+(\d+)\s+(.{24})\s+(.*)$/.exec(line) ?? [];
    if (!pid || !started || !name) return [];
    return [{ pid: Number(pid), parent: Number(parent), name: name.split('/').at(-1) ?? name, started }];
  });
}

/** Identifies a process by its pid and its start time, because systems reuse pids. @param {number} pid */
export const identify = (pid) => list().find((process) => process.pid === pid);

/** @param {{ pid: number, started: string }} known */
export const lives = (known) => identify(known.pid)?.started === known.started;

export const runtimesOfThisProcess = () =>
  list().filter((child) => child.parent === process.pid && child.name === 'workerd');

/** @param {{ pid: number, started: string }[]} known */
export function kill(known) {
  for (const runtime of known) {
    try {
      if (lives(runtime)) process.kill(runtime.pid, 'SIGKILL');
    } catch {
      // The process ended in between.
    }
  }
}

/**
 * workerd outlives a Node process that is killed, and continues to serve the port. So a shell waits on a pipe that
 * closes however this process ends, and then kills workerd. The shell has a session of its own, so Ctrl-C does not
 * reach it.
 * @param {number[]} pids
 * @returns {() => void} call it once workerd has ended
 */
export function killWhenOrphaned(pids) {
  const watch = spawn('sh', ['-c', 'read done || kill -9 "$@"', 'parley-watch', ...pids.map(String)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => {});
  watch.stdin.on('error', () => {});
  watch.unref();
  if ('unref' in watch.stdin) /** @type {import('node:net').Socket} */ (watch.stdin).unref();
  return () => watch.stdin.end('done\n');
}
