/** The questions that a client asks about a log: where it stands, what is missing, what came before. */
import { protocolVersion, tailLength } from '#protocol';
import type { Environment } from './environment.ts';
import type { LogWindow } from './window.ts';

/** A socket that opened and was not welcomed within so long is given up, in milliseconds. */
const welcomeWithin = 15_000;
/** The number of entries that scrolling back asks for. */
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

  /** A question came too soon after others of this side: it is asked again. */
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

  /** Asks for what follows the window. */
  pull(): void {
    const { window, send, welcomed } = this.#options;
    if (welcomed()) send({ t: 'pull', after: window.cursor });
  }

  /** Asks for the end of the log. */
  pullTail(head: number): void {
    this.#options.send({ t: 'pull', after: Math.max(0, head - tailLength) });
  }

  /** Asks for what comes before the window. */
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
