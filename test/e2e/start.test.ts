import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { at } from '../../bin/paths.mjs';
import { identify, lives } from '../../bin/processes.mjs';
import { freePort, scratchFolder } from '../../bin/server.mjs';

const dataDir = scratchFolder();
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** `npm start` without npm. */
function start(port: number) {
  const child = spawn(process.execPath, [at('bin', 'launch.mjs'), 'bin/start.mjs'], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: `${port}` },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit').then(([code]) => code as number);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    output: () => output,
    printed: (text: string) => expect.poll(() => output).toContain(text),
    runtime: () => {
      const lock = path.join(dataDir, 'lock.json');
      const { runtimes } = JSON.parse(readFileSync(lock, 'utf8')) as { runtimes: { pid: number }[] };
      return identify(runtimes[0]?.pid ?? 0);
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const running = 'Parley is running.';
const waiting = 'The database does not answer.';

/** Acts as another program that writes to the database for a while. */
function lockDatabase() {
  const folder = path.join(dataDir, 'state', 'd1', 'miniflare-D1DatabaseObject');
  const file = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) ?? '';
  const database = new DatabaseSync(path.join(folder, file));
  database.exec('BEGIN EXCLUSIVE');
  onTestFinished(() => database.close());
  return () => database.exec('ROLLBACK');
}

/** The first answer of a starting server, once its port is open. */
async function firstAnswer(port: number, request: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}${request}`, init).catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('the tables exist before the server answers', async () => {
  const port = await freePort();
  const server = start(port);
  const answer = await firstAnswer(port, '/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify({ email: 'nobody@demo.test', password: 'no-password-of-theirs', remember: false }),
  });
  expect([answer.status, await answer.json()]).toEqual([
    401,
    expect.objectContaining({ refused: 'wrong_credentials' }),
  ]);
  await server.printed(running);
  expect(await server.stop()).toBe(0);
});

test('a locked database does not stop a server from starting', async () => {
  const unlock = lockDatabase();
  const server = start(await freePort());
  await server.printed(running);
  unlock();
  const runtime = server.runtime();
  expect(await server.stop()).toBe(0);
  expect(runtime && lives(runtime)).toBe(false);
});

test('a start with migrations to apply waits for a locked database, and obeys SIGTERM meanwhile', async () => {
  const note = path.join(dataDir, 'state', 'migrations.json');
  rmSync(note);
  const unlock = lockDatabase();
  const told = start(await freePort());
  await told.printed(waiting);
  const runtime = told.runtime();
  expect(await told.stop()).toBe(0);
  await expect.poll(() => runtime && lives(runtime)).toBe(false);

  const patient = start(await freePort());
  await patient.printed(waiting);
  expect(patient.output()).not.toContain(running);
  unlock();
  await patient.printed(running);
  expect(await patient.stop()).toBe(0);
});
