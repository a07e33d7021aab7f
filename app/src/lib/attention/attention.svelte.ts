/**
 * Calls the agent back (F25, F26): a sound, once over all tabs of the browser, and a blinking title while no tab is
 * visible. Features that the browser lacks (locks and channels on insecure origins) are skipped.
 */
import { keep, kept } from '../kept.ts';
import { claim, type News } from './news.ts';
import { audible, play, unlockSound } from './sound.ts';

const claimsKey = 'parley.sounded';
const mutedKey = 'parley.muted';

export class Attention {
  /** The prefix of the title: empty, or `✱ (2) ` every other second. */
  mark = $state('');
  muted = $state(kept(mutedKey) === '1');
  /** Whether the user sees this page. */
  looking = $state(looks());
  readonly #told = new Set<string>();
  readonly #missed = new Set<string>();
  readonly #stops: (() => void)[] = [];
  #begun = false;
  #blink: ReturnType<typeof setInterval> | undefined;
  #channel: BroadcastChannel | null = null;

  start(): void {
    this.#stops.push(unlockSound());
    const look = () => {
      this.looking = looks();
      if (this.looking) this.#seen();
    };
    for (const name of ['focus', 'blur']) {
      addEventListener(name, look);
      this.#stops.push(() => removeEventListener(name, look));
    }
    document.addEventListener('visibilitychange', look);
    this.#stops.push(() => document.removeEventListener('visibilitychange', look));
    if (typeof BroadcastChannel === 'undefined') return;
    const channel = new BroadcastChannel('parley.attention');
    channel.onmessage = (event: MessageEvent<readonly string[]>) => {
      // Another tab is visible, and shows these.
      for (const key of event.data) this.#told.add(key);
      this.#calm();
    };
    this.#channel = channel;
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#calm();
    this.#channel?.close();
  }

  mute(on: boolean): void {
    this.muted = on;
    keep(mutedKey, on ? '1' : null);
  }

  /** Reports all current news. The first call only stores them: none of them is new. */
  notice(news: readonly News[], open: string | null): void {
    const fresh = news.filter((each) => !this.#told.has(each.key));
    for (const each of fresh) this.#told.add(each.key);
    if (!this.#begun) {
      this.#begun = true;
      return;
    }
    if (fresh.length === 0) return;
    if (this.looking) this.#channel?.postMessage(fresh.map((each) => each.key));
    for (const each of fresh) {
      if (this.looking && each.conversation === open) continue;
      void this.#sound(each);
      if (!this.looking) this.#miss(each.key);
    }
  }

  async #sound(news: News): Promise<void> {
    // A muted tab leaves the sound to one that is not.
    if (this.muted || !audible()) return;
    const claimed = () => {
      const list = parse(kept(claimsKey));
      const claiming = claim(list, news.key);
      if (claiming.first) keep(claimsKey, JSON.stringify(claiming.list));
      return claiming.first;
    };
    const first = 'locks' in navigator ? await navigator.locks.request('parley.sounded', claimed) : claimed();
    if (first) play(news.kind);
  }

  #miss(key: string): void {
    this.#missed.add(key);
    const text = `✱ (${this.#missed.size}) `;
    this.mark = text;
    clearInterval(this.#blink);
    this.#blink = setInterval(() => (this.mark = this.mark === '' ? text : ''), 1_000);
  }

  #seen(): void {
    if (this.#missed.size > 0) this.#channel?.postMessage([...this.#missed]);
    this.#calm();
  }

  #calm(): void {
    clearInterval(this.#blink);
    this.#missed.clear();
    this.mark = '';
  }
}

function looks(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function parse(text: string | null): string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}
