/** A request that a page sends once: loading, answered, or refused. */
import { isRefusal, type AnswerOf, type AskingOf, type Refusal, type Route } from '#protocol';
import { ask } from '$lib/api.ts';

export class Answer<R extends Route> {
  value = $state.raw<AnswerOf<R> | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  readonly #ask: () => Promise<AnswerOf<R> | Refusal>;

  constructor(route: R, ...asking: AskingOf<R>) {
    this.#ask = () => ask(route, ...asking);
    void this.load();
  }

  async load(): Promise<void> {
    this.loading = true;
    const answer = await this.#ask();
    this.loading = false;
    if (isRefusal(answer)) this.refusal = answer;
    else {
      this.refusal = null;
      this.value = answer;
    }
  }
}
