/** Days to be simulated: one made up of a shape and chance, and one that was, as far as the history tells. */
import type { ConversationState } from '#protocol';
import type { Arrival, SimulatedAgent } from '../routing/simulate.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How a day's arrivals are spread over its hours: a shop's, with a rise before noon and another after work. */
const hours = [0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 9, 10, 8, 7, 7, 8, 9, 10, 8, 5, 0, 0, 0, 0];
/** When that shop opens and closes, in milliseconds from midnight. */
export const opening = 8 * hour;
export const closing = 20 * hour;

export interface DayShape {
  readonly arrivals: number;
  /** On the average. */
  readonly handlingMinutes: number;
  /** On the average; without it three. */
  readonly patienceMinutes?: number;
  /** Until the agent's first word, on the average; without it fifteen. */
  readonly replySeconds?: number;
  /** Which share needs no answer at once; without it none. */
  readonly nrt?: number;
}

/** Handling is lognormal, as such times are: many short ones and a long tail. */
const spread = 0.8;

/** A made-up day from its midnight, 0. */
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
      // Who left a question for later comes back for the answer.
      patience: type === 'nrt' ? Infinity : Math.round(-Math.log(1 - random()) * patienceMinutes * minute),
      firstReply: Math.round(-Math.log(1 - random()) * replySeconds * 1_000),
    };
  }).sort((a, b) => a.at - b.at);
}

/** By Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** So many agents for such a day, in three overlapping shifts of eight hours. */
export function syntheticAgents(count: number, live: number | null): SimulatedAgent[] {
  return Array.from({ length: count }, (_, place) => {
    const from = opening + (place % 3) * 2 * hour;
    return {
      id: `agent${String(place + 1).padStart(4, '0')}`,
      name: `Agent ${place + 1}`,
      groups: [],
      limits: { live, nrt: live },
      shifts: [{ from, to: from + 8 * hour, status: 'online' as const }],
    };
  });
}

/** Who was answered might have waited longer: at least so long, in milliseconds. Nobody knows more. */
const leastPatience = 5 * minute;

/**
 * What was written between two moments, with the times that it really took. What is not over yet is left out, and so is who
 * was answered by nobody while an agent had them: how long they would have taken isn't known.
 */
export function recordedDay(states: readonly ConversationState[], from: number, to: number): Arrival[] {
  return states
    .flatMap((state): Arrival[] => {
      const { startedAt: at, firstAssignedAt, firstReplyAt, closed, type, campaign } = state;
      if (at < from || at >= to || !closed) return [];
      const base = { at, type, campaign: campaign.id };
      // They gave up, or somebody ended it for them: how long an answer would have taken, others tell.
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

/** The middle of those that are known. */
function typical(all: readonly Arrival[]): Pick<Arrival, 'handling' | 'firstReply'> {
  const known = all.filter(({ handling }) => !Number.isNaN(handling));
  const middle = (of: 'handling' | 'firstReply') =>
    known.map((each) => each[of]).sort((a, b) => a - b)[known.length >> 1] ?? 5 * minute;
  return { handling: middle('handling'), firstReply: middle('firstReply') };
}
