/** Peer (a) for the generator. The id is the first word of the text, because the object stores nothing else. */
import { inTurns, type Adapter, type Address, type Chat, type Watcher } from './chat.ts';
import { connect } from './websocket.ts';

const idLength = 36;

export function bareAdapter({ url }: Address, watcher: Watcher): Adapter {
  let made = 0;
  const socket = (name: string, told: (id: string) => void) =>
    connect(
      `${url.replace('http', 'ws')}/${name}`,
      {},
      {
        text: (text) => told((JSON.parse(text) as { text: string }).text.slice(0, idLength)),
        closed: (code) => watcher.failed(`a socket closed with ${code}`),
      },
    );
  const open = async (): Promise<Chat> => {
    const name = `c${made++}`;
    const agent = await socket(name, watcher.delivered);
    const visitor = await socket(name, watcher.acknowledged);
    return {
      send: (id, text) => visitor.send(`${id} ${text}`),
      close: () => [visitor, agent].forEach((one) => one.close()),
    };
  };
  return {
    open: (count) => inTurns(Array.from({ length: count }), 20, open),
    prepare: async () => {
      const name = `n${made++}`;
      const begin = async () => {
        const { promise, resolve } = Promise.withResolvers<string>();
        const visitor = await socket(name, resolve);
        visitor.send('0'.repeat(idLength));
        await promise;
      };
      return { begin, stay: () => Promise.resolve() };
    },
    close: () => undefined,
  };
}
