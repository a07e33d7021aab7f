/**
 * Runs the server as a process group of its own, which is killed without a warning and started again on the same
 * data.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { identify, lives } from '../../bin/processes.mjs';
import { at } from '../../bin/paths.mjs';

export const entry = 'test/faults/worker/server.ts';

export interface Address {
  readonly url: string;
  readonly port: number;
  readonly operatorSecret: string;
  readonly runtimes: number[];
}

export interface ServerProcessOptions {
  readonly dataDir: string;
  /** The file for its output. */
  readonly log: string;
  readonly env: Record<string, string>;
  /** The same at each start; by default a free one. */
  readonly port?: number;
  /** The Worker's entry; by default the one that injects faults. */
  readonly entry?: string;
  /** Whether this machine's service hashes passwords (the default), or the objects, as on Cloudflare. */
  readonly hashing?: 'service' | 'objects';
}

export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  address: Address | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  async start(env: Record<string, string> = {}): Promise<Address> {
    const { dataDir, log } = this.#options;
    const { hashing = 'service', port = 0 } = this.#options;
    const common = { port, built: true, quiet: true, hashing, env: { ...this.#options.env, ...env } };
    const options = { dataDir, entry: this.#options.entry ?? entry, ...common };
    const errors = openSync(log, 'a');
    const child = fork(at('bin', 'serve.mjs'), [JSON.stringify(options)], {
      detached: true,
      execArgv: [],
      stdio: ['ignore', errors, errors, 'ipc'],
    });
    this.#child = child;
    this.address = await new Promise<Address>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Address));
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}; see ${log}`)));
    });
    return this.address;
  }

  /** Does the same as a deployment: loads the code again, which closes every socket. */
  async reload(): Promise<void> {
    const { address } = this;
    const child = this.#child;
    if (!child || !address) throw new Error('no server runs');
    const runtimes = await new Promise<number[]>((resolve, reject) => {
      child.once('message', (message) => resolve((message as { reloaded: number[] }).reloaded));
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      child.send('reload');
    });
    this.address = { ...address, runtimes };
  }

  /** Runs `kill -9` on the whole group. Resolves once every process of the group has ended. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const runtimes = (this.address?.runtimes ?? []).flatMap((pid) => identify(pid) ?? []);
    this.address = undefined;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    for (const { pid } of runtimes) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process ended with its group.
      }
    }
    await gone;
    while (runtimes.some((runtime) => lives(runtime)))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
