/**
 * Peer (a), the lower bound on this platform: an object for each conversation that stores a text, numbers it and
 * sends it to the conversation's tabs. It has no sessions, no retries, no rules and no other objects.
 */
import { DurableObject } from 'cloudflare:workers';

interface Env {
  readonly CHAT: DurableObjectNamespace<Chat>;
}

export class Chat extends DurableObject<Env> {
  #head: number;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)');
    this.#head = sql.exec<{ head: number }>('SELECT coalesce(max(seq), 0) AS head FROM messages').one().head;
  }

  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(_socket: WebSocket, text: string): void {
    const seq = ++this.#head;
    this.ctx.storage.sql.exec('INSERT INTO messages (seq, text) VALUES (?, ?)', seq, text);
    const frame = JSON.stringify({ seq, text });
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }
}

export default {
  fetch(request, env) {
    const name = new URL(request.url).pathname;
    return env.CHAT.get(env.CHAT.idFromName(name)).fetch(request);
  },
} satisfies ExportedHandler<Env>;
