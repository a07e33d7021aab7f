/**
 * One socket that repairs itself: it reconnects for ever with jittered backoff (SOC-13), detects a dead connection by
 * the missing pong (SOC-9) and reports its state. It does not interpret frames.
 */
import { reconnectDelay } from '#domain/base/backoff';
import { closeCodes, isFinalClose, ping, pingEvery, pong } from '#protocol';
import type { Environment, Wire } from './environment.ts';

/** `connecting` for the first time or again, `open`, `waiting` for the next try, or `ended` for good. */
export type ConnectionState = 'connecting' | 'open' | 'waiting' | 'ended';

/** If no frame arrives for this long after a ping, the connection is dead; milliseconds. */
const answerWithin = 15_000;
/** The same, if there is reason to doubt the connection. */
const answerSoon = 4_000;
/** A connection that lasted this long resets the backoff; milliseconds. */
const stable = 30_000;
/** A socket that has not opened after this long is given up; milliseconds. */
const openWithin = 15_000;

export interface ConnectionOptions {
  readonly env: Environment;
  url(): string;
  /** Called before each try, because a credential may have changed. */
  protocols(): string[];
  onOpen(): void;
  /** The page or the network is back, and the socket still looks open: request entries that may have been missed. */
  onAwake(): void;
  onFrame(frame: unknown): void;
  onState(state: ConnectionState, nextTryAt: number | null): void;
  /** The credential may have ended (4401, or refusals before the upgrade). Returns true to continue trying. */
  onDoubt(): Promise<boolean>;
}

export class Connection {
  state: ConnectionState = 'connecting';
  /** The close code of the last socket that the other end closed. */
  closedWith: number | null = null;
  readonly #options: ConnectionOptions;
  #wire: Wire | null = null;
  #attempts = 0;
  #openedAt = 0;
  /** A frame has arrived since the last ping. */
  #heard = false;
  #cancelTimer: () => void = () => undefined;
  #asking: Promise<boolean> | null = null;
  readonly #stopWaking: () => void;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#stopWaking = options.env.onWake(() => this.#wake());
  }

  /** Opens the socket. Must be called once. */
  start(): void {
    this.#open();
  }

  /** Sends a frame; returns false if no socket is open, and then nothing was sent. */
  send(frame: object): boolean {
    if (this.state !== 'open' || this.#wire?.readyState !== 1) return false;
    this.#wire.send(JSON.stringify(frame));
    return true;
  }

  /** Closes for good. */
  end(): void {
    if (this.state === 'ended') return;
    this.#drop();
    this.#stopWaking();
    this.#set('ended', null);
  }

  /** Drops the socket and reconnects after the usual pause: for a server that must be resumed from the start. */
  restart(): void {
    if (this.state === 'ended') return;
    this.#drop();
    this.closedWith = null;
    this.#lost(false);
  }

  #set(state: ConnectionState, nextTryAt: number | null): void {
    this.state = state;
    this.#options.onState(state, nextTryAt);
  }

  #open(): void {
    const { env } = this.#options;
    this.#cancelTimer();
    this.#set('connecting', null);
    let wire: Wire;
    try {
      wire = env.connect(this.#options.url(), this.#options.protocols());
    } catch {
      this.#lost(true);
      return;
    }
    this.#wire = wire;
    this.#cancelTimer = env.after(openWithin, () => this.restart());
    wire.onopen = () => {
      if (this.#wire !== wire) return;
      this.#openedAt = env.now();
      this.#set('open', null);
      // Sent first, so that the server knows that this client pings (CON-3).
      wire.send(ping);
      this.#beat();
      this.#options.onOpen();
    };
    wire.onmessage = (event) => {
      if (this.#wire !== wire) return;
      this.#heard = true;
      if (typeof event.data !== 'string' || event.data === pong) return;
      let frame: unknown;
      try {
        frame = JSON.parse(event.data);
      } catch {
        // The text is no frame: this connection is broken, and the log can be requested again.
        this.restart();
        return;
      }
      this.#options.onFrame(frame);
    };
    wire.onclose = (event) => {
      if (this.#wire !== wire) return;
      const opened = this.state === 'open';
      this.closedWith = event.code;
      this.#drop();
      if (isFinalClose(event.code)) this.end();
      else if (event.code === closeCodes.signedOut) void this.#signedOut();
      else this.#lost(!opened);
    };
    // A close event follows every error event, and is handled instead.
    wire.onerror = () => undefined;
  }

  /** Drops the socket without waiting for its close event. */
  #drop(): void {
    this.#cancelTimer();
    const wire = this.#wire;
    this.#wire = null;
    if (!wire) return;
    wire.onopen = wire.onmessage = wire.onclose = wire.onerror = null;
    try {
      wire.close(1000);
    } catch {
      // The socket was not open yet, or is closed already.
    }
  }

  #lost(doubtful: boolean): void {
    const { env } = this.#options;
    if (this.#openedAt > 0 && env.now() - this.#openedAt > stable) this.#attempts = 0;
    this.#openedAt = 0;
    this.#attempts++;
    const delay = reconnectDelay(this.#attempts, env.random());
    this.#set('waiting', env.now() + delay);
    this.#cancelTimer = env.after(delay, () => void this.#retry(doubtful));
  }

  /** The server rejected the credential. Checks it at once, and reconnects only after the pause. */
  async #signedOut(): Promise<void> {
    this.#lost(false);
    if (!(await this.#holds())) this.end();
  }

  /** Concurrent checks share one request. */
  #holds(): Promise<boolean> {
    this.#asking ??= this.#options.onDoubt().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #retry(doubtful: boolean): Promise<void> {
    if (doubtful && !(await this.#holds())) {
      this.end();
      return;
    }
    if (this.state === 'waiting') this.#open();
  }

  #beat(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.env.after(pingEvery, () => this.#probe(answerWithin));
  }

  /** Pings, and drops the connection if no frame arrives (SOC-9). */
  #probe(within: number): void {
    const { env } = this.#options;
    this.#heard = false;
    if (this.#wire?.readyState === 1) this.#wire.send(ping);
    this.#cancelTimer();
    this.#cancelTimer = env.after(within, () => (this.#heard ? this.#beat() : this.restart()));
  }

  /**
   * The page or the network is back, or the browser reports the network as gone: tries at once, or checks whether the
   * connection is alive.
   */
  #wake(): void {
    if (this.state === 'waiting') {
      this.#cancelTimer();
      this.#attempts = 0;
      void this.#retry(true);
    } else if (this.state === 'open') {
      this.#probe(answerSoon);
      this.#options.onAwake();
    }
  }
}
