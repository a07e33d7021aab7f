/** The requests of a client for parts of a log: the welcome, missing entries, earlier entries. */
import { protocolVersion, tailLength } from '#protocol';
import type { Environment } from './environment.ts';
import type { LogWindow } from './window.ts';

/** A socket that opened but was not welcomed within this time is given up; milliseconds. */
const welcomeWithin = 15_000;
/** Entries per request when scrolling back. */
const olderLimit = 50;

export interface AskingOptions {
  readonly env: Environment;
  readonly window: LogWindow;
  /** Returns whether a socket is open. */
  send(frame: object): boolean;
  /** Gives the socket up and opens another one. */
  restart(): void;
  /** The epoch of the log that the window belongs to; undefined before the first welcome. */
  epoch(): string | undefined;
  /** Whether the server has welcomed this socket. */
  welcomed(): boolean;
  changed(): void;
}

export class Asking {
  readonly #options: AskingOptions;
  #loadingOlder = false;
  #welcomeTimer: () => void = () => undefined;
  #askTimer: (() => void) | null = null;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  get loadingOlder(): boolean {
    return this.#loadingOlder;
  }

  hello(): void {
    const { env, window, epoch, restart, send } = this.#options;
    const known = epoch();
    const placed = window.placed && known !== undefined;
    send({ t: 'hello', v: protocolVersion, ...(placed && { epoch: known, cursor: window.cursor }) });
    this.#welcomeTimer = env.after(welcomeWithin, restart);
  }

  /** The welcome has come, or the socket that it was to come from has gone. */
  settled(): void {
    this.#welcomeTimer();
  }

  /** A request came too soon after others of this side: it is sent again. */
  again(wait: number): void {
    this.#askTimer ??= this.#options.env.after(Math.max(wait, 1_000), () => {
      this.#askTimer = null;
      if (!this.#options.welcomed()) {
        this.#welcomeTimer();
        this.hello();
        return;
      }
      this.pull();
      if (!this.#loadingOlder) return;
      this.#loadingOlder = false;
      this.older();
    });
  }

  /** Requests the entries after the window. */
  pull(): void {
    const { window, send, welcomed } = this.#options;
    if (welcomed()) send({ t: 'pull', after: window.cursor });
  }

  /** Requests the end of the log. */
  pullTail(head: number): void {
    this.#options.send({ t: 'pull', after: Math.max(0, head - tailLength) });
  }

  /** Requests the entries before the window. */
  older(): void {
    const { window, send, welcomed, changed } = this.#options;
    if (this.#loadingOlder || window.from === 0 || !welcomed()) return;
    this.#loadingOlder = send({ t: 'pull', before: window.from + 1, limit: olderLimit });
    changed();
  }

  /** The older entries have come, or will not come any more. */
  olderDone(): void {
    this.#loadingOlder = false;
  }

  end(): void {
    this.#askTimer?.();
  }
}
