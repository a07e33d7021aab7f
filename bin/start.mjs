// `npm start`: Parley with demo data, from the built code.
import { signInsAndAddresses } from './demo.mjs';
import { runUntilStopped, startLocal } from './local.mjs';

await runUntilStopped(async (stopWith) => {
  const server = await startLocal();
  stopWith(() => server.stop());
  console.log(signInsAndAddresses({ app: server.port }));
});
