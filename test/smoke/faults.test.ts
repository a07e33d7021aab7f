/** Every mode of `npm run faults` works, from the first kill to the last comparison, and detects a faulty server. */
import { beforeAll, expect, test, type TestContext } from 'vitest';
import { bundleWorker } from '../../bin/bundle.mjs';
import { entry } from '../faults/child.ts';
import { runScript } from './script.ts';

beforeAll(() => bundleWorker({ entry, log: () => undefined }));

const faults = (context: TestContext, ...args: string[]) =>
  runScript(context, 'test/faults/run.ts', '--smoke', '--built', ...args);
/** The steps that reported results, in order. */
const told = (text: string) => text.match(/^(R\d+ \w+|sometimes|sound)/gm);

test.concurrent('a run through kills, outages, silence, return and rebuild is sound', async (context) => {
  const { status, text } = await faults(context);
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

test.concurrent('a deployment under open sockets is sound', async (context) => {
  const { status, text } = await faults(context, '--deploy');
  expect(status, text).toBe(0);
  expect(told(text)).toEqual(['R10 sockets', 'R10 reconnected', 'R10 acked', 'sound']);
});

test.concurrent('an attack keeps out no honest client, and every cap is kept', async (context) => {
  const { status, text } = await faults(context, '--attack');
  expect(status, text).toBe(0);
  expect(text.match(/^([SL]\d \w+|sound)/gm)).toEqual([
    ...['S7 strangers', 'S7 chats', 'L6 1', 'L6 chats', 'L6 2', 'L6 chats'],
    ...['S7 strangers', 'S7 chats', 'L6 1', 'L6 chats', 'L6 2', 'L6 chats'],
    'sound',
  ]);
});

test.concurrent('a server that answers before it writes is detected', async (context) => {
  const { status, text } = await faults(context, '--mutants');
  expect(status, text).toBe(0);
  // Detected by the history, which lacks unwritten entries, or by entries that a kill lost.
  expect(text).toMatch(/^mutant hasty: detected by .*\b(R5|lost)\b/m);
});
