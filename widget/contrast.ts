/** Colours that are legible on other colours (WCAG 2.2, 1.4.3). A colour is `#rrggbb`. */

const weights = [0.2126, 0.7152, 0.0722];

/** Red, green and blue, 0 to 255. */
const channel = (color: string, index: number) =>
  Number.parseInt(color.substring(index * 2 + 1, index * 2 + 3), 16);

/** WCAG's relative luminance, 0 to 1. */
function luminance(color: string): number {
  return weights.reduce((sum, weight, index) => {
    const part = channel(color, index) / 255;
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
}

/** 1 (the same) to 21 (black on white). */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The luminance at which black and white have the same contrast: √(1.05 × 0.05) − 0.05. */
const middle = 0.1791;

/** Black or white, by the higher contrast on `color`; that is never below 4.5 to 1. */
export function inkOn(color: string): '#000000' | '#ffffff' {
  return luminance(color) > middle ? '#000000' : '#ffffff';
}

/** `color`, moved towards black or white only as far as is needed to be legible on `ground`. */
export function legible(color: string, ground: string, ratio = 4.5): string {
  const end = inkOn(ground) === '#ffffff' ? 255 : 0;
  for (let step = 0; step < 20; step++) {
    const mixed = mix(color, end, step / 20);
    if (contrast(mixed, ground) >= ratio) return mixed;
  }
  return inkOn(ground);
}

function mix(color: string, end: number, share: number): string {
  const parts = weights.map((_, index) => {
    const from = channel(color, index);
    return Math.round(from + (end - from) * share);
  });
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
