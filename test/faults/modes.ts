/** The faults of D1, and the mutants of the server. */
export const d1Modes = ['none', 'fail', 'late', 'hang', 'slow', 'mixed'] as const;
export type D1Mode = (typeof d1Modes)[number];

export const mutants = ['hasty', 'dropping', 'forgetful', 'deaf-archive', 'no-alarm'] as const;
export type Mutant = (typeof mutants)[number];
/** Mutants that even the smallest run detects, because their fault does not depend on chance. */
export const surest: readonly Mutant[] = ['hasty'];
