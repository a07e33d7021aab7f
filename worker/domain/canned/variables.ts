/**
 * Variables of canned responses: `{{visitor}}`, or with a fallback `{{visitor|there}}`. They are filled when a response
 * is inserted. A variable without a value and without a fallback stays as it is, so that the agent sees it before
 * sending.
 */

export const variables = ['visitor', 'agent', 'page', 'campaign'] as const;
export type Variable = (typeof variables)[number];

/** `{{ name | fallback }}`; the fallback has no brace and stays on its line. */
const form = /\{\{[ \t]*([a-z]+)[ \t]*(?:\|([^{}\n]{0,200}))?\}\}/g;

export interface Filled {
  readonly text: string;
  /** The variables that are still in the text, as UTF-16 ranges. */
  readonly missing: readonly { readonly start: number; readonly end: number }[];
}

/** Fills in the values. Other braces are text, and stay. */
export function fill(text: string, values: Partial<Record<Variable, string>>): Filled {
  const filled = text.replace(form, (whole: string, name: string, fallback?: string) => {
    if (!isVariable(name)) return whole;
    const value = values[name]?.trim();
    return value || fallback?.trim() || `{{${name}}}`;
  });
  return { text: filled, missing: missingIn(filled) };
}

/** Variables that a text still contains: the composer marks them, and asks before it sends one. */
export function missingIn(text: string): Filled['missing'] {
  return [...text.matchAll(form)].flatMap(({ 0: whole, 1: name = '', index }) =>
    isVariable(name) ? [{ start: index, end: index + whole.length }] : [],
  );
}

function isVariable(name: string): name is Variable {
  return (variables as readonly string[]).includes(name);
}
