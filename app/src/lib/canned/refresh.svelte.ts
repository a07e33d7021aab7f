/** One request to the server that is repeated: after a failure, or because its answer has changed meanwhile. */

/** Milliseconds: the pause after the first failure, which doubles, and the longest one. */
const firstPause = 1_000;
const longestPause = 30_000;

/** Runs a task after so many milliseconds; the result cancels it. */
export type Later = (ms: number, task: () => void) => () => void;

export class Refresh {
  /** The last request has failed; the next one is due. */
  failed = $state(false);
  /** No request has succeeded so far. */
  fresh = $state(true);
  #running = false;
  #again = false;
  #ended = false;
  #failures = 0;
  #cancel: (() => void) | null = null;

  /** `task` returns false if it has to be repeated. */
  constructor(
    private readonly task: () => Promise<boolean>,
    private readonly later: Later,
  ) {}

  /** Requests at once; a running request is followed by another one. */
  now(): void {
    if (this.#ended) return;
    this.#cancel?.();
    this.#cancel = null;
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  /** Requests after a pause; all calls until then share the request. */
  soon(ms: number): void {
    if (this.#ended || this.#cancel) return;
    this.#cancel = this.later(ms, () => {
      this.#cancel = null;
      this.now();
    });
  }

  end(): void {
    this.#ended = true;
    this.#cancel?.();
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#again = false;
    const done = await this.task();
    this.#running = false;
    if (this.#ended) return;
    this.failed = !done;
    if (done) this.fresh = false;
    this.#failures = done ? 0 : this.#failures + 1;
    if (this.#again) this.now();
    else if (!done) this.soon(Math.min(longestPause, firstPause * 2 ** (this.#failures - 1)));
  }
}
