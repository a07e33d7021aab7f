/** Follows whether a visitor finds somebody, for as long as it is asked to (V60). It holds no credential, and needs none. */
import { subprotocol, type Availability, type LobbyFrame } from '#protocol';
import { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import { socketAt } from './request.ts';

export interface LobbyOptions {
  readonly env: Environment;
  /** The server's origin. */
  readonly base: string;
  readonly site: string;
  onChange(state: Availability): void;
}

export class Lobby {
  readonly #options: LobbyOptions;
  #connection: Connection | null = null;

  constructor(options: LobbyOptions) {
    this.#options = options;
  }

  /** Begins or ends to follow; asked twice it changes nothing. What was told last holds until the next word. */
  follow(on: boolean): void {
    if (on === (this.#connection !== null)) return;
    this.#connection?.end();
    this.#connection = on ? this.#connect() : null;
    this.#connection?.start();
  }

  #connect(): Connection {
    const { env, base, site, onChange } = this.#options;
    const url = socketAt(base, 'GET /api/widget/lobby/socket', { query: { site } });
    return new Connection({
      env,
      url: () => url,
      protocols: () => [subprotocol],
      onOpen: () => undefined,
      // It is told of every change; a line that is dead is noticed by itself.
      onAwake: () => undefined,
      onFrame: (frame) => {
        const { t, state } = frame as LobbyFrame;
        if (t === 'availability') onChange(state);
      },
      onState: () => undefined,
      onDoubt: () => Promise.resolve(true),
    });
  }
}
