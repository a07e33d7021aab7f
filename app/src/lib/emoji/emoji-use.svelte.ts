/** The recent emoji and the skin tone of this device. */
import { readRecent, withRecent, writeRecent } from '#domain/emoji/recent';
import { readTone, type Tone } from '#domain/emoji/tones';
import { keep, kept } from '../kept.ts';

const recentKey = 'parley.emoji.recent';
const toneKey = 'parley.emoji.tone';

class EmojiUse {
  #tone = $state(readTone(kept(toneKey)));

  /** Read anew: another tab may have used one. */
  get recent(): readonly string[] {
    return readRecent(kept(recentKey));
  }

  used(text: string): void {
    keep(recentKey, writeRecent(withRecent(this.recent, text)));
  }

  get tone(): Tone {
    return this.#tone;
  }

  set tone(tone: Tone) {
    this.#tone = tone;
    keep(toneKey, tone === 0 ? null : String(tone));
  }
}

export const emojiUse = new EmojiUse();
