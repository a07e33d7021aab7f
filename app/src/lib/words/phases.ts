/** Texts for the phases of a conversation. */
import type { Phase } from '#protocol';
import { m } from '#words/app';

export const phaseWords: Readonly<Record<Phase, () => string>> = {
  waiting: m.phase_waiting,
  active: m.phase_active,
  closed: m.phase_closed,
};
export const phaseTones = { waiting: 'warn', active: 'ok', closed: 'neutral' } as const;
