/** The time table of the day and the group that were requested last. */
import { isRefusal, reportRoutes, type Refusal, type TimeTable } from '#protocol';
import { ask } from '$lib/api.ts';

interface Query {
  readonly day: string;
  readonly group?: string | undefined;
}

export class Table {
  /** The shown table: the previous one until the next one is loaded. */
  value = $state.raw<TimeTable | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  loading = $state(false);
  #query: Query = { day: '' };

  async show(query: Query = this.#query): Promise<void> {
    this.#query = query;
    this.loading = true;
    const answer = await ask(reportRoutes.timeTable, { query });
    // Another day was requested meanwhile.
    if (this.#query !== query) return;
    this.loading = false;
    this.refusal = isRefusal(answer) ? answer : null;
    this.value = isRefusal(answer) ? null : answer;
  }
}
