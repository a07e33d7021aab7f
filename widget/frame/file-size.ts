/** The size of a file, by 1,024: "2.4 MB". */
const units = ['byte', 'kilobyte', 'megabyte'] as const;

export function sizeOf(bytes: number): string {
  const step = Math.min(2, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** step;
  return new Intl.NumberFormat(document.documentElement.lang, {
    ...{ style: 'unit', unit: units[step], unitDisplay: step === 0 ? 'long' : 'short' },
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}
