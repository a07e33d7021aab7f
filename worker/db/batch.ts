/** Drizzle's queries beside plain SQL in one transaction: its own batch takes no plain SQL. */

/** A query of Drizzle's, as a statement of D1's. */
export function prepared(
  d1: D1Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): D1PreparedStatement {
  const { sql, params } = query.toSQL();
  return d1.prepare(sql).bind(...params);
}

/** Whether D1 has refused with this sentence. Drizzle wraps what D1 says. */
export function says(error: unknown, sentence: string): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes(sentence) || says(error.cause, sentence);
}
