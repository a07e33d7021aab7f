/** Skin tones of emoji. */
import type { Drawn, Emoji } from './set.ts';

/** 0 is the yellow of an emoji without a tone; 1 to 5 go from light to dark. */
export const tones = [0, 1, 2, 3, 4, 5] as const;
export type Tone = (typeof tones)[number];

/** The remembered tone, if it is one. */
export function readTone(text: string | null): Tone {
  return tones.find((tone) => String(tone) === text) ?? 0;
}

const light = 0x1f3fb;
const joiner = '\u200d';

/** The emoji with the skin tone, where it has tones and the browser draws them. */
export function toned(
  { text, tonesSince }: Pick<Emoji, 'text' | 'tonesSince'>,
  tone: Tone,
  drawn: Drawn,
): string {
  if (tone === 0 || tonesSince === null || tonesSince > drawn.version) return text;
  return withTone(text, tone);
}

/** Every person of the emoji gets the tone; the hands between two people follow theirs. */
export function withTone(text: string, tone: Exclude<Tone, 0>): string {
  const modifier = String.fromCodePoint(light + tone - 1);
  return text
    .split(joiner)
    .map((part, index) =>
      index > 0 && part === '🤝' ? part : part.replace(/(\p{Emoji_Modifier_Base})\ufe0f?/gu, `$1${modifier}`),
    )
    .join(joiner);
}
