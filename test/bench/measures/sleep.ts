/** Waits until actors hibernate. It is visible from outside: an awake object keeps its database open. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { Plan } from '../plan.ts';
import { familyOf } from '../processes.ts';
import { pause } from './session.ts';

/** An object hibernates after ten idle seconds; the spec's figures assume twelve. */
const idle = 12_000;

/** `actors` matches the path of their databases. */
export async function untilAsleep(
  { scale }: Plan,
  servers: readonly number[],
  actors: RegExp,
): Promise<void> {
  const least = scale === 'smoke' ? 0 : idle;
  await pause(least);
  for (let waited = least; awake(servers, actors) > 0; waited += 500) {
    if (waited > 60_000) throw new Error(`${awake(servers, actors)} objects stay awake`);
    await pause(500);
  }
}

function awake(servers: readonly number[], actors: RegExp): number {
  let open = 0;
  for (const pid of familyOf(servers)) {
    try {
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        const target = readLink(`/proc/${pid}/fd/${descriptor}`);
        // Other databases are the runtime's own: `metadata.sqlite` contains the alarms.
        if (/\/[0-9a-f]{64}\.sqlite$/.test(target) && actors.test(target)) open++;
      }
    } catch {
      // The process has ended.
    }
  }
  return open;
}

/** A descriptor may be closed while it is read. */
function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
