/** R2 that fails, loses answers, or is slow at a chosen step. The Worker and all actors run in this isolate. */
import { vi } from 'vitest';

/**
 * `fails`: nothing is done. `lost`: it is done, and the answer is lost. `slow`: it takes a while. `killed before` and
 * `killed after`: all actors die at this moment, and so does the request.
 */
export type Fault = 'fails' | 'lost' | 'slow' | 'killed before' | 'killed after';
export const faults: readonly Fault[] = ['fails', 'lost', 'slow', 'killed before', 'killed after'];

export interface FaultyBucket {
  /** The operations so far, in order. */
  readonly done: string[];
  /** The fault of the operation with this number, from 0. */
  plan(at: number, fault: Fault): void;
  end(): void;
}

const slowFor = 60;

export function faultyBucket(bucket: R2Bucket, kill: () => Promise<void>): FaultyBucket {
  const done: string[] = [];
  const planned = new Map<number, Fault>();
  const amid = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const fault = planned.get(done.push(name) - 1);
    if (fault === 'fails') throw new Error(`${name}: R2 fails (10001)`);
    if (fault === 'slow') await scheduler.wait(slowFor);
    if (fault === 'killed before') {
      await kill();
      throw new Error(`${name}: killed`);
    }
    const answer = await work();
    if (fault === 'killed after') await kill();
    if (fault === 'lost' || fault === 'killed after') throw new Error(`${name}: the answer is lost`);
    return answer;
  };
  const upload = bucket.resumeMultipartUpload('none', 'none');
  const spies = [
    ...(['createMultipartUpload', 'put', 'get', 'head', 'delete'] as const).map((name) =>
      watched(Object.getPrototypeOf(bucket) as Methods, name, amid),
    ),
    ...(['uploadPart', 'complete', 'abort'] as const).map((name) =>
      watched(Object.getPrototypeOf(upload) as Methods, name, amid),
    ),
  ];
  return {
    done,
    plan: (at, fault) => void planned.set(done.length + at, fault),
    end: () => spies.forEach((spy) => spy.mockRestore()),
  };
}

type Methods = Record<string, (...given: unknown[]) => Promise<unknown>>;

function watched(
  target: Methods,
  name: string,
  amid: <T>(name: string, work: () => Promise<T>) => Promise<T>,
) {
  const sound = target[name];
  if (!sound) throw new Error(`R2 has no ${name}`);
  return vi.spyOn(target, name).mockImplementation(function (this: unknown, ...given: unknown[]) {
    return amid(name, () => sound.apply(this, given));
  });
}
