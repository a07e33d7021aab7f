/**
 * A minimal WebSocket client (RFC 6455), so that the load generator costs little beside the measured work. It offers
 * no compression: Node's own client would, and the figures would then be those of zlib.
 */
import { randomBytes } from 'node:crypto';
import net from 'node:net';

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface Events {
  text(text: string): void;
  /** `code` is the close code, followed by the reason if there is one. */
  closed(code: string): void;
}

const head = Buffer.alloc(14);

/** Resolves once the server has accepted the upgrade; otherwise rejects with its answer. */
export function connect(url: string, headers: Record<string, string>, events: Events): Promise<Socket> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const stream = net.connect({ host: hostname, port: Number(port), noDelay: true });
  const lines = {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const request = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.write(`GET ${pathname}${search} HTTP/1.1\r\n${request.join('')}\r\n`);

  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('closed before it was open')));
    stream.on('data', function opening(chunk: Buffer) {
      answer = Buffer.concat([answer, chunk]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = answer.toString('latin1', 0, end);
      if (!text.startsWith('HTTP/1.1 101')) {
        stream.destroy();
        reject(new Error(`${pathname}: ${text.slice(0, text.indexOf('\r\n'))}`));
        return;
      }
      stream.off('data', opening);
      const watched = { ...events };
      follow(stream, answer.subarray(end + 4), watched);
      resolve({
        send: (message) => write(stream, 1, Buffer.from(message)),
        close: () => {
          // A close from this side is not reported.
          watched.closed = () => undefined;
          write(stream, 8, Buffer.from([0x03, 0xe8]));
        },
      });
    });
  });
}

/** The mask is zero, which is allowed and leaves the bytes unchanged: there is no proxy here to protect. */
function write(stream: net.Socket, opcode: number, payload: Buffer): void {
  head[0] = 0x80 | opcode;
  let length = 2;
  if (payload.length < 126) head[1] = 0x80 | payload.length;
  else {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(payload.length, 2);
    length = 4;
  }
  head.fill(0, length, length + 4);
  stream.write(Buffer.concat([head.subarray(0, length + 4), payload]));
}

function follow(stream: net.Socket, first: Buffer, events: Events): void {
  let rest = first;
  let code = '1006';
  const take = (chunk: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let frame = parse(rest); frame; frame = parse(rest)) {
      rest = rest.subarray(frame.end);
      if (frame.opcode === 1) events.text(frame.payload.toString());
      else if (frame.opcode === 9) write(stream, 10, frame.payload);
      else if (frame.opcode === 8) {
        if (frame.payload.length >= 2)
          code = `${frame.payload.readUInt16BE(0)} ${frame.payload.subarray(2)}`.trimEnd();
        write(stream, 8, frame.payload);
        stream.end();
      }
    }
  };
  stream.removeAllListeners('close').removeAllListeners('error');
  stream.on('data', take);
  stream.on('error', () => undefined);
  stream.on('close', () => events.closed(code));
  take(Buffer.alloc(0));
}

/** The next whole frame, if it has arrived. None of the servers sends a message in parts. */
function parse(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const opcode = bytes.readUInt8(0) & 0x0f;
  if (opcode === 0) throw new Error('a message in parts');
  let length = bytes.readUInt8(1) & 0x7f;
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    start = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    start = 10;
  }
  const end = start + length;
  return bytes.length < end ? undefined : { opcode, payload: bytes.subarray(start, end), end };
}
