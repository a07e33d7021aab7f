/** The time table of the day and the group that were asked for last. */
import { isRefusal, peopleRoutes, type Refusal, type TimeTable } from '#protocol';
import { ask } from '$lib/api.ts';

interface Query {
  readonly day: string;
  readonly group?: string | undefined;
}

export class Table {
  /** What is shown: of the day before until the next one is here. */
  value = $state.raw<TimeTable | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  #query: Query = { day: '' };

  async show(query: Query = this.#query): Promise<void> {
    this.#query = query;
    this.loading = true;
    const answer = await ask(peopleRoutes.timeTable, { query });
    // Another day was asked for in the meantime.
    if (this.#query !== query) return;
    this.loading = false;
    this.refusal = isRefusal(answer) ? answer : null;
    this.value = isRefusal(answer) ? null : answer;
  }
}
