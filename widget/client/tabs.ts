/** The tabs of one browser. An upload belongs to the tab that began it, until that tab has closed. */

export interface Tabs {
  readonly mine: string;
  /** Calls `work` once a tab has closed, which may be now; in one tab at a time. Never for this tab. */
  afterwards(tab: string, work: () => Promise<void>): void;
  end(): void;
}

const nameOf = (tab: string) => `parley.tab.${tab}`;

/**
 * A tab holds a lock for as long as it lives; a page that is reloaded releases it a moment later than its successor
 * starts. Where locks are forbidden, each tab believes that it is the only one.
 */
export function browserTabs(): Tabs {
  const mine = crypto.randomUUID();
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const ended = new AbortController();
  const forever = () => new Promise<never>(() => undefined);
  const held = locks?.request(nameOf(mine), forever).catch(() => undefined);
  return {
    mine,
    afterwards(tab, work) {
      if (tab === mine) return;
      let worked = false;
      const once = () => {
        worked = true;
        return work();
      };
      const wait = locks
        ? locks.request(nameOf(tab), { signal: ended.signal }, once)
        : Promise.reject(new Error('no locks'));
      wait.catch(() => {
        if (!worked && !ended.signal.aborted) void once();
      });
    },
    end: () => {
      ended.abort();
      void held;
    },
  };
}
