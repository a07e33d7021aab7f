/** The frame's end of the bridge to the page. */
import { readToFrame, type ToFrame, type ToLoader } from '../bridge.ts';
import type { Carrier } from '../client/outbox.ts';

/** A page that doesn't answer within this time has no storage for us; milliseconds. */
const answerWithin = 5_000;

export class Host {
  readonly #port: MessagePort;
  readonly #asked = new Map<number, (value: string | null) => void>();
  #count = 0;

  constructor(port: MessagePort, onMessage: (message: ToFrame) => void) {
    this.#port = port;
    port.onmessage = (event) => {
      const message = readToFrame(event.data);
      if (message?.t === 'stored') this.#asked.get(message.n)?.(message.value);
      else if (message) onMessage(message);
    };
  }

  say(message: ToLoader): void {
    this.#port.postMessage(message);
  }

  /** The page's own storage, if the frame's throws: a browser may forbid it to a frame on another site. */
  get carrier(): Carrier {
    return {
      load: (key) => this.#ask((n) => ({ t: 'load', n, key })),
      save: async (key, value) => void (await this.#ask((n) => ({ t: 'save', n, key, value }))),
    };
  }

  #ask(message: (n: number) => ToLoader): Promise<string | null> {
    const n = ++this.#count;
    return new Promise<string | null>((resolve, reject) => {
      this.#asked.set(n, resolve);
      setTimeout(() => reject(new Error('the page does not answer')), answerWithin);
      this.say(message(n));
    }).finally(() => this.#asked.delete(n));
  }
}

/** The frame's own storage if it works, because the page can't read it; otherwise the page's. */
export function chooseCarrier(storage: () => Storage, fallback: Carrier): Carrier {
  try {
    const own = storage();
    own.setItem('parley', '1');
    own.removeItem('parley');
    return {
      load: (key) => Promise.resolve(own.getItem(key)),
      save: (key, value) => {
        try {
          if (value === null) own.removeItem(key);
          else own.setItem(key, value);
          return Promise.resolve();
        } catch (error) {
          return Promise.reject(error);
        }
      },
    };
  } catch {
    return fallback;
  }
}
