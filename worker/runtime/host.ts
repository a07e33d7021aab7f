/**
 * The platform as an actor's core needs it. The Durable Object provides the real one; a test provides a simulated one,
 * with a virtual clock and crashes.
 */
export interface Sql {
  exec(query: string, ...bindings: (string | number | null)[]): Iterable<Record<string, unknown>>;
}

/** A hibernating socket. Its description is in its attachment, which outlives the actor's memory. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

export interface Host {
  readonly sql: Sql;
  now(): number;
  random(): number;
  bytes(count: number): Uint8Array;
  /**
   * The time of the alarm, in milliseconds, or null. Read once, when the actor wakes, and known before the first
   * event.
   */
  readonly alarmAt: Promise<number | null>;
  /** Sets or removes the one alarm. Durable together with the writes around it. */
  setAlarm(at: number | null): void;
  /** Work that the answer does not wait for. */
  background(work: Promise<unknown>): void;
  /** For work that may be lost with the memory, and only for seconds: a pending timer keeps the actor awake. */
  timer(delay: number, task: () => void): () => void;
  /** The open sockets. */
  sockets(tag?: string): Socket[];
  /** When the runtime last answered a ping of this socket itself, or null. */
  lastPing(socket: Socket): number | null;
}

/** The first row, or undefined. */
export function first<T>(rows: Iterable<Record<string, unknown>>): T | undefined {
  for (const row of rows) return row as T;
  return undefined;
}

/** All rows. The caller names the shape that its query returns. */
export function all<T>(rows: Iterable<Record<string, unknown>>): T[] {
  return [...rows] as T[];
}
