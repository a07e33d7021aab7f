/** The model of the protocol: many seeds, every kind of fault, and mutants that must be caught. */
import { beforeEach, expect, test, vi } from 'vitest';
import { runModel, type Outcome } from './model.ts';

// Faults are reported as they should be; a run makes thousands of them.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

const seeds = Number(process.env['SEEDS'] ?? 150);

test(`R3 R4 LOG-6 F37 I1-I5 ENT-18 ENT-19: under all faults a view is a window of the log as its reader may see it, no frame has a text that was taken back, and no mark falls; after quiet a view is the whole log (${seeds} seeds)`, async () => {
  const total = {
    ...{ steps: 0, sent: 0, entries: 0, edits: 0, deletions: 0, notes: 0, quotes: 0 },
    ...{ evictions: 0, crashes: 0, archiveFailures: 0 },
  };
  const failed: { seed: number; violations: string[] }[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = await runModel(seed);
    if (outcome.violations.length > 0) failed.push({ seed, violations: outcome.violations });
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += outcome[key];
  }
  console.info(`model: ${seeds} seeds, ${JSON.stringify(total)}, violations ${failed.length}`);
  expect(failed).toEqual([]);
  // A run without any event proves nothing.
  for (const count of Object.values(total)) expect(count).toBeGreaterThan(0);
}, 300_000);

/** Counts the seeds until a mutant is caught. */
async function caughtBy(
  mutation: Parameters<typeof runModel>[1],
  rule: RegExp,
): Promise<Outcome | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const outcome = await runModel(seed, mutation);
    if (outcome.violations.some((violation) => rule.test(violation))) return outcome;
  }
  return undefined;
}

test.each([
  ['no idempotency', { forgetful: true }, /I2/],
  ['commands may overtake each other', { disorderly: true }, /CMD-11/],
  ['acknowledged before it is durable', { ungated: true }, /I4|I2/],
  ['the cursor moves before delivery', { hasty: true }, /I5/],
  ['marks are kept in memory only', { marksInMemory: true }, /F37/],
  ['ranges are not revised for agents', { unrevisedRanges: true }, /ENT-18/],
  ['nothing is revised for anybody', { unrevised: true }, /ENT-18/],
  ['clients keep what they were sent', { unrevisedViews: true }, /I4/],
] as const)(
  'R4: the model catches a mutant: %s',
  async (_, mutation, rule) => {
    expect(await caughtBy(mutation, rule)).toBeDefined();
  },
  120_000,
);
