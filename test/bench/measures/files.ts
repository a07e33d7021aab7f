/** Chats beside uploads: the delivery time of messages beside none, one and ten files, and the runtime's memory. */
import { startGenerator } from '../generator.ts';
import { Samples, type Figure } from '../figures.ts';
import type { Plan, Sizes } from '../plan.ts';
import { memoryOf } from '../processes.ts';
import { withPeer } from './session.ts';

/** Bytes of a file, and how long messages are measured beside such files, in seconds. */
const sizes: Sizes<{ conversations: number; size: number; seconds: number }> = {
  full: { conversations: 50, size: 104_857_600, seconds: 20 },
  quick: { conversations: 50, size: 25_165_824, seconds: 5 },
  smoke: { conversations: 2, size: 100_000, seconds: 0.5 },
};
const rate = 50;
const besides = [0, 1, 10];
/** How often the memory is read, in milliseconds. */
const every = 100;

export async function files(plan: Plan): Promise<Figure[]> {
  const samples = new Samples();
  const { conversations, size, seconds } = sizes[plan.scale];
  for (let turn = 0; turn < plan.pairs; turn++)
    await withPeer('parley', { medium: 'ram' }, async (peer, generator) => {
      const uploader = await startGenerator(peer.address);
      try {
        await generator.run('open', conversations);
        await generator.run('paced', { seconds: 1, warmUp: 1, seed: plan.seed, rate });
        const before = memoryOf(peer.servers, 'workerd');
        for (const count of besides) {
          let highest = 0;
          const watching = setInterval(() => {
            highest = Math.max(highest, memoryOf(peer.servers, 'workerd'));
          }, every);
          const sending = count > 0 ? uploader.run('upload', { count, size, seconds }) : undefined;
          const paced = { seconds, warmUp: 0, seed: plan.seed + count, rate };
          const { delivery } = await generator.run('paced', paced);
          const sent = await sending;
          clearInterval(watching);
          const grown = (Math.max(highest, memoryOf(peer.servers, 'workerd')) - before) / 2 ** 20;
          samples.add(`p95 ${count}`, 'parley', delivery.p95);
          samples.add(`memory ${count}`, 'parley', grown);
          const took = sent ? `; ${sent.files} files, ${sent.each.toFixed(1)} s each` : '';
          plan.log(
            `beside ${count} uploads of ${size} bytes: p95 ${delivery.p95.toFixed(1)} ms, memory +${grown.toFixed(0)} MiB${took}`,
          );
        }
      } finally {
        await uploader.stop();
      }
    });
  const named = (count: number) => (count === 1 ? '1 upload' : `${count} uploads`);
  return besides.flatMap((count): Figure[] => [
    {
      name: `end to end p95 at ${rate} a second beside ${named(count)} of ${Math.round(size / 2 ** 20)} MiB`,
      ...{ unit: 'ms', digits: 1, samples: samples.of(`p95 ${count}`), goals: [] },
    },
    {
      name: `growth of workerd's memory beside ${named(count)} of ${Math.round(size / 2 ** 20)} MiB, at the most`,
      ...{ unit: 'MiB', digits: 0, samples: samples.of(`memory ${count}`), goals: [] },
    },
  ]);
}
