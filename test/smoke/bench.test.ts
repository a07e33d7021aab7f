/** Every measure of `npm run bench` works: it returns all its figures. Speed is not checked here. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Figure } from '../bench/figures.ts';
import { runScript } from './script.ts';

const both = { bare: 1, parley: 1 };
const own = { parley: 1 };
/** The number of samples of each figure, by peer. Peer (b) needs services that not every machine has. */
const expected = {
  'messages per second, 4 conversations, in RAM': both,
  'messages per second, 4 conversations, on disk': both,
  'processor time per message at full speed, all work after it counted, in RAM': both,
  'end to end p50 at 200 a second, in RAM': both,
  'first acknowledged message of a new conversation, in RAM': both,
  'first acknowledged message of a hibernated conversation, in RAM': both,
  'memory per idle hibernated socket': both,
  'rows written per message, at full speed': own,
  'rows written per message, at 200 a second': own,
  'rows written per message, at one message per conversation every 5 s': own,
  'a chat of 1 messages: requests to the Worker': own,
  'a chat of 1 messages: requests to Durable Objects': own,
  'a chat of 1 messages: time of Durable Objects, at the most': own,
  'a chat of 1 messages: rows written in Durable Objects': own,
  'a chat of 1 messages: rows written in D1': own,
  'wake-ups per idle visitor-hour, from 2 s of 5 visitors': own,
  'active time per idle visitor-hour, from 2 s of 5 visitors': own,
  'for scale: wake-ups per connected agent-hour': own,
  'decisions per second, 10 agents on a level, the slowest method': own,
  '… in runs of a loop that looks at each of the 10': own,
  'a new chat to its offer on a screen, p50, 3 agents free, nobody waiting': own,
  'a new chat to its offer on a screen, p99, of 2': own,
  'a free place to the next offer, p50, 3 agents, 4 waiting': own,
  'a free place to the next offer, p99, of 2': own,
  'frames to floors when one chat ends and the next is offered, 3 agents watching': own,
  'bytes to floors when one chat ends and the next is offered, 3 agents watching': own,
  ...Object.fromEntries(
    ['0 uploads', '1 upload', '10 uploads'].flatMap((beside) => [
      [`end to end p95 at 50 a second beside ${beside} of 0 MiB`, own],
      [`growth of workerd's memory beside ${beside} of 0 MiB, at the most`, own],
    ]),
  ),
  '20 canned responses: matching alone, p50': own,
  '20 canned responses: matching alone, p95': own,
  '20 canned responses: a key to its painted suggestions, p50': own,
  '20 canned responses: a key to its painted suggestions, p95': own,
  '20 canned responses: processor time of the page for a key and its suggestions, mean': own,
  '20 canned responses: a key to its paint with 20 messages a second, p50': own,
  '20 canned responses: a key to its paint with 20 messages a second, p95': own,
  '20 canned responses: opening of the forum in the picker, p50': own,
  '20 canned responses: processor time of the page for that, p50': own,
  '20 canned responses: bytes of the forum': own,
  '20 canned responses: the same with gzip': own,
  '20 canned responses: bytes after one change, not compressed': own,
  'end to end p99 at 40 a second for 1 s, in RAM': own,
};

test('every measure of the bench returns all its figures', async (context) => {
  const { status, text } = await runScript(context, 'test/bench/bench.ts', '--smoke');
  expect(status, text).toBe(0);
  const file = /; (\S+\.json)$/m.exec(text)?.[1] ?? '';
  const { figures } = JSON.parse(readFileSync(file, 'utf8')) as { figures: Figure[] };
  const counts = figures.map(({ name, samples }) => {
    const { 'socket-io': _, ...always } = samples;
    return [name, Object.fromEntries(Object.entries(always).map(([peer, { length }]) => [peer, length]))];
  });
  expect(Object.fromEntries(counts)).toEqual(expected);
  // JSON has no infinite numbers: such a figure would be null.
  const wrong = figures.filter(({ samples }) => !Object.values(samples).flat().every(Number.isFinite));
  expect(wrong).toEqual([]);
});
