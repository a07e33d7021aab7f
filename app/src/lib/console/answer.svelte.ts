/** A request that a page sends once: loading, answered, or refused. */
import { isRefusal, type Refusal } from '#protocol';
import { ask } from '$lib/api.ts';

export class Answer<T> {
  value = $state.raw<T | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    void this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    const answer = await ask<T>('GET', this.#path);
    this.loading = false;
    if (isRefusal(answer)) this.refusal = answer;
    else {
      this.refusal = null;
      this.value = answer;
    }
  }
}
