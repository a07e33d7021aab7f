/**
 * The load generator, a process of its own on a core of its own. It receives one job after the other as messages, so
 * that the same open conversations are used for several figures.
 */
import { bareAdapter } from './load/bare.ts';
import type { Address, Chat } from './load/chat.ts';
import { fullSpeed, paced, type RunOptions, type RunResult } from './load/loops.ts';
import { parleyAdapter } from './load/parley.ts';
import { socketIoAdapter } from './load/socket-io.ts';
import { Traffic } from './load/traffic.ts';
import { upload, type UploadOptions, type UploadResult } from './load/uploads.ts';

const adapters = { bare: bareAdapter, parley: parleyAdapter, 'socket-io': socketIoAdapter };

const address = JSON.parse(process.argv[2] ?? '{}') as Address;
const traffic = new Traffic();
const adapter = adapters[address.peer](address, traffic);
const chats: Chat[] = [];

const jobs = {
  open: async (count: number): Promise<void> => void chats.push(...(await adapter.open(count))),
  fullSpeed: (options: RunOptions): Promise<RunResult> => fullSpeed(chats, traffic, options),
  paced: (options: RunOptions): Promise<RunResult> => paced(chats, traffic, options),
  /** First acknowledged messages of new conversations, one after the other; milliseconds. */
  begin: async (count: number): Promise<number[]> => {
    const prepared = [];
    for (let i = 0; i < count; i++) prepared.push(await adapter.prepare());
    const times = [];
    for (const { begin } of prepared) {
      const startedAt = performance.now();
      await begin();
      times.push(performance.now() - startedAt);
      await breath();
    }
    for (const { stay } of prepared) await stay();
    return times;
  },
  /**
   * One message in each of the latest `count` conversations, one after the other; milliseconds to the
   * acknowledgement.
   */
  wake: async (count: number): Promise<number[]> => {
    traffic.clear();
    for (const chat of chats.slice(-count)) {
      traffic.send(chat, 'Are you still there?', performance.now());
      await traffic.landed();
      await breath();
    }
    return traffic.acknowledgements;
  },
  upload: (options: UploadOptions): Promise<UploadResult> => upload(address, options),
  close: async (): Promise<void> => {
    for (const chat of chats) chat.close();
    adapter.close();
  },
};

/** Lets the work after one message end, so that the next one does not wait for it. */
const breath = () => new Promise((resolve) => setTimeout(resolve, 25));

export type Jobs = typeof jobs;

interface Order {
  readonly job: keyof Jobs;
  readonly argument: never;
}

process.on('message', ({ job, argument }: Order) => {
  void jobs[job](argument).then(
    (answer) => {
      if (traffic.failure) tell({ error: traffic.failure });
      else tell({ answer });
    },
    (error: unknown) => tell({ error: String(error instanceof Error ? error.stack : error) }),
  );
});
process.on('disconnect', () => process.exit());
tell({ ready: true });

/** A bench that has ended hears nothing; its own error is the one to read. */
function tell(message: object): void {
  process.send?.(message, undefined, undefined, (error) => error && process.exit());
}
