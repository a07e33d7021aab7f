/** Processes for the bench: pinned to a core, measured, ended by their id. Linux only, because it reads /proc. */
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const canPin = spawnSync('taskset', ['--version']).status === 0 && availableParallelism() >= 2;

/** The server's core and the generator's, if the system has two cores and can pin processes. */
export const cores = canPin ? { server: '0', generator: '1' } : undefined;

/** The command prefix that keeps a command, and all its children, on a core. */
export function pinned(core: keyof NonNullable<typeof cores>): string[] {
  return cores ? ['taskset', '--cpu-list', cores[core]] : [];
}

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Asks the process to end, and waits until it has. */
  stop(): Promise<void>;
}

/** Runs a file of this repository under this Node. Resolves with the first message that it sends. */
export async function start<Hello>(
  core: keyof NonNullable<typeof cores>,
  file: string,
  argument: object,
): Promise<{ child: Child; hello: Hello }> {
  const [command = process.execPath, ...before] = [...pinned(core), process.execPath];
  const flags = ['--disable-warning=ExperimentalWarning'];
  const running = fork(file, [JSON.stringify(argument)], {
    execPath: command,
    execArgv: [...before, ...flags],
  });
  const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
  const hello = await new Promise<Hello>((resolve, reject) => {
    running.once('message', (message) => resolve(message as Hello));
    running.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  const stop = async () => {
    running.kill('SIGTERM');
    const tooLong = setTimeout(() => running.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(tooLong);
  };
  return { child: { process: running, pid: running.pid ?? 0, stop }, hello };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Ticks of processor time, including those of ended children. */
  readonly ticks: number;
  readonly residentPages: number;
}

function stats(): Stat[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name may contain any character; only numbers follow its bracket. See proc(5).
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const [parent = 0, ticks = 0] = [fields[1], fields.slice(11, 15).reduce((sum, one) => sum + one, 0)];
      const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
      return [{ pid: Number(pid), parent, name, ticks, residentPages: fields[21] ?? 0 }];
    } catch {
      return [];
    }
  });
}

/** The processes and all their descendants. */
function family(roots: readonly number[]): Stat[] {
  const all = stats();
  const members = new Set(roots);
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

const number = (command: string) => Number(spawnSync('getconf', [command], { encoding: 'utf8' }).stdout);
const ticksPerSecond = number('CLK_TCK') || 100;
const pageSize = number('PAGESIZE') || 4_096;

/** Milliseconds of processor time, user and system, of processes and all their descendants. */
export function cpuOf(roots: readonly number[]): number {
  return (family(roots).reduce((sum, { ticks }) => sum + ticks, 0) * 1_000) / ticksPerSecond;
}

/** Bytes of memory of the processes with a name, among processes and all their descendants. */
export function memoryOf(roots: readonly number[], name: string): number {
  const held = family(roots).filter((process) => process.name === name);
  return held.reduce((sum, { residentPages }) => sum + residentPages, 0) * pageSize;
}

/** The ids of processes and of all their descendants. */
export const familyOf = (roots: readonly number[]): number[] => family(roots).map(({ pid }) => pid);
