import { vi } from 'vitest';

/** Waits until the check passes. Vitest's default of one second is too short for a busy machine. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 60_000 });
