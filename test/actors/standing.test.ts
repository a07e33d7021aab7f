/**
 * An agent's state survives their actor's sleep, and the cost of waking does not grow with the days that they have
 * worked.
 */
import { intervalsOf, type Interval } from '#domain/people/activity';
import { statuses } from '#protocol';
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Standing } from '../../worker/actors/agent/standing.ts';
import {
  evolveAgent,
  foldVersion,
  isActivity,
  migrations,
  newAgent,
  type AgentDraft,
  type AgentEntry,
  type AgentRegisters,
} from '../../worker/actors/agent/storage.ts';
import { activityFollower } from '../../worker/actors/agent/targets.ts';
import { agentStub } from '../../worker/actors/stubs.ts';
import type { Host, Sql } from '../../worker/runtime/host.ts';
import { begin, open } from '../../worker/runtime/migrate.ts';
import type { Registers } from '../../worker/runtime/registers.ts';
import { env, id } from './scene.ts';

/** The storage of an actor that outlives its memory, and the texts of entries that were read from it. */
function emptied(storage: DurableObjectStorage) {
  const tables = storage.sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_'",
  );
  for (const { name } of tables.toArray()) storage.sql.exec(`DROP TABLE ${name}`);
  let now = 1;
  const read: string[] = [];
  const sql: Sql = {
    exec(query, ...bindings) {
      const rows = storage.sql.exec(query, ...bindings).toArray();
      for (const { entry } of rows) if (typeof entry === 'string') read.push(entry);
      return rows;
    },
  };
  const host = { sql, now: () => now++ } as Pick<Host, 'sql' | 'now'> as Host;
  const wake = (registers: Registers<AgentRegisters>) =>
    new Standing(host, registers, { written: () => undefined, moved: () => undefined });
  const again = () => {
    const registers = open<AgentRegisters>(sql, migrations);
    if (!registers) throw new Error('the storage is empty');
    return registers;
  };
  return { host, read, registers: begin<AgentRegisters>(sql, migrations), again, wake };
}

/** Runs in an actor of its own, which receives no other calls. */
const inStorage = (run: (storage: DurableObjectStorage) => Promise<void>) =>
  runInDurableObject(agentStub(env, id('account'), id('user')), (_, { storage }) => run(storage));

const draft: fc.Arbitrary<AgentDraft> = fc.oneof(
  fc.boolean().map((signedIn) => ({ kind: 'session.changed' as const, signedIn })),
  fc.constantFrom(...statuses).map((status) => ({ kind: 'status.changed' as const, status })),
  fc.constant({ kind: 'status.changed' as const, status: 'offline' as const, why: 'signed_out' as const }),
  fc.boolean().map((connected) => ({ kind: 'presence.changed' as const, connected })),
  fc.constantFrom({ kind: 'user.deleted' as const }, { kind: 'user.restored' as const }),
  fc.constant({ kind: 'capacity.changed' as const }),
);
/** Events of an actor: an entry, a sleep, a version with another fold, a push to the time table. */
const step = fc.oneof(
  { weight: 6, arbitrary: draft.map((entry) => ({ do: 'append' as const, entry })) },
  { weight: 2, arbitrary: fc.constant({ do: 'sleep' as const }) },
  fc.constant({ do: 'deploy' as const }),
  { weight: 2, arbitrary: fc.constant({ do: 'push' as const }) },
);

test('F24 F21: after any number of sleeps an agent’s state equals the fold of their whole log, and so does their time table', () =>
  inStorage((disk) =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { host, registers: first, again, wake } = emptied(disk);
        let registers = first;
        let standing = wake(registers);
        const told = new Map<number, Interval>();
        const write = (intervals: readonly Interval[]) => {
          for (const interval of intervals) told.set(interval.seq, interval);
          return Promise.resolve();
        };
        let follower = activityFollower(host, standing, registers, write);
        let cursor = 0;
        const entries: AgentEntry[] = [];
        const rise = () => {
          registers = again();
          standing = wake(registers);
          follower = activityFollower(host, standing, registers, write);
        };
        for (const each of [...steps, { do: 'push' as const }]) {
          if (each.do === 'append') {
            standing.append(each.entry);
            entries.push(standing.log.get(standing.log.head) as AgentEntry);
          } else if (each.do === 'push') {
            cursor = await follower.push(cursor);
          } else {
            for (const name of each.do === 'deploy' ? (['folded', 'activity'] as const) : []) {
              const kept = registers.get(name);
              if (kept) registers.set(name, { ...kept, version: foldVersion - 1 });
            }
            rise();
          }
          expect(standing.state).toEqual(entries.reduce(evolveAgent, newAgent));
          expect(standing.log.head).toBe(entries.length);
        }
        const { intervals } = intervalsOf(entries.filter(isActivity));
        const whole = new Map(intervals.map((interval) => [interval.seq, interval]));
        expect(told).toEqual(whole);
      }),
      { numRuns: 200 },
    ),
  ));

test('an actor that wakes with years of entries reads none of them; the time table reads the new ones', () =>
  inStorage(async (disk) => {
    const { host, read, registers, again, wake } = emptied(disk);
    const before = wake(registers);
    for (let i = 0; i < 5_000; i++) before.append({ kind: 'presence.changed', connected: i % 2 === 0 });
    const write = () => Promise.resolve();
    let cursor = 0;
    while (cursor < before.log.head)
      cursor = await activityFollower(host, before, registers, write).push(cursor);
    before.append({ kind: 'presence.changed', connected: true });

    read.length = 0;
    const kept = again();
    const after = wake(kept);
    expect(after.state).toEqual(before.state);
    expect(read).toHaveLength(0);
    await activityFollower(host, after, kept, write).push(cursor);
    expect(read).toHaveLength(1);
  }));

test('the stored fold of a log has the shape of its version: when this changes, raise foldVersion', () =>
  inStorage(async (disk) => {
    const { host, registers, wake } = emptied(disk);
    const standing = wake(registers);
    standing.append({ kind: 'session.changed', signedIn: true });
    standing.append({ kind: 'presence.changed', connected: true });
    standing.append({ kind: 'status.changed', status: 'dinner' });
    standing.append({ kind: 'user.deleted' });
    standing.append({ kind: 'status.changed', status: 'offline', why: 'signed_out' });
    await activityFollower(host, standing, registers, () => Promise.resolve()).push(0);
    const was = { status: 'offline', connected: true };
    const is = { ...was, signedIn: true };
    expect([registers.get('folded'), registers.get('activity')]).toEqual([
      { version: 1, upTo: 5, value: { ...is, since: 5, left: 'dinner', deleted: true } },
      { version: 1, upTo: 5, value: { ...is, latest: 5, open: { ...was, seq: 5, from: 5, to: 8.64e15 } } },
    ]);
  }));
