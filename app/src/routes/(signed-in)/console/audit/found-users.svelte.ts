/** Users that match the typed text, deleted ones included: their actions stay in the log. */
import { isRefusal, type User } from '#protocol';
import { ask } from '$lib/api.ts';

/** A search is sent after this pause in typing; milliseconds. */
const pause = 200;
const most = 8;

export class FoundUsers {
  users = $state.raw<readonly User[]>([]);
  /** Null before any search. */
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
        ask<{ users: User[] }>(
          'GET',
          `/api/users?${new URLSearchParams({ search, status, limit: `${most}` })}`,
        ),
      ),
    );
    // The text has changed meanwhile.
    if (search !== this.#wanted) return;
    this.users = answers.flatMap((answer) => (isRefusal(answer) ? [] : answer.users)).slice(0, most);
    this.searched = search;
  }
}
