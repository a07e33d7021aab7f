/**
 * The client's dependencies on its platform, so that it runs in a browser, in Node, and under a test's virtual clock.
 */

/** The used part of a WebSocket. */
export interface Wire {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface Environment {
  /** Opens a socket. May throw. */
  connect(url: string, protocols: string[]): Wire;
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Fills bytes with unguessable randomness. */
  bytes(count: number): Uint8Array;
  /** Runs `task` once after `delay` milliseconds; the returned function cancels it. */
  after(delay: number, task: () => void): () => void;
  /**
   * Calls `task` when the page becomes visible or the network changes: the moment to check the connection. The
   * returned function removes it.
   */
  onWake(task: () => void): () => void;
}

/** The environment of a browser or of Node (which has no page). */
export function platform(): Environment {
  return {
    connect: (url, protocols) => new WebSocket(url, protocols) as unknown as Wire,
    now: () => Date.now(),
    random: () => Math.random(),
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    after: (delay, task) => {
      const timer = setTimeout(task, delay);
      return () => clearTimeout(timer);
    },
    onWake: (task) => {
      if (typeof document === 'undefined') return () => undefined;
      const visible = () => document.visibilityState === 'visible' && task();
      for (const name of ['online', 'offline']) addEventListener(name, task);
      addEventListener('focus', visible);
      document.addEventListener('visibilitychange', visible);
      return () => {
        for (const name of ['online', 'offline']) removeEventListener(name, task);
        removeEventListener('focus', visible);
        document.removeEventListener('visibilitychange', visible);
      };
    },
  };
}
