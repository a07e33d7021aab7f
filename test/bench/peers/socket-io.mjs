/**
 * Peer (b), the usual alternative: socket.io with its Redis adapter, and PostgreSQL, which stores every message
 * before it is acknowledged. It gives the same guarantees: a number for each message of a conversation, and the same
 * client id is the same message.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const { packages, redisPort, postgresPort } = JSON.parse(process.argv[2] ?? '{}');
const load = createRequire(path.join(packages, 'index.js'));
const { Server } = load('socket.io');
const { createAdapter } = load('@socket.io/redis-adapter');
const { createClient } = load('redis');
const { Pool } = load('pg');

const pool = new Pool({
  host: '127.0.0.1',
  port: postgresPort,
  user: 'bench',
  database: 'postgres',
  max: 20,
});
await pool.query(`
  CREATE TABLE conversations (id text PRIMARY KEY, head integer NOT NULL DEFAULT 0);
  CREATE TABLE messages (
    conversation text NOT NULL, seq integer NOT NULL, client_id uuid NOT NULL, side text NOT NULL, text text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (conversation, seq), UNIQUE (conversation, client_id)
  )`);

const publisher = createClient({ url: `redis://127.0.0.1:${redisPort}` });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });

// One statement is one round trip and one commit. The row of the conversation numbers its messages in turn.
const insert = {
  name: 'insert',
  text: `WITH next AS (UPDATE conversations SET head = head + 1 WHERE id = $1 RETURNING head)
    INSERT INTO messages (conversation, seq, client_id, side, text) SELECT $1, head, $2, $3, $4 FROM next RETURNING seq, at`,
};
const find = { name: 'find', text: 'SELECT seq FROM messages WHERE conversation = $1 AND client_id = $2' };
const uniqueViolation = '23505';

io.on('connection', async (socket) => {
  const { conversation, side } = socket.handshake.query;
  socket.on('message', async ({ id, text }, answer) => {
    try {
      const { rows } = await pool.query({ ...insert, values: [conversation, id, side, text] });
      const { seq, at } = rows[0];
      answer({ seq });
      // To the other tabs: the sender's has the answer.
      socket.to(conversation).emit('message', { seq, at, clientId: id, side, text });
    } catch (error) {
      if (error.code !== uniqueViolation) return answer({ error: String(error) });
      const { rows } = await pool.query({ ...find, values: [conversation, id] });
      answer({ seq: rows[0].seq });
    }
  });
  await pool.query('INSERT INTO conversations (id) VALUES ($1) ON CONFLICT DO NOTHING', [conversation]);
  await socket.join(conversation);
  socket.emit('ready');
});

const stop = () => process.exit(0);
process.on('SIGTERM', stop);
process.on('disconnect', stop);
http.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${http.address().port}` }));
