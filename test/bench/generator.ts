/** The handle on a load generator's process (load.ts). */
import { at } from '../../bin/paths.mjs';
import type { Jobs } from './load.ts';
import type { Address } from './load/chat.ts';
import { start } from './processes.ts';

export interface Generator {
  run<J extends keyof Jobs>(job: J, ...argument: Parameters<Jobs[J]>): Promise<Awaited<ReturnType<Jobs[J]>>>;
  stop(): Promise<void>;
}

export async function startGenerator(address: Address): Promise<Generator> {
  const { child } = await start('generator', at('test/bench/load.ts'), address);
  return {
    run: (job, ...[argument]) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error('the generator ended'));
        child.process.once('exit', ended);
        child.process.once('message', (message) => {
          child.process.off('exit', ended);
          const { answer, error } = message as { answer: never; error?: string };
          if (error === undefined) resolve(answer);
          else reject(new Error(`${address.peer}, ${job}: ${error}`));
        });
        child.process.send({ job, argument });
      }),
    stop: child.stop,
  };
}
