/**
 * Variables of canned responses: `{{visitor}}`, or with a fallback `{{visitor|there}}`. They are filled when a response
 * is inserted, and again before a message is sent. A variable without a value and without a fallback stays as it is, so
 * that the agent sees it before sending.
 */

export const variables = ['visitor', 'agent', 'page', 'campaign'] as const;
export type Variable = (typeof variables)[number];
export type Values = Partial<Record<Variable, string>>;

/** `{{ name | fallback }}`; the fallback has no brace and stays on its line. */
const form = /\{\{[ \t]*([\p{L}\p{N}_.-]{1,40})[ \t]*(?:\|([^{}\n]{0,200}))?\}\}/gu;
/** A code span on one line: braces in it are meant. */
const code = /`[^`\n]*`/g;

/** A place in a text that a visitor would read with its braces, as a UTF-16 range. */
export interface Gap {
  readonly start: number;
  readonly end: number;
  /** As it is shown: `{{visitor}}`. */
  readonly name: string;
  /** False: there is no such variable. */
  readonly known: boolean;
}

export interface Filled {
  readonly text: string;
  /** Those that are still in the text. */
  readonly gaps: readonly Gap[];
}

/** Fills in the values. Other braces are text, and stay. */
export function fill(text: string, values: Values): Filled {
  const filled = text.replace(form, (whole: string, written: string, fallback?: string) => {
    const name = variableOf(written);
    return name ? valueOf(name, fallback, values) || `{{${name}}}` : whole;
  });
  return { text: filled, gaps: gapsIn(filled, {}) };
}

/**
 * The places that stay as they are when these values are filled in: variables without a value and a fallback, and
 * names that are no variable. The composer marks them, and asks before it sends one.
 */
export function gapsIn(text: string, values: Values): readonly Gap[] {
  if (!text.includes('{{')) return [];
  const spans = [...text.matchAll(code)].map(({ 0: span, index }) => [index, index + span.length] as const);
  return [...text.matchAll(form)].flatMap(
    ({ 0: whole, 1: written = '', 2: fallback, index: start }): Gap[] => {
      const end = start + whole.length;
      const name = variableOf(written);
      if (name) {
        const isFilled = valueOf(name, fallback, values) !== '';
        return isFilled ? [] : [{ start, end, name: `{{${name}}}`, known: true }];
      }
      if (spans.some(([from, to]) => from < start && end < to)) return [];
      return [{ start, end, name: `{{${written}}}`, known: false }];
    },
  );
}

function valueOf(name: Variable, fallback: string | undefined, values: Values): string {
  return values[name]?.trim() || fallback?.trim() || '';
}

/** A phone begins a word with a capital letter. */
function variableOf(written: string): Variable | undefined {
  return variables.find((name) => name === written.toLowerCase());
}
