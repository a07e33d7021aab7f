/**
 * Reads a stream in pieces that are large enough to be cheap, and lets other requests have their turn in between: on
 * one machine all of them share a thread, and a file from a fast line would hold up every chat.
 */

/** Bytes. The runtime's own pieces have 4 KiB, of which each costs several calls. */
const pieceLength = 262_144;

export async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader({ mode: 'byob' });
  try {
    for (;;) {
      const { done, value } = await reader.readAtLeast(pieceLength, new Uint8Array(pieceLength));
      if (value && value.length > 0) yield value;
      if (done) return;
      await scheduler.wait(0);
    }
  } finally {
    // After the end this does nothing; before it, nothing more is read.
    await reader.cancel().catch(() => undefined);
  }
}
