/** Agents by the hundred: the request to the entry that creates them (agents-server.ts), and its answer. */

export interface StaffOrder {
  readonly agents: number;
  /** Each agent's limit of live conversations. */
  readonly limit: number;
}

export interface Staff {
  readonly site: string;
  readonly agents: { id: string; /** the value of their cookie */ token: string }[];
}
