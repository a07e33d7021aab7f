/**
 * What an actor's core needs of the platform. The Durable Object gives it the real thing; a test gives it a simulated one, with a
 * virtual clock and crashes.
 */
export interface Sql {
  exec(query: string, ...bindings: (string | number | null)[]): Iterable<Record<string, unknown>>;
}

/** A hibernating socket. What it is rides in its attachment, which outlives the actor's memory. */
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
  /** The time of the alarm that is set, in milliseconds, or null. Read once, when the actor wakes; known before its first event. */
  readonly alarmAt: Promise<number | null>;
  /** Sets the one alarm, or takes it away. Durable together with the writes around it. */
  setAlarm(at: number | null): void;
  /** Work that the answer does not wait for. */
  background(work: Promise<unknown>): void;
  /** For what may be lost with the memory, and for no longer than seconds: a pending timer keeps the actor awake. */
  timer(delay: number, task: () => void): () => void;
  /** The open ones. */
  sockets(tag?: string): Socket[];
  /** When the runtime last answered a ping of this socket by itself, or null. */
  lastPing(socket: Socket): number | null;
}

/** The first row, or undefined. */
export function first<T>(rows: Iterable<Record<string, unknown>>): T | undefined {
  for (const row of rows) return row as T;
  return undefined;
}

/** All rows. The caller names the shape that its query gives. */
export function all<T>(rows: Iterable<Record<string, unknown>>): T[] {
  return [...rows] as T[];
}
