/** Opens a self-repairing socket to this page's server. */
import { Connection, type ConnectionState } from '#client/connection';
import { platform } from '#client/environment';
import { subprotocol } from '#protocol';
import { session } from './people/session.svelte.ts';

export function socketUrl(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}

export function follow(
  path: string,
  on: { frame(frame: { t: string }): void; state(state: ConnectionState, nextTryAt: number | null): void },
): Connection {
  const connection = new Connection({
    env: platform(),
    url: () => socketUrl(path),
    protocols: () => [subprotocol],
    onOpen: () => undefined,
    onAwake: () => undefined,
    onFrame: (frame) => {
      if (typeof frame === 'object' && frame !== null && 't' in frame) on.frame(frame as { t: string });
    },
    onState: on.state,
    onDoubt: () => session.holds(),
  });
  connection.start();
  return connection;
}
