/** A server of one canned response, and a clock, for the tests of its editor. */
import {
  refuse,
  type Refusal,
  type RefusalCode,
  type ResponseBody,
  type ResponseDetails,
  type ResponseTexts,
} from '#protocol';

export const anna = { id: 'usr_anna', name: 'Anna' };
export const me = { id: 'usr_me', name: 'Me' };

/** A clock that tasks and answers wait for. */
export class Clock {
  now = 0;
  #tasks: { at: number; task: () => void }[] = [];

  readonly after = (delay: number, task: () => void) => {
    const entry = { at: this.now + delay, task };
    this.#tasks.push(entry);
    return () => void (this.#tasks = this.#tasks.filter((each) => each !== entry));
  };

  /** Runs what is due until then, in order. */
  async pass(time: number): Promise<void> {
    const end = this.now + time;
    await settled();
    for (;;) {
      const [next] = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#tasks = this.#tasks.filter((each) => each !== next);
      this.now = next.at;
      next.task();
      await settled();
    }
    this.now = end;
  }
}

/** Lets all promises that need no clock resolve. */
export const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** The rules of the server (CAN-7 to CAN-10) for one response. */
export class Server {
  stored: ResponseDetails | null;
  #edit = '';
  /** The fault that the next request meets: no connection, or an answer that is lost after the change. */
  fault: 'none' | 'offline' | 'lost' | RefusalCode = 'none';
  puts = 0;
  /** How long an answer takes; milliseconds. */
  latency = 0;

  constructor(
    readonly clock: Clock,
    texts: ResponseTexts | null,
  ) {
    this.stored = texts && this.#made(texts, 1, me);
  }

  #made(texts: ResponseTexts, version: number, by: typeof me, previous: ResponseTexts | null = null) {
    const { key, question, answer } = texts;
    return {
      ...{ id: 'rsp_one', key, question, answer, version, previous },
      ...{ changedAt: this.clock.now, changedBy: by, uses: { count: 0, lastAt: null } },
    };
  }

  /** A colleague's change. */
  change(answer: string): void {
    if (!this.stored) return;
    const { key, question, version } = this.stored;
    this.stored = this.#made({ key, question, answer }, version + 1, anna, textsOf(this.stored));
    this.#edit = 'colleague';
  }

  async #travel(): Promise<void> {
    if (this.latency > 0) await new Promise<void>((resolve) => this.clock.after(this.latency, resolve));
  }

  async get(): Promise<ResponseDetails | Refusal> {
    await this.#travel();
    if (this.fault === 'offline') return refuse('unavailable');
    return this.stored ?? refuse('not_found');
  }

  async put({ version, edit, ...texts }: ResponseBody): Promise<ResponseDetails | Refusal> {
    this.puts++;
    await this.#travel();
    const { fault, stored } = this;
    if (fault !== 'none' && fault !== 'lost') return refuse(fault === 'offline' ? 'unavailable' : fault);
    if (stored && same(stored, texts)) return fault === 'lost' ? refuse('unavailable') : stored;
    if (!stored && version > 0) return refuse('not_found');
    if (version !== (stored?.version ?? 0)) return refuse('conflict');
    const previous = stored ? (this.#edit === edit ? stored.previous : textsOf(stored)) : null;
    this.#edit = edit;
    this.stored = this.#made(texts, version + 1, me, previous);
    return fault === 'lost' ? refuse('unavailable') : this.stored;
  }
}

export const textsOf = ({ key, question, answer }: ResponseTexts) => ({ key, question, answer });
const same = (a: ResponseTexts, b: ResponseTexts) =>
  JSON.stringify(textsOf(a)) === JSON.stringify(textsOf(b));
