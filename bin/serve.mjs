// Runs a server as a process of its own, for tests that kill it. The options are one JSON argument, and the address
// is sent to the parent as a message. The message `reload` loads a new bundle. The server stops on SIGTERM, and when
// its parent exits.
import { startServer } from './server.mjs';

const server = await startServer(JSON.parse(process.argv[2] ?? '{}'));
const stop = async () => {
  await server.stop();
  process.exit(0);
};
process.removeAllListeners('SIGTERM').on('SIGTERM', stop);
process.on('disconnect', stop);
process.on('message', async (message) => {
  if (message !== 'reload') return;
  await server.reload();
  process.send?.({ reloaded: server.runtimes() });
});
const address = {
  url: server.url,
  port: server.port,
  operatorSecret: server.operatorSecret,
  runtimes: server.runtimes(),
};
// A parent that ended meanwhile needs no address.
process.send?.(address, undefined, undefined, (error) => error && stop());
