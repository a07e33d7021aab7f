/**
 * The Worker with its actors under observation: it counts the rows that they write and the causes of their wake-ups.
 * A route of this entry alone returns and resets the counts. On workerd all objects of a Worker share one isolate,
 * and so one set of counts.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../../worker/actors/env.ts';
import server, * as actors from '../../worker/server.ts';
import type { Counts, Wakes } from './counts.ts';

const nothing = (): Wakes => ({ constructed: 0, alarms: 0, frames: 0, calls: 0, timers: 0, activeMs: 0 });
const fresh = (): Counts => ({
  requests: 0,
  actorRows: 0,
  alarmRows: 0,
  databaseRows: 0,
  writes: {},
  wakes: {},
  methods: {},
});
let counts = fresh();
const wakesOf = (actor: string): Wakes => (counts.wakes[actor] ??= nothing());

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Wraps a method of a runtime's object, once; all objects of its kind share the prototype. */
function around(object: object, name: string, wrap: (original: Method) => Method): void {
  const prototype = Object.getPrototypeOf(object) as Record<string, Method>;
  const original = prototype[name];
  if (!original || wrapped.has(original)) return;
  const method = wrap(original);
  wrapped.add(method);
  prototype[name] = method;
}
const wrapped = new WeakSet<Method>();

function observe({ storage }: DurableObjectState, { DB }: Env): void {
  around(
    storage.sql,
    'exec',
    (original) =>
      function (...given) {
        const cursor = original.apply(this, given) as SqlStorageCursor<never>;
        const { rowsWritten } = cursor;
        if (rowsWritten > 0) {
          const table =
            /^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+(\w+)/.exec(String(given[0]))?.[1] ??
            'other';
          counts.actorRows += rowsWritten;
          counts.writes[table] = (counts.writes[table] ?? 0) + rowsWritten;
        }
        return cursor;
      },
  );
  // An alarm is billed as a row (developers.cloudflare.com/durable-objects/platform/pricing).
  for (const name of ['setAlarm', 'deleteAlarm']) {
    around(
      storage,
      name,
      (original) =>
        function (...given) {
          counts.alarmRows++;
          return original.apply(this, given);
        },
    );
  }
  const countResult = (result: unknown) => {
    counts.databaseRows += (result as D1Result).meta.rows_written;
  };
  around(
    DB,
    'batch',
    (original) =>
      async function (...given) {
        const results = (await original.apply(this, given)) as D1Result[];
        results.forEach(countResult);
        return results;
      },
  );
  around(
    DB.prepare('SELECT 1'),
    'run',
    (original) =>
      async function (...given) {
        const result = await original.apply(this, given);
        countResult(result);
        return result;
      },
  );
}

const kinds: Record<string, 'alarms' | 'frames'> = { alarm: 'alarms', webSocketMessage: 'frames' };

type Actor = typeof DurableObject<Env>;

/** Counts every event that wakes the objects of a class: construction, alarms, frames, and any other call. */
function count(name: string, actor: Actor): void {
  class Observed extends DurableObject<Env> {
    constructor(ctx: DurableObjectState, env: Env) {
      observe(ctx, env);
      super(ctx, env);
      wakesOf(name).constructed++;
    }
  }
  // Inserted between the class and its base, so that the exported classes stay the same, under any name.
  Object.setPrototypeOf(actor, Observed);
  Object.setPrototypeOf(actor.prototype, Observed.prototype);
  for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(actor.prototype))) {
    if (method === 'constructor' || typeof value !== 'function') continue;
    const original = value as Method;
    Object.defineProperty(actor.prototype, method, {
      value: function (this: unknown, ...given: unknown[]): unknown {
        // A nested call belongs to the call that woke the object.
        if (current !== none) return original.apply(this, given);
        wakesOf(name)[kinds[method] ?? 'calls']++;
        counts.methods[`${name}.${method}`] = (counts.methods[`${name}.${method}`] ?? 0) + 1;
        return timed(name, () => original.apply(this, given));
      },
    });
  }
}

/** Adds the duration of work, until its promise is settled. A pending timer keeps an object awake too, and counts. */
function timed(name: string, work: () => unknown): unknown {
  const startedAt = Date.now();
  const before = current;
  current = name;
  const end = () => void (wakesOf(name).activeMs += Date.now() - startedAt);
  try {
    const result = work();
    if (result instanceof Promise) return result.finally(end);
    end();
    return result;
  } finally {
    current = before;
  }
}
const none = 'Worker';
let current = none;

const setTimer = globalThis.setTimeout;
globalThis.setTimeout = ((task: () => void, delay: number) => {
  const name = current;
  return setTimer(() => {
    const wakes = wakesOf(name);
    wakes.timers++;
    wakes.activeMs += delay;
    timed(name, task);
  }, delay);
}) as typeof setTimeout;

const isActor = (exported: unknown): exported is Actor =>
  typeof exported === 'function' && exported.prototype instanceof DurableObject;
for (const [name, exported] of Object.entries<unknown>(actors)) if (isActor(exported)) count(name, exported);
export * from '../../worker/server.ts';

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== '/bench/counts') {
      counts.requests++;
      return server.fetch(request, env, ctx);
    }
    const answer = Response.json(counts);
    if (request.method === 'DELETE') counts = fresh();
    return answer;
  },
} satisfies ExportedHandler<Env>;
