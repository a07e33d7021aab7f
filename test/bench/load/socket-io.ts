/** Peer (b) for the generator: one client for each tab, over WebSocket from the start. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { inTurns, type Adapter, type Address, type Chat, type Watcher } from './chat.ts';

/** The part of socket.io's client that is used; the package is installed on demand and has no types here. */
interface Client {
  on(event: string, listener: (argument: { clientId: string }) => void): void;
  emit(event: string, ...rest: unknown[]): void;
  disconnect(): void;
}

export function socketIoAdapter({ url, packages = '' }: Address, watcher: Watcher): Adapter {
  const load = createRequire(path.join(packages, 'index.js'));
  const { io } = load('socket.io-client') as { io(url: string, options: object): Client };
  let made = 0;
  const client = async (conversation: string, side: 'visitor' | 'agent'): Promise<Client> => {
    // Each client has a connection of its own, because each tab is a page of its own.
    const one = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      query: { conversation, side },
    });
    const { promise, resolve, reject } = Promise.withResolvers();
    one.on('ready', () => resolve(undefined));
    one.on('connect_error', (error) => reject(error));
    await promise;
    return one;
  };
  const openOne = async (): Promise<Chat> => {
    const conversation = `c${made++}`;
    const agent = await client(conversation, 'agent');
    const visitor = await client(conversation, 'visitor');
    agent.on('message', ({ clientId }) => watcher.delivered(clientId));
    let open = true;
    for (const tab of [agent, visitor])
      tab.on('disconnect', () => open && watcher.failed('a client was disconnected'));
    return {
      send: (id, text) =>
        visitor.emit('message', { id, text }, (answer: { seq?: number; error?: string }) =>
          answer.seq ? watcher.acknowledged(id) : watcher.failed(String(answer.error)),
        ),
      close: () => {
        open = false;
        visitor.disconnect();
        agent.disconnect();
      },
    };
  };
  return {
    open: (count) => inTurns(Array.from({ length: count }), 8, openOne),
    prepare: () => Promise.reject(new Error('not measured for this peer')),
    close: () => undefined,
  };
}
