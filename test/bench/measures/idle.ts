/**
 * The cost of idle visitors: how often an actor wakes while visitors have their conversations open and write nothing.
 * Some chat with an agent, some are in the queue.
 */
import { takeCounts, type Wakes } from '../counts.ts';
import type { Figure } from '../figures.ts';
import type { Plan, Sizes } from '../plan.ts';
import { pause, withPeer } from './session.ts';
import { countingEntry } from './rows.ts';

/** Seconds: until the opening has been written and the last visitor has a position; and of silence. */
const sizes: Sizes<{ chatting: number; waiting: number; settle: number; seconds: number }> = {
  full: { chatting: 50, waiting: 30, settle: 25, seconds: 90 },
  quick: { chatting: 50, waiting: 30, settle: 25, seconds: 30 },
  smoke: { chatting: 3, waiting: 2, settle: 1, seconds: 2 },
};
/** The agents of the demo account, each with a tab; their leases are checked once a minute. */
const agents = 2;

export function idle(plan: Plan): Promise<Figure[]> {
  const { chatting, waiting, settle, seconds } = sizes[plan.scale];
  const visitors = chatting + waiting;
  return withPeer('parley', { medium: 'ram', entry: countingEntry }, async ({ address }, generator) => {
    await generator.run('begin', waiting);
    await generator.run('open', chatting);
    await pause(settle * 1_000);
    await takeCounts(address.url);
    await pause(seconds * 1_000);
    const { wakes, methods } = await takeCounts(address.url);
    for (const [actor, counts] of Object.entries(wakes))
      plan.log(`idle for ${seconds} s: ${actor} ${JSON.stringify(counts)}`);
    if (Object.keys(methods).length > 0) plan.log(`  calls: ${JSON.stringify(methods)}`);
    const { Agent, ...others } = wakes;
    const perHour = (amount: number, heads: number) => (amount * 3_600) / seconds / heads;
    const figure = (name: string, unit: string, value: number, goals: Figure['goals']): Figure => ({
      name,
      unit,
      digits: 1,
      samples: { parley: [value] },
      goals,
    });
    const all = Object.values(others);
    const none = [{ atMost: 0 }];
    const note = `from ${seconds} s of ${visitors} visitors`;
    return [
      figure(`wake-ups per idle visitor-hour, ${note}`, '', perHour(sum(all, wakeUps), visitors), none),
      figure(
        `active time per idle visitor-hour, ${note}`,
        'ms',
        perHour(
          sum(all, ({ activeMs }) => activeMs),
          visitors,
        ),
        none,
      ),
      figure(
        'for scale: wake-ups per connected agent-hour',
        '',
        perHour(Agent ? wakeUps(Agent) : 0, agents),
        [],
      ),
    ];
  });
}

const wakeUps = ({ constructed, alarms, frames, calls, timers }: Wakes) =>
  constructed + alarms + frames + calls + timers;
const sum = (all: readonly Wakes[], of: (one: Wakes) => number) =>
  all.reduce((total, one) => total + of(one), 0);
