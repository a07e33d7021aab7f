/**
 * The canned responses of a draft, for the count of uses (CAN-17). A response leaves a trace in a text that still has
 * at least half of its words; agents may change the rest. The memory lasts as long as the page.
 */
import { wordsOf } from '#domain/canned/match';
import { isBlank, maxCannedOfMessage } from '#protocol';

export class Inserted {
  readonly #texts = new Map<string, string>();

  /** A response was put into the draft, in this form. */
  add(id: string, text: string): void {
    this.#texts.delete(id);
    this.#texts.set(id, text);
  }

  /** The draft was changed: an empty one has no trace of anything. */
  typed(text: string): void {
    if (isBlank(text)) this.#texts.clear();
  }

  /** The responses that have left a trace in a text which is sent now, the latest ones. The next draft begins empty. */
  take(text: string): string[] {
    const left = new Set(wordsOf(text));
    const traced = [...this.#texts].filter(([, inserted]) => {
      const words = wordsOf(inserted);
      // Of an answer without words, such as an emoji, the text itself.
      if (words.length === 0) return text.includes(inserted);
      return words.filter((word) => left.has(word)).length * 2 >= words.length;
    });
    this.#texts.clear();
    return traced.map(([id]) => id).slice(-maxCannedOfMessage);
  }
}
