/** Times in the visitor's own zone and format; days in the texts of the frame. */
import * as m from '#words/widget';
import { startOfDay } from './timeline.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export const clockTime = (at: number) => clock.format(at);

export function dayName(at: number, now = Date.now()): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  if (days === 0) return m.today();
  if (days === 1) return m.yesterday();
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year,
  }).format(at);
}
