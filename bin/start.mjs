// `npm start`: Parley with demo data, from the built code.
import { readArguments } from './arguments.mjs';
import { signInsAndAddresses } from './demo.mjs';
import { localEnvironment, runUntilStopped, startLocal } from './local.mjs';

readArguments(
  `npm start

Serves Parley with demo data. It takes no arguments; these are read from the environment:

  PORT                    the port to listen on; 8787 by default, 0 for any free one
${localEnvironment}
`,
  { options: { help: { type: 'boolean' } } },
);

await runUntilStopped(async (stopWith) => {
  const server = await startLocal();
  stopWith(() => server.stop());
  console.log(signInsAndAddresses({ app: server.port }));
});
