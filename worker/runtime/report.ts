/** Logs an error that was caught as one JSON line: ids and causes, never texts or secrets. */
export function report(event: string, cause: unknown, details: Record<string, string | number> = {}): void {
  console.error(JSON.stringify({ event, ...details, error: String(cause) }));
}
