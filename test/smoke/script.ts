/** Runs a script of this repository to its end, as `npm run` does. */
import { spawn } from 'node:child_process';
import type { TestContext } from 'vitest';
import { at } from '../../bin/paths.mjs';

export interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** `text` is the output so far, errors included. A test that times out ends its script. */
export function runScript(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  file: string,
  ...args: string[]
): Promise<Ended> {
  const flags = ['--disable-warning=ExperimentalWarning'];
  const script = spawn(process.execPath, [...flags, at(file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void script.kill());
  let text = '';
  for (const stream of [script.stdout, script.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve, reject) => {
    script.once('error', reject);
    script.once('close', (status) => resolve({ status, text }));
  });
}
