/** A conversation's phase in words. */
import type { Phase } from '#protocol';

export const phaseWords: Readonly<Record<Phase, string>> = {
  waiting: 'Waiting',
  active: 'In chat',
  closed: 'Ended',
};
export const phaseTones = { waiting: 'warn', active: 'ok', closed: 'neutral' } as const;
