/** The size of a file in words: "2.4 MB", by 1,024, as operating systems and our limits count. */
import { getLocale } from '#words/app/runtime';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function sizeWords(bytes: number): string {
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** step;
  const format = new Intl.NumberFormat(getLocale(), {
    ...{ style: 'unit', unit: units[step], unitDisplay: step === 0 ? 'long' : 'short' },
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  });
  return format.format(value);
}
