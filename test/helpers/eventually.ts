import { vi } from 'vitest';

/** Waits until the check passes. Vitest's own second is too short for a machine that is busy. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 60_000 });
