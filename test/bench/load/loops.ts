/** The two loops of the generator: at full speed, and at a steady pace. */
import { percentiles, type Percentiles } from '../statistics.ts';
import type { Chat } from './chat.ts';
import { seeded, texts } from './random.ts';
import type { Traffic } from './traffic.ts';

export interface RunOptions {
  readonly seconds: number;
  readonly warmUp: number;
  readonly seed: number;
  /** For the closed loop: unanswered messages of each conversation. */
  readonly inFlight?: number;
  /** For the paced one: messages a second of all conversations. */
  readonly rate?: number;
}

export interface RunResult {
  readonly messages: number;
  readonly perSecond: number;
  readonly acknowledgement: Percentiles;
  readonly delivery: Percentiles;
  /** All sent messages, including those of the warm-up. */
  readonly sent: number;
  /** The generator's use of its own core, from 0 to 1. Near 1 the generator itself is measured. */
  readonly generator: number;
}

/** The closed loop: as soon as a message is done, its conversation sends the next. */
export async function fullSpeed(
  chats: readonly Chat[],
  traffic: Traffic,
  options: RunOptions,
): Promise<RunResult> {
  const random = seeded(options.seed);
  const lines = texts(random);
  let going = true;
  let sent = 0;
  const next = (chat: Chat): void => {
    if (!going || traffic.failure) return;
    traffic.send(chat, lines[sent++ % lines.length] ?? '', performance.now(), () => next(chat));
  };
  for (const chat of chats) for (let i = 0; i < (options.inFlight ?? 1); i++) next(chat);
  const result = await measure(traffic, options);
  going = false;
  await traffic.landed();
  return { ...result, sent };
}

/**
 * The open loop: visitors write when they like, so the moments are a Poisson process, and a message that the
 * generator sends late has waited since its moment. The generator never sleeps meanwhile: a timer of Node's is up to a
 * millisecond late.
 */
export async function paced(
  chats: readonly Chat[],
  traffic: Traffic,
  options: RunOptions,
): Promise<RunResult> {
  const random = seeded(options.seed);
  const lines = texts(random);
  const mean = 1_000 / (options.rate ?? 1);
  let going = true;
  let due = performance.now();
  let sent = 0;
  const turn = (): void => {
    if (!going || traffic.failure) return;
    const now = performance.now();
    for (; due <= now; due -= Math.log(1 - random()) * mean) {
      const chat = chats[Math.floor(random() * chats.length)];
      if (chat) traffic.send(chat, lines[sent++ % lines.length] ?? '', due);
    }
    setImmediate(turn);
  };
  turn();
  const result = await measure(traffic, options);
  going = false;
  await traffic.landed();
  return { ...result, sent };
}

async function measure(traffic: Traffic, { seconds, warmUp }: RunOptions): Promise<Omit<RunResult, 'sent'>> {
  await pause(warmUp * 1_000);
  traffic.clear();
  const began = { at: performance.now(), own: process.cpuUsage() };
  await pause(seconds * 1_000);
  // An empty sample has no percentiles: a very short run lasts until it has a message.
  while (traffic.over === 0 && !traffic.failure) await pause(20);
  const took = performance.now() - began.at;
  const { user, system } = process.cpuUsage(began.own);
  const { over, acknowledgements, deliveries } = traffic;
  return {
    messages: over,
    perSecond: (over * 1_000) / took,
    acknowledgement: percentiles(acknowledgements),
    delivery: percentiles(deliveries),
    generator: (user + system) / 1_000 / took,
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
