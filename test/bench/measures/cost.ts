/**
 * The work that Cloudflare bills for a chat: a visitor and an agent, the first message, twelve more, ten seconds apart,
 * and the visitor leaves. README computes a month's bill from these figures.
 */
import { laterWindow } from '#domain/conversation/archive';
import { takeCounts, type Wakes } from '../counts.ts';
import type { Figure } from '../figures.ts';
import type { Plan, Sizes } from '../plan.ts';
import { countingEntry } from './rows.ts';
import { pause, withPeer } from './session.ts';

/** `quiet` lasts until the visitor counts as gone and the history is written, in milliseconds. */
const sizes: Sizes<{ conversations: number; seconds: number; quiet: number }> = {
  full: { conversations: 40, seconds: 120, quiet: laterWindow + 40_000 },
  quick: { conversations: 40, seconds: 30, quiet: laterWindow + 40_000 },
  smoke: { conversations: 2, seconds: 1, quiet: 500 },
};
const secondsApart = 10;
/**
 * Cloudflare bills twenty frames of a client as one request
 * (https://developers.cloudflare.com/durable-objects/platform/pricing/).
 */
const framesPerRequest = 20;

export function cost(plan: Plan): Promise<Figure[]> {
  const { conversations, seconds, quiet } = sizes[plan.scale];
  return withPeer('parley', { medium: 'ram', entry: countingEntry }, async ({ address }, generator) => {
    await takeCounts(address.url);
    await generator.run('open', conversations);
    const rate = conversations / secondsApart;
    await generator.run('paced', { rate, seconds, warmUp: 0, seed: plan.seed });
    await generator.run('close');
    await pause(quiet);
    const { requests, actorRows, alarmRows, databaseRows, wakes } = await takeCounts(address.url);
    const total = (of: (wakes: Wakes) => number) =>
      Object.values(wakes).reduce((sum, each) => sum + of(each), 0);
    const actorRequests = total(({ calls, alarms, frames }) => calls + alarms + frames / framesPerRequest);
    const figure = (name: string, unit: string, value: number): Figure => ({
      name: `a chat of ${1 + Math.round(seconds / secondsApart)} messages: ${name}`,
      unit,
      digits: 1,
      samples: { parley: [value / conversations] },
      goals: [],
    });
    return [
      figure('requests to the Worker', '', requests),
      figure('requests to Durable Objects', '', actorRequests),
      figure('time of Durable Objects, at the most', 's', total(({ activeMs }) => activeMs) / 1_000),
      figure('rows written in Durable Objects', '', actorRows + alarmRows),
      figure('rows written in D1', '', databaseRows),
    ];
  });
}
