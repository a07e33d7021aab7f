/** Agents by the hundred: what the entry that makes them (agents-server.ts) is asked, and answers. */

export interface StaffOrder {
  readonly agents: number;
  /** How many live conversations each may have. */
  readonly limit: number;
}

export interface Staff {
  readonly site: string;
  readonly agents: { id: string; /** What their cookie holds. */ token: string }[];
}
