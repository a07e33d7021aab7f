/** The time, for what is shown. It ticks only while something on the screen looks at it. */
import { createSubscriber } from 'svelte/reactivity';

class Clock {
  readonly #subscribe: () => void;

  constructor(every: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, every);
      // A hidden tab's timers are held back: what it shows must be right when it is looked at again.
      document.addEventListener('visibilitychange', update);
      return () => {
        clearInterval(timer);
        document.removeEventListener('visibilitychange', update);
      };
    });
  }

  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const seconds = new Clock(1_000);
/** For words such as "4m": half the unit is exact enough. */
export const minutes = new Clock(20_000);
