/** Runs work against a peer that is started for it, and ends both processes in any case. */
import { startGenerator, type Generator } from '../generator.ts';
import { startPeer, type Peer, type PeerName, type PeerOptions } from '../peers/peer.ts';

export async function withPeer<T>(
  name: PeerName,
  options: PeerOptions,
  work: (peer: Peer, generator: Generator) => Promise<T>,
): Promise<T> {
  const peer = await startPeer(name, options);
  try {
    const generator = await startGenerator(peer.address);
    try {
      return await work(peer, generator);
    } finally {
      await generator.stop();
    }
  } finally {
    await peer.stop();
  }
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A peer on this platform beside the other, and the path of its conversations' databases. */
export interface Side {
  readonly name: 'bare' | 'parley';
  readonly actors: RegExp;
  readonly peer: Peer;
  readonly generator: Generator;
}

/**
 * Starts (a) and (c) side by side, for figures that are mostly waiting. While one peer is measured, the other is
 * idle.
 */
export function withBoth<T>(work: (pair: readonly Side[]) => Promise<T>): Promise<T> {
  return withPeer('bare', { medium: 'ram' }, (barePeer, bareGenerator) =>
    withPeer('parley', { medium: 'ram' }, (peer, generator) =>
      work([
        { name: 'bare', actors: /Chat/, peer: barePeer, generator: bareGenerator },
        { name: 'parley', actors: /Conversation/, peer, generator },
      ]),
    ),
  );
}
