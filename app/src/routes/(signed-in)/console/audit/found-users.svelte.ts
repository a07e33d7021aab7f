/** Users who fit what is typed, also those who are deleted: what they did stays in the log. */
import { isRefusal, peopleRoutes, type User } from '#protocol';
import { ask } from '$lib/api.ts';

/** A search is asked for once the typing has paused, in milliseconds. */
const pause = 200;
const most = 8;

export class FoundUsers {
  users = $state.raw<readonly User[]>([]);
  /** Null where nothing was searched for. */
  searched = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = '';

  search(text: string, wait = pause): void {
    this.#wanted = text.trim();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(this.#wanted), wait);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#wanted = '';
    this.users = [];
    this.searched = null;
  }

  async #ask(search: string): Promise<void> {
    const answers = await Promise.all(
      ['active', 'deleted'].map((status) =>
        ask(peopleRoutes.listUsers, { query: { search, status, limit: most } }),
      ),
    );
    // Something else was typed meanwhile.
    if (search !== this.#wanted) return;
    this.users = answers.flatMap((answer) => (isRefusal(answer) ? [] : answer.users)).slice(0, most);
    this.searched = search;
  }
}
