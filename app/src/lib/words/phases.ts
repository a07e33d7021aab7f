/** Texts for the phases of a conversation. */
import type { Phase } from '#protocol';
import { m } from '#words/app';

export const phaseWords: Readonly<Record<Phase, () => string>> = {
  waiting: m.phase_waiting,
  active: m.phase_active,
  closed: m.phase_closed,
};
export const phaseTones = { waiting: 'warn', active: 'ok', closed: 'neutral' } as const;

/** Texts for the stages (F61). */
export const stageWords = {
  new: m.stage_new,
  in_progress: m.stage_in_progress,
  completed: m.stage_completed,
} as const;
