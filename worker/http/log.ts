/** The Worker's log: one line of JSON for each event, with ids and without anything that a person wrote. */

/** Something that should not have happened. The stack stays here. */
export function logError(error: unknown, where: Record<string, string | undefined>): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: 'error', ...where, error: name, message, stack }));
}
