/** Rows written for a message, the actors' and the database's, with all that is written late. Nothing here depends on time taken. */
import { laterWindow } from '../../../worker/domain/index.ts';
import { takeCounts } from '../counts.ts';
import type { Figure } from '../figures.ts';
import type { Plan } from '../plan.ts';
import { pause, withPeer } from './session.ts';

export const countingEntry = 'test/bench/counting-server.ts';
const conversations = 100;
/** Until the history is written, and what that brings with it. */
const quiet = laterWindow + 4_000;

interface Load {
  readonly name: string;
  /** Messages a second of all conversations; as many as the server takes where it is missing. */
  readonly rate?: number;
  readonly seconds: number;
  readonly goal: boolean;
}

const loads: readonly Load[] = [
  { name: 'at full speed', seconds: 10, goal: true },
  { name: 'at 200 a second', rate: 200, seconds: 60, goal: true },
  { name: 'at one message per conversation every 5 s', rate: conversations / 5, seconds: 40, goal: false },
];

export async function rows(plan: Plan): Promise<Figure[]> {
  // Side by side: rows are counted, and not timed.
  const counted = await Promise.all(loads.map((load) => count(plan, load)));
  return loads.map(({ name, goal }, place) => ({
    name: `rows written per message, ${name}`,
    unit: '',
    digits: 3,
    samples: { parley: [counted[place] ?? NaN] },
    goals: goal ? [{ atMost: 1.05 }] : [],
  }));
}

function count(plan: Plan, { name, rate, seconds }: Load): Promise<number> {
  return withPeer('parley', { medium: 'ram', entry: countingEntry }, async ({ address }, generator) => {
    await generator.run('open', conversations);
    // What the opening writes does not belong to the messages.
    await pause(8_000);
    await takeCounts(address.url);
    const run = { seconds: plan.quick ? seconds / 4 : seconds, warmUp: 0, seed: plan.seed };
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
