/** Words for the variables that a visitor would read with their braces. */
import type { Gap } from '#domain/canned/variables';
import { m } from '#words/app';

const namesOf = (gaps: readonly Gap[]) => [...new Set(gaps.map(({ name }) => name))];

/** Variables without a value, and names that are no variable, each in a sentence. */
export function gapWords(gaps: readonly Gap[]): string[] {
  const missing = namesOf(gaps.filter(({ known }) => known));
  const unknown = namesOf(gaps.filter(({ known }) => !known));
  return [
    ...(missing.length > 0 ? [m.composer_canned_missing({ names: missing.join(', ') })] : []),
    ...(unknown.length > 0 ? [m.composer_canned_unknown({ names: unknown.join(', ') })] : []),
  ];
}

/** The question before they are sent. */
export function gapQuestion(gaps: readonly Gap[]): { title: string; text: string; go: string } {
  const count = namesOf(gaps).length;
  return {
    title: gapWords(gaps).join('. '),
    text: m.composer_canned_gaps_text({ count }),
    go: m.composer_canned_go({ count }),
  };
}
