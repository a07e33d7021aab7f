/** Saves of canned responses, decided by the stored one (CAN-7 … CAN-10). */
import type { ResponseBody, ResponseTexts } from '#protocol';
import { isGone } from './removal.ts';

/** A response as it is stored. */
export interface StoredResponse extends ResponseTexts {
  readonly id: string;
  readonly version: number;
  /** The visit to the editor that changed it last; null for an import. */
  readonly edit: string | null;
  /** The texts before that visit. */
  readonly previous: ResponseTexts | null;
  readonly deletedAt: number | null;
}

/** The columns that a save changes. */
export type Saved = Pick<StoredResponse, 'version' | 'edit' | 'previous'> & ResponseTexts;

/**
 * A retry finds its own texts stored, and changes nothing. `removed`: the response was removed, so there is nothing
 * that the save could replace.
 */
export type Saving =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'added'; readonly saved: Saved }
  /** `begins`: it is the first change of this visit to the editor. */
  | { readonly kind: 'changed'; readonly saved: Saved; readonly begins: boolean };

export function save(stored: StoredResponse | null, body: ResponseBody, now: number): Saving {
  const { version, edit } = body;
  const texts = textsOf(body);
  if (stored === null || isGone(stored, now)) {
    if (version !== 0) return { kind: 'removed' };
    return { kind: 'added', saved: { ...texts, version: 1, edit, previous: null } };
  }
  if (stored.deletedAt !== null) return { kind: 'removed' };
  if (sameTexts(stored, texts)) return { kind: 'unchanged' };
  if (stored.version !== version) return { kind: 'conflict' };
  const begins = stored.edit !== edit;
  const previous = begins ? textsOf(stored) : stored.previous;
  return { kind: 'changed', saved: { ...texts, version: version + 1, edit, previous }, begins };
}

export function textsOf({ key, question, answer }: ResponseTexts): ResponseTexts {
  return { key, question, answer };
}

export function sameTexts(one: ResponseTexts, other: ResponseTexts): boolean {
  return one.key === other.key && one.question === other.question && one.answer === other.answer;
}

/** The length of a response's texts in UTF-16 units, by which forums are limited. */
export function lengthOf({ key, question, answer }: ResponseTexts): number {
  return key.length + question.length + answer.length;
}
