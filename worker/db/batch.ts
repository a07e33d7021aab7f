/** Combines Drizzle's queries and plain SQL in one transaction: Drizzle's own batch takes no plain SQL. */

/** Drizzle's query as a D1 statement. */
export function prepared(
  d1: D1Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): D1PreparedStatement {
  const { sql, params } = query.toSQL();
  return d1.prepare(sql).bind(...params);
}

/** True if D1 failed with this sentence. Drizzle wraps D1's error. */
export function says(error: unknown, sentence: string): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes(sentence) || says(error.cause, sentence);
}
