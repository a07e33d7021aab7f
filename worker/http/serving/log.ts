/** The Worker's log: one line of JSON for each event, with ids and without anything that a person wrote. */

/** Something that should not have happened. The stack stays here. */
export function logError(error: unknown, where: Record<string, string | undefined>): void {
  const { name, message, stack } = rootOf(error);
  console.error(JSON.stringify({ level: 'error', ...where, error: name, message, stack }));
}

/** The first cause. What wraps it may carry data: Drizzle's message holds a query's parameters, emails and hashes among them. */
function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(typeof error);
  return error.cause === undefined ? error : rootOf(error.cause);
}
