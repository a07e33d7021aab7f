/** How D1 can be made to behave, and how the server can be made wrong. */
export const d1Modes = ['none', 'fail', 'late', 'hang', 'slow', 'mixed'] as const;
export type D1Mode = (typeof d1Modes)[number];

export const mutants = ['hasty', 'dropping', 'forgetful', 'deaf-archive', 'no-alarm'] as const;
export type Mutant = (typeof mutants)[number];
/** Those that even the smallest run finds out: what they do wrong is not left to chance. */
export const surest: readonly Mutant[] = ['hasty'];
