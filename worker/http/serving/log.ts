/** The Worker's log: one line of JSON for each event, with ids and without anything that a person wrote. */

/** Logs an error. The stack appears only in the log. */
export function logError(error: unknown, where: Record<string, string | undefined>): void {
  const { name, message, stack } = rootOf(error);
  console.error(JSON.stringify({ level: 'error', ...where, error: name, message, stack }));
}

/**
 * The first cause. The errors that wrap it may contain data: Drizzle includes the parameters of a query in its
 * message, emails and hashes among them.
 */
function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(typeof error);
  return error.cause === undefined ? error : rootOf(error.cause);
}
