/** A form for one item that is saved as a whole: its draft, its saved value, and the reason of a failed save. */
import { check, isRefusal, type Refusal } from '#protocol';
import { m } from '#words/app';
import { toasts } from '$lib/ui/toasts.svelte.ts';
import { refusalWords } from '$lib/words/refusals.ts';

type Schema = Parameters<typeof check>[0];

export class Form<T extends object> {
  draft: T = $state() as T;
  busy = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  /** Raised when all changes are undone: a component with a text of its own for a field resets it. */
  undone = $state(0);
  readonly #schema: Schema;
  #saved: string = $state('');
  /** The value as the server has it. */
  readonly saved: T = $derived.by(() => JSON.parse(this.#saved) as T);
  readonly dirty = $derived.by(() => JSON.stringify(this.draft) !== this.#saved);

  constructor(schema: Schema, value: T) {
    this.#schema = schema;
    this.draft = structuredClone(value);
    this.#saved = JSON.stringify(value);
  }

  /** The text for a field, if the field is wrong; by its path. */
  error(field: string, words: string): string | undefined {
    return this.refusal?.field === field || this.refusal?.field?.startsWith(`${field}.`) ? words : undefined;
  }

  /** The text above the form, for a problem of no single field. */
  get problem(): string {
    return this.refusal && !this.refusal.field ? refusalWords(this.refusal) : '';
  }

  /** Replaces the sent value of a field by the one that the server stored. Later edits stay. */
  settle<K extends keyof T>(field: K, value: T[K]): void {
    const saved = JSON.parse(this.#saved) as T;
    if (JSON.stringify(this.draft[field]) === JSON.stringify(saved[field])) this.draft[field] = value;
    this.#saved = JSON.stringify({ ...saved, [field]: value });
  }

  undo(): void {
    this.draft = JSON.parse(this.#saved) as T;
    this.refusal = null;
    this.undone++;
  }

  /** Checks and saves. Returns the server's answer, or null if it was refused. */
  async save<R extends object>(put: (value: T) => Promise<R | Refusal>): Promise<R | null> {
    if (this.busy) return null;
    const value = $state.snapshot(this.draft) as T;
    const checked = check(this.#schema, value);
    if (isRefusal(checked)) {
      this.refusal = checked;
      return null;
    }
    this.busy = true;
    const answer = await put(value);
    this.busy = false;
    this.refusal = isRefusal(answer) ? answer : null;
    if (isRefusal(answer)) return null;
    this.#saved = JSON.stringify(value);
    toasts.show(m.saved());
    return answer;
  }
}
