/** Files in one line: the name of one, or the number of several. */
import { m } from '#words/app';

export function filesWords(files: readonly { readonly name: string }[]): string {
  return countWords(files.length, files[0]?.name ?? '');
}

export function countWords(count: number, name: string): string {
  return count === 1 ? name : count > 1 ? m.files({ count }) : '';
}
