/** An open page of a forum: its list, and the response in the editor. */
import { platform } from '#client/environment';
import {
  cannedRoutes,
  makeCommandId,
  makeId,
  refuse,
  type CannedResponse,
  type FileInfo,
  type ForumChanged,
  type Refusal,
  type ResponseTexts,
} from '#protocol';
import { ask } from '$lib/api.ts';
import { Editing, type EditingPorts } from './editing.svelte.ts';
import { nextKey } from './naming.ts';
import { removeWithUndo } from './removal.ts';
import { Responses } from './responses.svelte.ts';

/** A change is loaded after this pause, in which the answer to an own change arrives; milliseconds. */
const loadPause = 400;

export class OpenForum {
  readonly id: string;
  readonly list: Responses;
  editing = $state.raw<Editing | null>(null);
  /** A response that was begun here and has no address of its own yet. */
  fresh: string | null = null;
  /** The wanted response does not exist. */
  missing = $state.raw<Refusal | null>(null);
  readonly #env = platform();
  readonly #ports: EditingPorts;
  #loads: Promise<void> = Promise.resolve();
  #due: (() => void) | null = null;
  #ended = false;

  constructor(id: string) {
    this.id = id;
    const forum = id;
    this.list = new Responses({
      load: () => ask(cannedRoutes.responses, { params: { forum } }),
      uses: () => ask(cannedRoutes.uses, { params: { forum } }),
    });
    this.#ports = {
      get: (response) => ask(cannedRoutes.getResponse, { params: { forum, response } }),
      put: (response, body) => ask(cannedRoutes.putResponse, { params: { forum, response }, body }),
      after: (delay, task) => this.#env.after(delay, task),
      visit: () => makeCommandId(this.#env.now(), this.#env.bytes(10)),
      stored: (response, raised) => this.list.put(response, raised),
    };
    void this.load();
  }

  /** Loads the list, and passes news on to the editor. Loads do not overlap. */
  load(): Promise<void> {
    this.#loads = this.#loads.then(async () => {
      await this.list.load();
      const { editing } = this;
      if (editing && !this.list.refusal) await editing.heard(this.list.get(editing.id));
    });
    return this.#loads;
  }

  /** Another version of the forum exists; null: one may. */
  heard(change: ForumChanged | null): void {
    if (change && change.forum !== this.id) return;
    this.#due?.();
    this.#due = this.#env.after(loadPause, () => {
      if (!change?.version || this.list.lacks(change.version)) void this.load();
    });
  }

  end(): void {
    this.#ended = true;
    this.#due?.();
    this.editing?.end();
  }

  /** Shows a response in the editor; null closes it. The list must be loaded. */
  show(id: string | null): void {
    this.missing = null;
    if (id === (this.editing?.id ?? null)) return;
    this.#leave();
    if (id === null) return;
    const row = this.list.get(id);
    if (!row) this.missing = refuse('not_found');
    else {
      this.editing = new Editing(id, row, this.#ports);
      void this.editing.load();
    }
  }

  /** Begins a new response, with the texts and copies of the files of another one if given. */
  begin(texts?: ResponseTexts, files: readonly FileInfo[] = []): Editing {
    this.missing = null;
    this.#leave();
    const editing = new Editing(makeId('response', this.#env.bytes(26)), null, this.#ports);
    editing.copies = files;
    this.editing = editing;
    this.fresh = editing.id;
    if (texts) {
      editing.type(texts);
      void editing.flush();
    }
    return editing;
  }

  /** The texts of a copy: its key is the next free one. */
  copyOf({ key, question, answer }: ResponseTexts): ResponseTexts {
    const isTaken = (wanted: string) => this.list.sharing(wanted, '').length > 0;
    return { key: nextKey(key, isTaken), question, answer };
  }

  /** Removes the response in the editor, with an undo. `onrestored` is called after that, unless the page is gone. */
  async remove(editing: Editing, text: string, onrestored: () => void): Promise<void> {
    const { stored, id } = editing;
    if (!stored) {
      this.#leave();
      return;
    }
    this.list.hide(id);
    // Text of the last second is stored first, so that an undo brings it back.
    await editing.settle();
    if (this.editing === editing) this.#leave();
    const params = { forum: this.id, response: id };
    await removeWithUndo<CannedResponse>({
      text,
      remove: () => ask(cannedRoutes.removeResponse, { params }),
      restore: () => ask(cannedRoutes.restoreResponse, { params }),
      onremoved: () => this.list.removed(id),
      onfailed: () => this.list.unhide(id),
      onrestored: (restored) => {
        this.list.unhide(id);
        this.list.put(restored, true);
        if (!this.#ended) onrestored();
      },
    });
  }

  #leave(): void {
    this.editing?.end();
    this.editing = null;
    this.fresh = null;
  }
}
