// A server as a process of its own, for tests that kill it: the options are one JSON argument, and the address goes
// to the parent as a message. Told to reload, it takes up a new bundle. It stops on SIGTERM, and when its parent has gone.
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
process.send?.({
  url: server.url,
  port: server.port,
  operatorSecret: server.operatorSecret,
  runtimes: server.runtimes(),
});
