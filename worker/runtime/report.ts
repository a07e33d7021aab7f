/** One JSON line for what went wrong and was caught: ids and causes, never texts or secrets. */
export function report(event: string, cause: unknown, details: Record<string, string | number> = {}): void {
  console.error(JSON.stringify({ event, ...details, error: String(cause) }));
}
