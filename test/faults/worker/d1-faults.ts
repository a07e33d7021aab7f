/** A D1 that fails before the write, after it, hangs, or is slow, by its mode. A hanging write is done late. */
import type { D1Mode } from '../modes.ts';

/** One isolate runs the Worker and all its actors, so one variable reaches them all. */
export const plan: { mode: D1Mode; deaf: boolean } = { mode: 'none', deaf: false };

/** Longer than a follower waits: by then it has tried again, and this write meets newer rows. */
const hangFor = 15_000;
const slowFor = 1_500;

function drawn(mode: D1Mode): D1Mode {
  if (mode !== 'mixed') return mode;
  const draw = Math.random();
  if (draw < 0.3) return 'fail';
  if (draw < 0.5) return 'late';
  if (draw < 0.6) return 'hang';
  return draw < 0.8 ? 'slow' : 'none';
}

async function amid<T>(work: () => Promise<T>): Promise<T> {
  switch (drawn(plan.mode)) {
    case 'none':
      return work();
    case 'fail':
      throw new Error('D1_ERROR: Network connection lost.');
    case 'late':
      await work();
      throw new Error('D1_ERROR: the answer was lost');
    case 'hang':
      await scheduler.wait(hangFor);
      return work();
    case 'slow':
      await scheduler.wait(slowFor);
      return work();
    case 'mixed':
      throw new Error('mixed is drawn from the others');
  }
}

const real = new WeakMap<object, D1PreparedStatement>();
const asking = new Set<PropertyKey>(['all', 'first', 'raw', 'run']);

function statement(sound: D1PreparedStatement): D1PreparedStatement {
  const wrapped = new Proxy(sound, {
    get(target, name) {
      const method = Reflect.get(target, name) as ((...given: unknown[]) => unknown) | undefined;
      if (typeof method !== 'function') return method;
      if (name === 'bind') return (...given: unknown[]) => statement(target.bind(...given));
      if (!asking.has(name)) return method.bind(target);
      return (...given: unknown[]) => amid(() => method.apply(target, given) as Promise<unknown>);
    },
  });
  real.set(wrapped, sound);
  return wrapped;
}

export function faulty(sound: D1Database): D1Database {
  return new Proxy(sound, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => statement(target.prepare(sql));
      if (name === 'batch') {
        return (statements: D1PreparedStatement[]) => {
          // A mutant: now and then it reports a write that it has not done.
          if (plan.deaf && Math.random() < 0.15) return Promise.resolve([]);
          return amid(() => target.batch(statements.map((each) => real.get(each) ?? each)));
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
