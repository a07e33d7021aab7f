/** The counts of the counting entry (counting-server.ts), and the request that returns them. */

/** The causes of the wake-ups of a class of actors. */
export interface Wakes {
  constructed: number;
  alarms: number;
  frames: number;
  /** Upgrades, closes, RPC. */
  calls: number;
  timers: number;
  /** Wall time of all of these, including the time for which a timer was pending. */
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

/** Returns the counts since the last call, and resets them. */
export async function takeCounts(url: string): Promise<Counts> {
  return (await (await fetch(`${url}/bench/counts`, { method: 'DELETE' })).json()) as Counts;
}
