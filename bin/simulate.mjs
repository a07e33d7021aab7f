// `npm run simulate`: simulates a day of chats under several routings, side by side. It needs no server: the rules
// are pure functions of the domain.
import { readFileSync } from 'node:fs';
import { seeded } from '#domain/routing/chance';
import { syntheticAgents, syntheticDay } from '#domain/routing/days';
import { simulate } from '#domain/routing/simulate';
import { check, defaultRouting, isRefusal, methods, Routing } from '#protocol';
import { readArguments, refuseArguments } from './arguments.mjs';

const usage = `npm run simulate -- [options]

  --arrivals N       conversations in the generated day; 600 by default
  --agents N         agents, in three overlapping shifts; 12 by default
  --handling N       minutes that a conversation takes on average; 8 by default
  --limit N          conversations at once for each agent, 0 for no limit; 3 by default
  --offer N          seconds until an offer expires; without it, conversations are assigned directly
  --forward-after N  seconds without a reply (10 to 60) after which a conversation is forwarded to another agent
  --seed N           of the random numbers: the same seed gives the same day; 1 by default
  --day FILE         a day instead of a generated one: JSON {arrivals, agents?} as in worker/domain/routing/simulate.ts
  --levels FILE      one scenario with this routing (JSON as a campaign's \`settings.routing\`) beside every method

Without --levels, the five methods are compared side by side.
`;

const { values } = readArguments(usage, {
  options: {
    arrivals: { type: 'string', default: '600' },
    agents: { type: 'string', default: '12' },
    handling: { type: 'string', default: '8' },
    limit: { type: 'string', default: '3' },
    offer: { type: 'string' },
    'forward-after': { type: 'string' },
    seed: { type: 'string', default: '1' },
    day: { type: 'string' },
    levels: { type: 'string' },
    help: { type: 'boolean' },
  },
});

/** @typedef {import('../worker/domain/routing/simulate.ts').Scenario} Scenario */
/** @typedef {import('../worker/domain/routing/simulation-report.ts').Report} Report */

try {
  compare();
} catch (error) {
  refuseArguments(usage, error instanceof Error ? error.message : String(error));
}

function compare() {
  const seed = number('seed', 0, 2 ** 32 - 1);
  const limit = number('limit', 0, 100);
  const given = values.day === undefined ? {} : readJson(values.day);
  /** @type {Scenario['arrivals']} */
  const arrivals =
    given.arrivals ??
    syntheticDay(
      { arrivals: number('arrivals', 0, 100_000), handlingMinutes: number('handling', 0.1, 600) },
      seeded(seed),
    );
  /** @type {Scenario['agents']} */
  const agents = given.agents ?? syntheticAgents(number('agents', 0, 2_000), limit || null);
  /** @type {Scenario['handing']} */
  const handing =
    values.offer === undefined
      ? { how: 'assigned' }
      : { how: 'offered', seconds: number('offer', 5, 120), accepts: 0.9, delay: 5_000 };
  const forwardAfter = values['forward-after'] === undefined ? null : number('forward-after', 10, 60);
  const users = agents.map(({ id }) => id);
  /** @type {[string, Routing][]} */
  const scenarios = methods.map((method) => {
    const levels = [{ id: 'one', title: 'Level 1', users, groups: [], method }];
    return [method, { ...defaultRouting, levels, forwardAfter }];
  });
  if (values.levels !== undefined) scenarios.unshift(['--levels', routingOf(readJson(values.levels))]);
  // Every scenario has the same seed, so that differences come from the routing.
  const reports = scenarios.map(([, routing]) =>
    simulate({ arrivals, agents, routing, handing }, seeded(seed)),
  );
  console.log(`${arrivals.length} conversations, ${agents.length} agents, seed ${seed}\n`);
  print(
    scenarios.map(([name]) => name),
    reports,
  );
}

/** @param {unknown} json @returns {Routing} */
function routingOf(json) {
  const routing = check(Routing, json);
  if (isRefusal(routing)) throw new Error(`${values.levels} is not a valid routing: ${routing.field ?? ''}`);
  return /** @type {Routing} */ (routing);
}

/** @param {string[]} names @param {Report[]} reports */
function print(names, reports) {
  /** @type {[string, (report: Report) => string | number][]} */
  const rows = [
    ['answered', ({ answered }) => answered],
    ['abandoned', ({ abandoned }) => abandoned],
    ['waiting at the end', ({ left }) => left],
    ['median wait', ({ wait }) => span(wait.p50)],
    ['90th percentile wait', ({ wait }) => span(wait.p90)],
    ['longest wait', ({ wait }) => span(wait.max)],
    ['median first reply', ({ firstReply }) => span(firstReply.p50)],
    ['longest first reply', ({ firstReply }) => span(firstReply.max)],
    ['longest queue', ({ queue }) => Math.max(0, ...queue.map(({ most }) => most))],
    ['most unanswered at once', ({ unanswered }) => Math.max(0, ...unanswered.map(({ most }) => most))],
    ['forwarded', ({ forwarded }) => forwarded],
    ['stalled', ({ stalled }) => stalled],
    ['missed offers', ({ offers }) => offers.missed],
    ['declined offers', ({ offers }) => offers.declined],
    ['fewest chats of an agent', ({ agents }) => least(agents.map(({ handled }) => handled))],
    ['most chats of an agent', ({ agents }) => Math.max(0, ...agents.map(({ handled }) => handled))],
    ['most chats at once', ({ agents }) => Math.max(0, ...agents.map(({ peak }) => peak))],
    ['occupancy', ({ utilisation }) => (utilisation === null ? '–' : `${Math.round(utilisation * 100)} %`)],
  ];
  const table = [
    ['', ...names],
    ...rows.map(([label, of]) => [label, ...reports.map((each) => `${of(each)}`)]),
  ];
  const widths = (table[0] ?? []).map((_, at) => Math.max(...table.map((row) => (row[at] ?? '').length)));
  for (const [first = '', ...cells] of table) {
    const label = first.padEnd(widths[0] ?? 0);
    console.log([label, ...cells.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))].join('  '));
  }
}

/** @param {number[]} counts */
function least(counts) {
  return counts.length > 0 ? Math.min(...counts) : 0;
}

/** @param {number} milliseconds */
function span(milliseconds) {
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * @param {'arrivals' | 'agents' | 'handling' | 'limit' | 'offer' | 'forward-after' | 'seed'} name
 * @param {number} from @param {number} to
 */
function number(name, from, to) {
  const value = Number(values[name]);
  if (!(value >= from && value <= to)) throw new Error(`--${name} must be a number from ${from} to ${to}.`);
  return value;
}

/** @param {string} file @returns {any} */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`${file} can’t be read as JSON.`);
  }
}
