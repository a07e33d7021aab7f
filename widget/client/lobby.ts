/** Follows the availability of a campaign, while it is asked to (LOB-1). It needs no credential. */
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

  /** Starts or stops following; a repeated call changes nothing. The last state stays valid until the next frame. */
  follow(on: boolean): void {
    if (on === (this.#connection !== null)) return;
    this.#connection?.end();
    this.#connection = on ? this.#connect() : null;
    this.#connection?.start();
  }

  #connect(): Connection {
    const { env, base, site, onChange } = this.#options;
    const url = socketAt<'GET /api/widget/lobby/socket'>(base, `/api/widget/lobby/socket?site=${site}`);
    return new Connection({
      env,
      url: () => url,
      protocols: () => [subprotocol],
      onOpen: () => undefined,
      // The server sends every change, and the connection detects by itself that it is dead.
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
