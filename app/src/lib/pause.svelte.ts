/** The pause after too many attempts, counted down. */
import type { Refusal } from '#protocol';
import { seconds } from './clock.svelte.ts';

export class Pause {
  #until = $state(0);
  /** The rest of the pause, in milliseconds. */
  readonly left = $derived.by(() => (this.#until > 0 ? Math.max(0, this.#until - seconds.now) : 0));

  /** Reads an answer; returns true if it requires a pause. */
  hears(refusal: Refusal | null): boolean {
    if (refusal?.refused !== 'slow_down') return false;
    this.#until = Date.now() + (refusal.retryAfter ?? 30_000);
    return true;
  }
}
