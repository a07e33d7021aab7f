/** A Cloudflare account in a file, with a config beside it and the operator API of the deployed Worker. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../bin/deployment/config.mjs';
import { deploy } from '../../bin/deployment/deployment.mjs';
import { executor, Stopped } from '../../bin/deployment/exec.mjs';

export interface Cloud {
  signedIn: { id: string; name: string }[];
  databases: { uuid: string; name: string; version: string }[];
  buckets: string[];
  queues: string[];
  /** undefined until the Worker is deployed */
  secrets?: Record<string, string>;
  secretsFile?: { path: string; mode: string };
  migrated: boolean;
  /** the number of accounts in the database */
  accounts: number;
  targets: string[];
  /** a command that fails, before or after its effect */
  broken?: { command: string; message: string; afterwards?: boolean } | undefined;
  commands: string[];
}

export const empty: Cloud = {
  signedIn: [{ id: 'acc1', name: 'Example' }],
  databases: [],
  buckets: [],
  queues: [],
  migrated: false,
  accounts: 0,
  targets: ['https://parley.example.workers.dev'],
  commands: [],
};

export type OperatorApi = (
  secret: string | undefined,
  body: unknown,
) => { status: number; body: object } | 'lost';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fake = fileURLToPath(new URL('fake-wrangler.ts', import.meta.url));

export class Deployment {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'parley-test-'));
  readonly config = path.join(this.folder, 'wrangler.toml');
  readonly #file = path.join(this.folder, 'cloud.json');
  readonly #server: Server;
  /** Requests that the operator API received. */
  readonly asked: unknown[] = [];
  operatorApi: OperatorApi = (secret) => {
    if (secret !== this.cloud.secrets?.['OPERATOR_SECRET']) {
      return { status: 403, body: { refused: 'forbidden', message: 'This is not allowed.' } };
    }
    this.change({ accounts: this.cloud.accounts + 1 });
    return { status: 200, body: { account: { id: 'acc_1', name: 'Acme' }, users: [] } };
  };

  private constructor(cloud: Partial<Cloud>) {
    writeFileSync(this.#file, JSON.stringify({ ...empty, ...cloud }));
    cpSync(path.join(root, 'wrangler.toml'), this.config);
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
        this.asked.push(body);
        const answer = this.operatorApi(request.headers.authorization?.replace('Bearer ', ''), body);
        if (answer === 'lost') return request.socket.destroy();
        response.writeHead(answer.status).end(JSON.stringify(answer.body));
      });
    });
  }

  static async start(cloud: Partial<Cloud> = {}): Promise<Deployment> {
    const made = new Deployment(cloud);
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    made.edit(/^.*PUBLIC_URL = .*$/m, `PUBLIC_URL = "${made.url}"`);
    made.edit(/^database_id = .*\n/m, '');
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  get cloud(): Cloud {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as Cloud;
  }

  get toml(): string {
    return readFileSync(this.config, 'utf8');
  }

  change(cloud: Partial<Cloud>): void {
    writeFileSync(this.#file, JSON.stringify({ ...this.cloud, ...cloud }));
  }

  edit(pattern: RegExp | string, replacement: string): void {
    writeFileSync(this.config, this.toml.replace(pattern, replacement));
  }

  /** Runs a deployment; returns the output, and the sentence of the error if it stopped. */
  async run(
    env: Record<string, string> = {},
    given: object = { name: 'Acme', person: 'Ada', email: 'ada@acme.test', timeZone: 'Europe/Berlin' },
  ): Promise<{ output: string; stopped: string | undefined; commands: string[] }> {
    this.change({ commands: [] });
    const lines: string[] = [];
    const start = (program: string) => [process.execPath, fake, this.#file, program];
    let stopped: string | undefined;
    try {
      await deploy(await readConfig(this.folder), {
        exec: executor({
          cwd: this.folder,
          env: {},
          programs: { wrangler: start('wrangler'), node: start('node') },
        }),
        ask: () => Promise.resolve(undefined),
        log: (line: string) => lines.push(line),
        pause: () => Promise.resolve(),
        env,
        given,
      });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      stopped = error.message;
    }
    return { output: lines.join('\n'), stopped, commands: this.cloud.commands };
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
