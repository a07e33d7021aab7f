/** Days for the simulation: synthetic ones from a shape and chance, and recorded ones from the history. */
import type { ConversationState } from '#protocol';
import type { Arrival, SimulatedAgent } from './simulate.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The share of a day's arrivals in each hour: a shop's, with a rise before noon and another after work. */
const hours = [0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 9, 10, 8, 7, 7, 8, 9, 10, 8, 5, 0, 0, 0, 0];
/** The shop's opening and closing times, in milliseconds from midnight. */
export const opening = 8 * hour;
export const closing = 20 * hour;

export interface DayShape {
  readonly arrivals: number;
  /** On average. */
  readonly handlingMinutes: number;
  /** On average; three if absent. */
  readonly patienceMinutes?: number;
  /** Until the agent's first message, on average; fifteen if absent. */
  readonly replySeconds?: number;
  /** The share that needs no answer at once; none if absent. */
  readonly nrt?: number;
}

/** Handling times are lognormal, as real ones are: many short ones and a long tail. */
const spread = 0.8;

/** A synthetic day from its midnight, 0. */
export function syntheticDay(shape: DayShape, random: () => number): Arrival[] {
  const { arrivals, handlingMinutes, patienceMinutes = 3, replySeconds = 15, nrt = 0 } = shape;
  const total = hours.reduce((sum, each) => sum + each, 0);
  const momentOf = () => {
    let rest = random() * total;
    const at = hours.findIndex((weight) => (rest -= weight) < 0);
    return Math.floor((at + random()) * hour);
  };
  const median = handlingMinutes * minute * Math.exp((-spread * spread) / 2);
  return Array.from({ length: arrivals }, (): Arrival => {
    const at = momentOf();
    const type = random() < nrt ? 'nrt' : 'live';
    return {
      ...{ at, type },
      handling: Math.round(median * Math.exp(spread * normal(random))),
      // A visitor who left a question for later returns for the answer.
      patience: type === 'nrt' ? Infinity : Math.round(-Math.log(1 - random()) * patienceMinutes * minute),
      firstReply: Math.round(-Math.log(1 - random()) * replySeconds * 1_000),
    };
  }).sort((a, b) => a.at - b.at);
}

/** The Box-Muller transform. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Agents for such a day, in three overlapping shifts of eight hours. */
export function syntheticAgents(count: number, live: number | null): SimulatedAgent[] {
  return Array.from({ length: count }, (_, index) => {
    const from = opening + (index % 3) * 2 * hour;
    return {
      id: `agent${String(index + 1).padStart(4, '0')}`,
      name: `Agent ${index + 1}`,
      groups: [],
      limits: { live, nrt: live },
      shifts: [{ from, to: from + 8 * hour, status: 'online' as const }],
    };
  });
}

/**
 * The least patience of a visitor who was answered, in milliseconds: they might have waited longer, but how long is
 * unknown.
 */
const leastPatience = 5 * minute;

/**
 * The conversations that began within a span, with their real times. Open ones are left out, and so are those in which
 * an agent never replied: their handling time is unknown.
 */
export function recordedDay(states: readonly ConversationState[], from: number, to: number): Arrival[] {
  return states
    .flatMap((state): Arrival[] => {
      const { startedAt: at, firstAssignedAt, firstReplyAt, closed, type, campaign } = state;
      if (at < from || at >= to || !closed) return [];
      const base = { at, type, campaign: campaign.id };
      // The visitor gave up, or the chat was ended for them: the handling time is estimated from the others.
      if (firstAssignedAt === null)
        return [{ ...base, handling: NaN, patience: closed.at - at, firstReply: 0 }];
      if (firstReplyAt === null) return [];
      return [
        {
          ...base,
          handling: Math.max(0, closed.at - firstAssignedAt),
          patience: Math.max(leastPatience, firstAssignedAt - at),
          firstReply: Math.max(0, firstReplyAt - firstAssignedAt),
        },
      ];
    })
    .map((arrival, _, all) => (Number.isNaN(arrival.handling) ? { ...arrival, ...typical(all) } : arrival))
    .sort((a, b) => a.at - b.at);
}

/** The medians of the known times. */
function typical(all: readonly Arrival[]): Pick<Arrival, 'handling' | 'firstReply'> {
  const known = all.filter(({ handling }) => !Number.isNaN(handling));
  const middle = (of: 'handling' | 'firstReply') =>
    known.map((each) => each[of]).sort((a, b) => a - b)[known.length >> 1] ?? 5 * minute;
  return { handling: middle('handling'), firstReply: middle('firstReply') };
}
