/**
 * Rows written for a message, the actors' and the database's, including all late writes. Nothing here depends on
 * time.
 */
import { laterWindow } from '#domain/conversation/archive';
import { takeCounts } from '../counts.ts';
import type { Figure } from '../figures.ts';
import type { Plan, Scale, Sizes } from '../plan.ts';
import { pause, withPeer } from './session.ts';

export const countingEntry = 'test/bench/counting-server.ts';
/** Milliseconds: until the opening is written; until the messages are, with the history. */
const sizes: Sizes<{ conversations: number; settle: number; quiet: number }> = {
  full: { conversations: 100, settle: 8_000, quiet: laterWindow + 4_000 },
  quick: { conversations: 100, settle: 8_000, quiet: laterWindow + 4_000 },
  smoke: { conversations: 4, settle: 500, quiet: 500 },
};

interface Load {
  readonly name: string;
  /** Messages a second of all conversations; without it, as many as the server accepts. */
  readonly rate?: number;
  readonly seconds: number;
  readonly goal: boolean;
}

const loads: readonly Load[] = [
  { name: 'at full speed', seconds: 10, goal: true },
  { name: 'at 200 a second', rate: 200, seconds: 60, goal: true },
  { name: 'at one message per conversation every 5 s', rate: 20, seconds: 40, goal: false },
];
/** The share of those seconds at each scale. */
const shares: Record<Scale, number> = { full: 1, quick: 1 / 4, smoke: 1 / 50 };

export async function rows(plan: Plan): Promise<Figure[]> {
  // Concurrently: rows are counted, and not timed.
  const counted = await Promise.all(loads.map((load) => count(plan, load)));
  return loads.map(({ name, goal }, index) => ({
    name: `rows written per message, ${name}`,
    unit: '',
    digits: 3,
    samples: { parley: [counted[index] ?? NaN] },
    goals: goal ? [{ atMost: 1.05 }] : [],
  }));
}

function count(plan: Plan, { name, rate, seconds }: Load): Promise<number> {
  const { conversations, settle, quiet } = sizes[plan.scale];
  return withPeer('parley', { medium: 'ram', entry: countingEntry }, async ({ address }, generator) => {
    await generator.run('open', conversations);
    // The rows of the opening do not belong to the messages.
    await pause(settle);
    await takeCounts(address.url);
    const run = { seconds: seconds * shares[plan.scale], warmUp: 0, seed: plan.seed };
    const { sent } = await generator.run(
      rate ? 'paced' : 'fullSpeed',
      rate ? { ...run, rate } : { ...run, inFlight: 2 },
    );
    await pause(quiet);
    const { actorRows, alarmRows, databaseRows, writes } = await takeCounts(address.url);
    const each = (rows: number) => (rows / sent).toFixed(3);
    plan.log(
      `rows ${name}: ${sent} messages; each ${each(actorRows)} in actors, ${each(alarmRows)} alarms, ${each(databaseRows)} in D1`,
    );
    plan.log(
      `  of the actors' rows: ${Object.entries(writes)
        .map(([what, rows]) => `${what} ${rows}`)
        .join(', ')}`,
    );
    return (actorRows + alarmRows + databaseRows) / sent;
  });
}
