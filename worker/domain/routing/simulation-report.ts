/** The result of a simulated day, in numbers. */
import { spread, type Spread } from '../base/spread.ts';

/** Counts of a day in progress; spans in milliseconds. */
export interface Tally {
  readonly arrivals: number;
  abandoned: number;
  forwarded: number;
  stalled: number;
  missed: number;
  declined: number;
  /**
   * For each visitor with a reply: the time until the replying agent was assigned, and until the agent's first message.
   */
  readonly waits: number[];
  readonly firstReplies: number[];
  readonly from: number;
  to: number;
  /** The number of waiting visitors, from each moment on. */
  readonly queue: { readonly at: number; readonly waiting: number }[];
  /** Changes of the number without a reply, by one each, in any order. */
  readonly replies: { readonly at: number; readonly by: 1 | -1 }[];
  readonly agents: Map<string, { handled: number; busy: number; peak: number; here: number }>;
}

export interface Report {
  readonly arrivals: number;
  readonly answered: number;
  /** They gave up before they had an agent. */
  readonly abandoned: number;
  /** They still waited after the last event. */
  readonly left: number;
  /** From the first message to the agent who replied, of those who got a reply; milliseconds, 0 if there are none. */
  readonly wait: Spread;
  /** From the visitor's first message to an agent's. A chat that is passed on has an agent, but no reply yet. */
  readonly firstReply: Spread;
  /** Taken from an agent who did not reply in time. */
  readonly forwarded: number;
  /** Taken from so many agents that routing no longer assigned them. */
  readonly stalled: number;
  readonly offers: { readonly missed: number; readonly declined: number };
  readonly agents: readonly {
    readonly id: string;
    readonly name: string;
    readonly handled: number;
    /** The time with at least one conversation, while they were present. */
    readonly busySeconds: number;
    /** The share of their time present; null if they never were. */
    readonly utilisation: number | null;
    /** The most conversations at once. */
    readonly peak: number;
  }[];
  /** The share of all agents' time present in which they had a conversation; null if none was present. */
  readonly utilisation: number | null;
  /** The largest queue in each part of the day, for the chart. */
  readonly queue: Series;
  /** The largest number of visitors without a reply, with an agent or without. */
  readonly unanswered: Series;
}

export type Series = readonly { readonly at: number; readonly most: number }[];

/** The number of parts into which a day is cut for the chart. */
const parts = 96;

export function summarize(
  tally: Tally,
  agents: readonly { readonly id: string; readonly name: string }[],
  left: number,
): Report {
  const { arrivals, abandoned, forwarded, stalled, missed, declined } = tally;
  const counts = [...tally.agents.values()];
  const sum = (of: 'here' | 'busy') => counts.reduce((total, each) => total + each[of], 0);
  return {
    ...{ arrivals, answered: tally.waits.length, abandoned, left, forwarded, stalled },
    offers: { missed, declined },
    wait: spread(tally.waits),
    firstReply: spread(tally.firstReplies),
    agents: agents.map(({ id, name }) => {
      const { handled, busy, peak, here } = tally.agents.get(id) ?? { handled: 0, busy: 0, peak: 0, here: 0 };
      const utilisation = here > 0 ? busy / here : null;
      return { id, name, handled, busySeconds: Math.round(busy / 1_000), utilisation, peak };
    }),
    utilisation: sum('here') > 0 ? sum('busy') / sum('here') : null,
    queue: series(tally, tally.queue),
    unanswered: series(tally, unanswered(tally)),
  };
}

/**
 * The number of visitors without a reply over time. A visitor who is answered in the same moment still counts for that
 * moment.
 */
function unanswered({ replies }: Tally): Tally['queue'] {
  let waiting = 0;
  return replies
    .toSorted((a, b) => a.at - b.at || b.by - a.by)
    .map(({ at, by }) => ({ at, waiting: (waiting += by) }));
}

function series({ from, to }: Tally, counts: Tally['queue']): Series {
  const width = Math.max(1, (to - from) / parts);
  let index = 0;
  let waiting = 0;
  return Array.from({ length: parts }, (_, part) => {
    const at = from + part * width;
    // The number at the start of a part counts in it, too.
    let most = waiting;
    for (let next = counts[index]; next && next.at < at + width; next = counts[++index])
      most = Math.max(most, (waiting = next.waiting));
    return { at: Math.round(at), most };
  });
}
