/** The tabs of one browser. An upload belongs to the tab that began it, until that tab has closed. */

export interface Tabs {
  readonly mine: string;
  isOpen(tab: string): Promise<boolean>;
  /** Runs `work` in one tab at a time. */
  alone(work: () => Promise<void>): Promise<void>;
}

const nameOf = (tab: string) => `parley.tab.${tab}`;

/** A tab holds a lock for as long as it lives. Where locks are forbidden, each tab believes that it is the only one. */
export function browserTabs(): Tabs {
  const mine = crypto.randomUUID();
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const held = new Promise<void>((resolve) => {
    if (!locks) return resolve();
    const forever = () => {
      resolve();
      return new Promise<never>(() => undefined);
    };
    locks.request(nameOf(mine), forever).catch(() => resolve());
  });
  return {
    mine,
    async isOpen(tab) {
      await held;
      if (tab === mine) return true;
      try {
        return (await locks?.request(nameOf(tab), { ifAvailable: true }, (lock) => lock === null)) ?? false;
      } catch {
        return false;
      }
    },
    async alone(work) {
      await held;
      let worked = false;
      const once = () => {
        worked = true;
        return work();
      };
      try {
        await locks?.request('parley.tabs', once);
      } catch (error) {
        if (worked) throw error;
      }
      if (!worked) await work();
    },
  };
}
