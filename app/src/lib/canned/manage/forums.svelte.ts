/** The account's forums, as the console lists them. */
import { cannedRoutes, type Forum } from '#protocol';
import { m } from '#words/app';
import { ask } from '$lib/api.ts';
import { isolated } from '$lib/chat/names.ts';
import { Answer } from '$lib/console/answer.svelte.ts';
import { removeWithUndo } from './removal.ts';

export class AccountForums {
  readonly answer = new Answer(cannedRoutes.list);
  #removed = $state.raw<ReadonlySet<string>>(new Set());
  readonly list: readonly Forum[] = $derived.by(() =>
    (this.answer.value?.forums ?? []).filter(({ id, own }) => !own && !this.#removed.has(id)),
  );

  /** Takes a forum as the server has stored it. */
  put(forum: Forum): void {
    const others = (this.answer.value?.forums ?? []).filter(({ id }) => id !== forum.id);
    this.answer.value = { forums: [...others, forum].sort((a, b) => a.title.localeCompare(b.title)) };
  }

  async remove({ id, title }: Forum): Promise<void> {
    this.#hide(id, true);
    const params = { forum: id };
    await removeWithUndo<Forum>({
      text: m.forum_removed({ name: isolated(title) }),
      remove: () => ask(cannedRoutes.remove, { params }),
      restore: () => ask(cannedRoutes.restore, { params }),
      onfailed: () => this.#hide(id, false),
      onrestored: (forum) => {
        this.#hide(id, false);
        this.put(forum);
      },
    });
  }

  #hide(id: string, hidden: boolean): void {
    const others = [...this.#removed].filter((each) => each !== id);
    this.#removed = new Set(hidden ? [...others, id] : others);
  }
}
