/** The contrast of colours (WCAG 2.2, relative luminance and contrast ratio). */
import { m } from '#words/app';

/** From 0 (black) to 1 (white). */
function luminance(color: string): number {
  const channel = (at: number) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** The ratio of two colours written `#rrggbb`, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The text colour on a background: black or white, by the higher contrast. */
export function textOn(color: string): '#000000' | '#ffffff' {
  return contrast(color, '#ffffff') >= contrast(color, '#000000') ? '#ffffff' : '#000000';
}

/** A hint for a manager who chooses the colour. */
export function contrastHint(color: string): string {
  const on = textOn(color);
  const ratio = contrast(color, on).toFixed(1);
  const words = on === '#ffffff' ? m.campaign_color_white({ ratio }) : m.campaign_color_black({ ratio });
  return contrast(color, '#ffffff') < 3 ? `${words} ${m.campaign_color_pale()}` : words;
}
