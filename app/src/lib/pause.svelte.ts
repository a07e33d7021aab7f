/** The pause after too many tries, counted down. */
import type { Refusal } from '#protocol';
import { seconds } from './clock.svelte.ts';

export class Pause {
  #until = $state(0);
  /** What is left of it, in milliseconds. */
  readonly left = $derived.by(() => (this.#until > 0 ? Math.max(0, this.#until - seconds.now) : 0));

  /** Takes note of an answer; true where it asks for a pause. */
  hears(refusal: Refusal | null): boolean {
    if (refusal?.refused !== 'slow_down') return false;
    this.#until = Date.now() + (refusal.retryAfter ?? 30_000);
    return true;
  }
}
