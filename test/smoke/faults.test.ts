/** Every mode of `npm run faults` works, from the first kill to the last comparison, and detects a faulty server. */
import { beforeAll, expect, test } from 'vitest';
import { bundleWorker } from '../../bin/bundle.mjs';
import { entry } from '../faults/child.ts';
import { runScript } from './script.ts';

beforeAll(() => bundleWorker({ entry, log: () => undefined }));

const faults = (...args: string[]) => runScript('test/faults/run.ts', '--smoke', '--built', ...args);
/** The steps that reported results, in order. */
const told = (text: string) => text.match(/^(R\d+ \w+|sometimes|sound)/gm);

test.concurrent('a run through kills, outages, silence, return and rebuild is sound', async () => {
  const { status, text } = await faults();
  expect(status, text).toBe(0);
  expect(told(text)).toEqual([
    'R5 chat',
    'R1 kills',
    'R1 acked',
    'R2 seconds',
    'R15 typed',
    'sometimes',
    'R6 rebuilt',
    'sound',
  ]);
});

test.concurrent('a deploy under open sockets is sound', async () => {
  const { status, text } = await faults('--deploy');
  expect(status, text).toBe(0);
  expect(told(text)).toEqual(['R10 sockets', 'R10 reconnected', 'R10 acked', 'sound']);
});

test.concurrent('a server that answers before it writes is detected', async () => {
  const { status, text } = await faults('--mutants');
  expect(status, text).toBe(0);
  // By the history, which lacks unwritten entries, or by entries lost in a kill.
  expect(text).toMatch(/^mutant hasty: found out by .*\b(R5|lost)\b/m);
});
