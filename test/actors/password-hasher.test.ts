import type { Lane } from '#domain/people/backlog';
import { isBusy, type HashOrder } from '#domain/people/hashing';
import { abortAllDurableObjects } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Env } from '../../worker/actors/env.ts';
import { hasherStub } from '../../worker/actors/stubs.ts';

const env = bindings as unknown as Env;
/** Cheaper than in production: these tests are about turns. */
const cost = { ln: 12, r: 8, p: 1 };
const order = (lane: Lane): HashOrder => ({
  ...{ password: 'parley', salt: new Uint8Array(16).fill(7), length: 32, cost, lane },
});

/** Requests this many hashes at once; returns the answers in the order of their arrival. */
async function ask(stub: ReturnType<typeof hasherStub>, asked: readonly Lane[]) {
  const answers: string[] = [];
  const one = async (lane: Lane) => {
    const answer = await stub.derive(order(lane));
    answers.push(isBusy(answer) ? `${lane} refused` : `${lane} hashed`);
    return answer;
  };
  const made = await Promise.all(asked.map(one));
  return { answers, made };
}

const times = (count: number, lane: Lane): Lane[] => Array.from({ length: count }, () => lane);

test('S7 of many orders at once few wait, known ones come first, and the others are refused without delay', async () => {
  const stub = hasherStub(env, crypto.randomUUID());
  const { answers, made } = await ask(stub, [...times(60, 'unknown'), ...times(2, 'known')]);
  const count = (text: string) => answers.filter((answer) => answer === text).length;
  expect(count('known hashed')).toBe(2);
  expect(count('unknown hashed')).toBeGreaterThan(0);
  expect(count('unknown hashed')).toBeLessThanOrEqual(9);
  expect(count('unknown hashed') + count('unknown refused')).toBe(60);
  // The refusals do not wait for the backlog.
  expect(answers.lastIndexOf('unknown refused')).toBeLessThan(answers.lastIndexOf('unknown hashed'));
  expect(answers.lastIndexOf('known hashed')).toBeLessThan(answers.lastIndexOf('unknown hashed'));
  for (const answer of made) if (isBusy(answer)) expect(answer.wait).toBeGreaterThan(0);
});

test('S7 an object that was stopped with orders waiting hashes again', async () => {
  const name = crypto.randomUUID();
  const stopped = Promise.allSettled(
    times(5, 'known').map((lane) => hasherStub(env, name).derive(order(lane))),
  );
  await abortAllDurableObjects();
  await stopped;
  expect((await ask(hasherStub(env, name), times(5, 'known'))).answers).toEqual(
    Array(5).fill('known hashed'),
  );
});
