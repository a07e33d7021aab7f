/** What the client needs of the world around it, so that it runs in a browser, in Node, and under a test's virtual clock. */

/** The part of a WebSocket that is used. */
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
  /** Runs `task` once after `delay` milliseconds; the answer cancels it. */
  after(delay: number, task: () => void): () => void;
  /** Calls when the page comes back or the network comes or goes: the moment to look after the line. The answer stops that. */
  onWake(task: () => void): () => void;
}

/** A browser's, or Node's (which has no page to come back). */
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
