/** The current time for the screen. It ticks only while a component reads it. */
import { createSubscriber } from 'svelte/reactivity';

class Clock {
  readonly #subscribe: () => void;

  constructor(every: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, every);
      // A hidden tab's timers are delayed: its time must be right when it becomes visible again.
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
/** For texts such as "4m": half the unit is exact enough. */
export const minutes = new Clock(20_000);
