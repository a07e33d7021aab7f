/** Sends the visitor's typing sign and preview to the agents, at the pace of SIG-5. */
import { maxPreviewLength } from '#protocol';
import type { Environment } from '../client/environment.ts';

/** The typing sign is repeated this often, and withdrawn this long after the last key; milliseconds. */
const sayEvery = 3_000;
const idleAfter = 4_000;
/** A preview is sent at most this often; milliseconds. */
const previewEvery = 200;

export interface TypingOptions {
  readonly env: Pick<Environment, 'now' | 'after'>;
  typing(on: boolean): void;
  /** Null if the campaign has no sneak preview: then no typed text leaves the browser. */
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

  /** The text of the composer has changed. */
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

/** Cuts a text to the limit of a preview, and masks numbers that look like a card's. */
export function masked(text: string): string {
  const hidden = text.replace(/\d(?:[ -]?\d){12,18}/g, (digits) => digits.replace(/\d/g, '•'));
  return hidden.length <= maxPreviewLength ? hidden : Array.from(hidden).slice(0, maxPreviewLength).join('');
}
