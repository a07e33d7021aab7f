/**
 * Users' own names, which colleagues see. Logs store the name that visitors see, possibly a nickname, as it was at
 * the time, so every staff screen looks names up here.
 */
import { isRefusal, type User } from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import { ask } from '../api.ts';
import { session } from './session.svelte.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

class Colleagues {
  readonly #names = new SvelteMap<string, string>();
  readonly #askedFor = new Set<string>();

  learn(agents: readonly Named[]): void {
    for (const { id, name } of agents) if (this.#names.get(id) !== name) this.#names.set(id, name);
  }

  /** The name in the log, until the own name is known. */
  nameOf({ id, name }: Named): string {
    const known = this.#names.get(id);
    if (known === undefined) queueMicrotask(() => void this.#recall(id));
    return known ?? name;
  }

  /** Looks up a user who is not on the floor, such as a deleted one: for managers only, once per user. */
  async #recall(id: string): Promise<void> {
    if (this.#askedFor.has(id) || this.#names.has(id) || !session.may('people.read')) return;
    this.#askedFor.add(id);
    const user = await ask<User>('GET', `/api/users/${id}`);
    if (!isRefusal(user)) this.learn([user]);
  }
}

export const colleagues = new Colleagues();
