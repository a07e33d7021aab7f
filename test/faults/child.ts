/** The server as a process group of its own, to be killed without a warning and started again on the same data. */
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
  /** A file for its output. */
  readonly log: string;
  readonly env: Record<string, string>;
  /** The Worker's entry; without it the one that injects faults. */
  readonly entry?: string;
  /** Where passwords are hashed: by this machine's service, the default, or by the objects, as on Cloudflare. */
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
    const { hashing = 'service' } = this.#options;
    const common = { built: true, quiet: true, hashing, env: { ...this.#options.env, ...env } };
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

  /** As a deploy does: the code is taken up anew, and every socket is closed. */
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

  /** `kill -9` of the whole group. Answers once every process of it is gone. */
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
        // It went with its group.
      }
    }
    await gone;
    while (runtimes.some((runtime) => lives(runtime)))
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
