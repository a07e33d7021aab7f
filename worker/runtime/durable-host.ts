/** The host on Cloudflare's runtime, and what every actor does the same way on it. */
import { ping, pong, subprotocol } from '#protocol';
import type { Host, Socket } from './host.ts';

/** Makes the host, and begins to read the alarm: no event is delivered before that is done. */
export function durableHost(ctx: DurableObjectState): Host {
  return {
    sql: ctx.storage.sql,
    now: () => Date.now(),
    random: () => Math.random(),
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    alarmAt: ctx.storage.getAlarm(),
    setAlarm: (at) => void (at === null ? ctx.storage.deleteAlarm() : ctx.storage.setAlarm(at)),
    background: (work) => ctx.waitUntil(work),
    timer: (delay, task) => {
      const timer = setTimeout(task, delay);
      return () => clearTimeout(timer);
    },
    // The runtime lists a socket until the other end has answered its close.
    sockets: (tag) => ctx.getWebSockets(tag).filter(({ readyState }) => readyState === WebSocket.OPEN),
    lastPing: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket as WebSocket)?.getTime() ?? null,
  };
}

/** The runtime answers heartbeats itself, so they wake no actor. */
export function answerPings(ctx: DurableObjectState): void {
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
}

/** Accepts a socket for hibernation. `tags` find it again; `attachment` describes it. */
export function acceptSocket(
  ctx: DurableObjectState,
  tags: string[],
  attachment: unknown,
): { response: Response; socket: Socket } {
  const pair = new WebSocketPair();
  ctx.acceptWebSocket(pair[1], tags);
  pair[1].serializeAttachment(attachment);
  const headers = { 'sec-websocket-protocol': subprotocol };
  return { response: new Response(null, { status: 101, webSocket: pair[0], headers }), socket: pair[1] };
}

/** Opens a socket only to close it: a browser can read the reason, but not an HTTP answer to an upgrade. */
export function refuseSocket(code: number, reason: string): Response {
  const pair = new WebSocketPair();
  pair[1].accept();
  pair[1].close(code, reason);
  return new Response(null, {
    status: 101,
    webSocket: pair[0],
    headers: { 'sec-websocket-protocol': subprotocol },
  });
}

/** Finishes the close handshake; codes that only a runtime may use are not echoed. */
export function answerClose(socket: WebSocket, code: number): void {
  try {
    socket.close(code === 1005 || code === 1006 || code === 1015 ? 1000 : code);
  } catch {
    // It is already closed.
  }
}
