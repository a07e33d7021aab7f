/** What the other side hears of a visitor who types, at the pace of V28. */
import { maxPreviewLength } from '#protocol';
import type { Environment } from '../client/environment.ts';

/** Typing is said again so often, and taken back after so long without a key; in milliseconds. */
const sayEvery = 3_000;
const idleAfter = 4_000;
/** A preview goes out at most so often, in milliseconds. */
const previewEvery = 200;

export interface TypingOptions {
  readonly env: Pick<Environment, 'now' | 'after'>;
  typing(on: boolean): void;
  /** Null where the campaign has no sneak preview: then nothing that is typed leaves the browser. */
  readonly preview: ((text: string) => void) | null;
}

export class TypingSignals {
  readonly #options: TypingOptions;
  #saidAt = 0;
  #on = false;
  #cancelIdle: () => void = () => undefined;
  #cancelPreview: (() => void) | null = null;
  #text = '';

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  /** The composer holds this text now. */
  typed(text: string): void {
    this.#cancelIdle();
    this.#show(text);
    if (text === '') {
      this.#off();
      return;
    }
    const { env } = this.#options;
    if (!this.#on || env.now() - this.#saidAt >= sayEvery) {
      this.#on = true;
      this.#saidAt = env.now();
      this.#options.typing(true);
    }
    this.#cancelIdle = env.after(idleAfter, () => this.#off());
  }

  #off(): void {
    if (!this.#on) return;
    this.#on = false;
    this.#options.typing(false);
  }

  #show(text: string): void {
    this.#text = text;
    const { env, preview } = this.#options;
    if (!preview || this.#cancelPreview) return;
    this.#cancelPreview = env.after(previewEvery, () => {
      this.#cancelPreview = null;
      preview(masked(this.#text));
    });
  }
}

/** Cut to what a preview may hold; what looks like the number of a card goes out as dots. */
export function masked(text: string): string {
  const hidden = text.replace(/\d(?:[ -]?\d){12,18}/g, (digits) => digits.replace(/\d/g, '•'));
  return hidden.length <= maxPreviewLength ? hidden : Array.from(hidden).slice(0, maxPreviewLength).join('');
}
