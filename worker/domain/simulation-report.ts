/** What came of a simulated day, in numbers. */

/** What is counted while the day is played; spans in milliseconds. */
export interface Tally {
  readonly arrivals: number;
  abandoned: number;
  forwarded: number;
  missed: number;
  declined: number;
  /** Of everybody who was answered. */
  readonly waits: number[];
  readonly from: number;
  to: number;
  /** How many waited, from each moment on. */
  readonly queue: { readonly at: number; readonly waiting: number }[];
  readonly agents: Map<string, { handled: number; busy: number; peak: number; here: number }>;
}

export interface Report {
  readonly arrivals: number;
  readonly answered: number;
  /** They gave up before an agent had them. */
  readonly abandoned: number;
  /** They still waited when nothing more was to come. */
  readonly left: number;
  /** From the first word to the agent who answered, of those who were answered; milliseconds, 0 where there are none. */
  readonly wait: { readonly p50: number; readonly p90: number; readonly max: number };
  /** Taken from an agent who didn't write in time. */
  readonly forwarded: number;
  readonly offers: { readonly missed: number; readonly declined: number };
  readonly agents: readonly {
    readonly id: string;
    readonly name: string;
    readonly handled: number;
    /** With at least one conversation, while they were here. */
    readonly busySeconds: number;
    /** Of the time that they were here; null where they never were. */
    readonly utilisation: number | null;
    /** Conversations at once, at most. */
    readonly peak: number;
  }[];
  /** The share of the time of all who were here in which they had a conversation; null where nobody was. */
  readonly utilisation: number | null;
  /** The most who waited at once in each part of the day, for drawing. */
  readonly queue: readonly { readonly at: number; readonly most: number }[];
}

/** Into so many parts a day is cut for drawing. */
const parts = 96;

export function summarize(
  tally: Tally,
  agents: readonly { readonly id: string; readonly name: string }[],
  left: number,
): Report {
  const { arrivals, abandoned, forwarded, missed, declined } = tally;
  const waits = tally.waits.toSorted((a, b) => a - b);
  const counts = [...tally.agents.values()];
  const sum = (of: 'here' | 'busy') => counts.reduce((total, each) => total + each[of], 0);
  return {
    ...{ arrivals, answered: waits.length, abandoned, left, forwarded, offers: { missed, declined } },
    wait: { p50: percentile(waits, 0.5), p90: percentile(waits, 0.9), max: waits.at(-1) ?? 0 },
    agents: agents.map(({ id, name }) => {
      const { handled, busy, peak, here } = tally.agents.get(id) ?? { handled: 0, busy: 0, peak: 0, here: 0 };
      const utilisation = here > 0 ? busy / here : null;
      return { id, name, handled, busySeconds: Math.round(busy / 1_000), utilisation, peak };
    }),
    utilisation: sum('here') > 0 ? sum('busy') / sum('here') : null,
    queue: series(tally),
  };
}

/** By nearest rank: one that was really waited. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function series({ from, to, queue }: Tally): { at: number; most: number }[] {
  const width = Math.max(1, (to - from) / parts);
  let place = 0;
  let waiting = 0;
  return Array.from({ length: parts }, (_, part) => {
    const at = from + part * width;
    // Who waits when a part begins waits in it, too.
    let most = waiting;
    for (let next = queue[place]; next && next.at < at + width; next = queue[++place])
      most = Math.max(most, (waiting = next.waiting));
    return { at: Math.round(at), most };
  });
}
