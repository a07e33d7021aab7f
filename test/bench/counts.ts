/** What the counting entry (counting-server.ts) counts, and how it is asked. */

/** What woke the actors of a class. */
export interface Wakes {
  constructed: number;
  alarms: number;
  frames: number;
  /** Upgrades, closes, RPC. */
  calls: number;
  timers: number;
  /** Wall time of all of these, with the time that a timer was pending. */
  activeMs: number;
}

export interface Counts {
  /** Requests to the Worker. */
  requests: number;
  actorRows: number;
  alarmRows: number;
  databaseRows: number;
  /** The actors' rows, by table. */
  writes: Record<string, number>;
  wakes: Record<string, Wakes>;
  /** The methods that the runtime called, as `Actor.method`. */
  methods: Record<string, number>;
}

/** The counts since the last call, which begins them anew. */
export async function takeCounts(url: string): Promise<Counts> {
  return (await (await fetch(`${url}/bench/counts`, { method: 'DELETE' })).json()) as Counts;
}
