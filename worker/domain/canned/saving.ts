/** Saves of canned responses, decided by the stored one (CAN-7 … CAN-10). */
import type { FileInfo, ResponseBody, ResponseTexts } from '#protocol';
import { isGone } from './removal.ts';

/** The parts of a response. Without files `files` is absent. */
export interface Content extends ResponseTexts {
  readonly files?: FileInfo[] | undefined;
}

/** A response as it is stored. */
export interface StoredResponse extends Content {
  readonly id: string;
  readonly version: number;
  /** The visit to the editor that changed it last; null for an import. */
  readonly edit: string | null;
  /** The texts and files before that visit. */
  readonly previous: Content | null;
  readonly deletedAt: number | null;
}

/** The columns that a save changes. */
export type Saved = Pick<StoredResponse, 'version' | 'edit' | 'previous'> & Content;

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

/** `files` are those that the body names; undefined: it names none, and the stored ones stay. */
export function save(
  stored: StoredResponse | null,
  body: ResponseBody,
  now: number,
  files: FileInfo[] | undefined = stored?.files,
): Saving {
  const { version, edit } = body;
  const texts = contentOf({ ...textsOf(body), files });
  if (stored === null || isGone(stored, now)) {
    if (version !== 0) return { kind: 'removed' };
    return { kind: 'added', saved: { ...texts, version: 1, edit, previous: null } };
  }
  if (stored.deletedAt !== null) return { kind: 'removed' };
  if (sameTexts(stored, texts) && sameFiles(stored.files, files)) return { kind: 'unchanged' };
  if (stored.version !== version) return { kind: 'conflict' };
  const begins = stored.edit !== edit;
  const previous = begins ? contentOf(stored) : stored.previous;
  return { kind: 'changed', saved: { ...texts, version: version + 1, edit, previous }, begins };
}

export function textsOf({ key, question, answer }: ResponseTexts): ResponseTexts {
  return { key, question, answer };
}

export function contentOf({ files, ...rest }: Content): Content {
  return { ...textsOf(rest), ...(files && files.length > 0 && { files }) };
}

export function sameFiles(one: readonly FileInfo[] = [], other: readonly FileInfo[] = []): boolean {
  return one.length === other.length && one.every(({ id }, index) => id === other[index]?.id);
}

export function sameTexts(one: ResponseTexts, other: ResponseTexts): boolean {
  return one.key === other.key && one.question === other.question && one.answer === other.answer;
}

/** The length of a response's texts in UTF-16 units, by which forums are limited. */
export function lengthOf({ key, question, answer }: ResponseTexts): number {
  return key.length + question.length + answer.length;
}
