/** A relay between the clients and the server, whose connections can be cut without a close, like a cable. */
import net from 'node:net';

export interface Line {
  /** The port for clients. */
  readonly port: number;
  /** Cuts about this share of the connections. */
  cut(share: number, random: () => number): number;
  close(): Promise<void>;
}

export async function openLine(target: () => number | undefined): Promise<Line> {
  const connections = new Set<net.Socket>();
  const relay = net.createServer((near) => {
    const port = target();
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = net.connect(port, '127.0.0.1');
    connections.add(near);
    const end = () => {
      connections.delete(near);
      near.destroy();
      far.destroy();
    };
    for (const side of [near, far]) {
      side.setNoDelay(true);
      side.on('error', end);
      side.on('close', end);
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return {
    port: (relay.address() as net.AddressInfo).port,
    cut(share, random) {
      const cut = [...connections].filter(() => random() < share);
      for (const socket of cut) socket.resetAndDestroy();
      return cut.length;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of connections) socket.destroy();
        relay.close(() => resolve());
      }),
  };
}
