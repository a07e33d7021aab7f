/** The one alarm of an actor and its duties and followers, on the test's own clock and real storage. */
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, expect, test, vi } from 'vitest';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { Alarm, type Duty } from '../../worker/runtime/alarm.ts';
import { Followers, type Cursors, type Follower } from '../../worker/runtime/followers.ts';
import type { Host } from '../../worker/runtime/host.ts';
import { begin } from '../../worker/runtime/migrate.ts';
import { Registers } from '../../worker/runtime/registers.ts';
import { env, id, newScene } from '../actors/scene.ts';
import { eventually } from '../helpers/eventually.ts';

// Failures are reported, as they should be.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

const start = 1_800_000_000_000;

class StageHost implements Host {
  clock = start;
  alarm: number | null = null;
  readonly alarmAt: Promise<number | null>;
  readonly #work: Promise<unknown>[] = [];
  #timers: { at: number; task: () => void }[] = [];

  constructor(
    readonly sql: Host['sql'],
    alarmAt: number | null = null,
  ) {
    this.alarmAt = Promise.resolve(alarmAt);
  }

  now = () => this.clock;
  random = () => 0.5;
  bytes = (count: number) => new Uint8Array(count);
  setAlarm = (at: number | null) => void (this.alarm = at);
  background = (work: Promise<unknown>) => void this.#work.push(work);
  sockets = () => [];
  lastPing = () => null;
  timer = (delay: number, task: () => void) => {
    const timer = { at: this.clock + delay, task };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  };

  /** Advances time to `until`, from alarm to alarm and timer to timer; nothing may wait for ever. */
  async pass(span: number, fire: () => void): Promise<void> {
    const end = this.clock + span;
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      const timer = this.#timers.reduce((least, one) => Math.min(least, one.at), Infinity);
      const next = Math.min(timer, this.alarm ?? Infinity);
      if (next > end) break;
      this.clock = Math.max(this.clock, next);
      if (timer === next) {
        const due = this.#timers.filter((one) => one.at <= next);
        this.#timers = this.#timers.filter((one) => one.at > next);
        for (const { task } of due) task();
      } else {
        this.alarm = null;
        fire();
      }
    }
    this.clock = end;
  }
}

const nowhere = { exec: () => [] };

/** A duty that is due at regular intervals and records when it ran. */
function every(host: StageHost, name: string, span: number, work: (turn: number) => void | Promise<void>) {
  const times: number[] = [];
  let due = start + span;
  const duty: Duty = {
    name,
    next: () => due,
    run: () => {
      times.push(host.clock - start);
      const done = work(times.length);
      due = host.clock + span;
      return done;
    },
  };
  return { duty, times };
}

const tens = (count: number, span: number) => Array.from({ length: count }, (_, index) => (index + 1) * span);

test('R8 a duty that throws ten times delays no other, is retried ever more slowly, and then does its work', async () => {
  const host = new StageHost(nowhere);
  const good = every(host, 'good', 1_000, () => undefined);
  const bad = every(host, 'bad', 500, (turn) => {
    if (turn <= 10) throw new Error('poison');
  });
  const alarm = new Alarm(host, [bad.duty, good.duty]);
  alarm.arm();
  await host.pass(400_000, () => void alarm.fire());
  expect(good.times).toEqual(tens(400, 1_000));
  const pauses = bad.times.slice(1, 11).map((time, index) => time - (bad.times[index] ?? 0));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  expect(bad.times.length).toBeGreaterThan(50);
  expect(host.alarm).not.toBeNull();
});

test('R8 a duty that hangs delays no other, and is started again', async () => {
  const host = new StageHost(nowhere);
  const good = every(host, 'good', 1_000, () => undefined);
  const hung = every(host, 'hung', 500, () => new Promise<void>(() => undefined));
  const alarm = new Alarm(host, [hung.duty, good.duty]);
  alarm.arm();
  await host.pass(100_000, () => void alarm.fire());
  expect(good.times).toEqual(tens(100, 1_000));
  expect(hung.times).toEqual([500, 30_500, 60_500, 90_500]);
});

test('I6 an alarm that was lost is ignored, and no alarm is set in the past', async () => {
  const host = new StageHost(nowhere, start - 5_000);
  const duty: Duty = { name: 'late', next: () => start - 60_000, run: () => undefined };
  const alarm = new Alarm(host, [duty]);
  await host.pass(1_000, () => undefined);
  alarm.arm();
  // It may have woken the actor and be about to fire: setting another one would cancel it.
  expect(host.alarm).toBeNull();
  await host.pass(4_000, () => undefined);
  expect(host.alarm).toBe(start + 5_001);
  const set = vi.fn();
  const armed = Object.assign(new StageHost(nowhere, start + 10), { setAlarm: set });
  new Alarm(armed, [{ ...duty, next: () => start + 50 }]).arm();
  await armed.pass(1, () => undefined);
  expect(set).not.toHaveBeenCalled();
});

/** Runs followers on real storage, in an actor of the test's own. */
function onStage<T>(play: (host: StageHost) => Promise<T>): Promise<T> {
  const stub = conversationStub(env, id('account'), id('conversation'));
  return runInDurableObject(stub, (_, { storage }) => {
    begin(storage.sql, ['CREATE TABLE thing (id INTEGER PRIMARY KEY)']);
    return play(new StageHost(storage.sql));
  });
}

/** A follower of a log whose head the test moves. */
function follower(
  name: string,
  log: { head: number },
  push: (cursor: number) => Promise<number>,
  from: Follower['from'] = 'start',
  version = 1,
): Follower {
  return { name, version, from, due: (cursor) => (log.head > cursor ? 0 : null), push };
}

async function wired(
  host: StageHost,
  all: Follower[],
  others: Duty[] = [],
  head = 0,
): Promise<{ followers: Followers; alarm: Alarm }> {
  const registers = Registers.read<{ cursors: Cursors }>(host.sql);
  const followers = new Followers(host, all, { cursors: registers?.get('cursors'), head }, (cursors) =>
    registers?.set('cursors', cursors),
  );
  const alarm = new Alarm(host, [...followers.duties, ...others]);
  followers.onSettled = () => alarm.settle();
  followers.kick();
  // Until the stored alarm is known.
  await host.alarmAt;
  await host.alarmAt;
  return { followers, alarm };
}

test('R8 a follower that throws ten times delays no other, and loses nothing', async () => {
  await onStage(async (host) => {
    const log = { head: 3 };
    const told: number[] = [];
    let failures = 0;
    const bad = follower('bad', log, () => {
      if (++failures <= 10) return Promise.reject(new Error('poison'));
      return Promise.resolve(log.head);
    });
    const good = follower('good', log, (cursor) => {
      told.push(cursor);
      return Promise.resolve(log.head);
    });
    const { followers, alarm } = await wired(host, [bad, good]);
    await host.pass(1, () => void alarm.fire());
    expect([followers.cursor('good'), followers.cursor('bad')]).toEqual([3, 0]);
    log.head = 4;
    followers.kick();
    await host.pass(1, () => void alarm.fire());
    expect(told).toEqual([0, 3]);
    expect(host.alarm).not.toBeNull();
    await host.pass(600_000, () => void alarm.fire());
    expect(failures).toBe(11);
    expect([followers.cursor('good'), followers.cursor('bad')]).toEqual([4, 4]);
    // Nothing is left to push, and followers made after a restart know it.
    expect((await wired(host, [bad, good])).followers.idle).toBe(true);
  });
});

test('a follower that begins now receives no old entry and every later one, even after a crash', async () => {
  await onStage(async (host) => {
    const log = { head: 3 };
    const archived = follower('archive', log, () => Promise.resolve(log.head));
    await wired(host, [archived]);
    await host.pass(1, () => undefined);
    const told: number[] = [];
    const hook = () =>
      follower(
        'hook',
        log,
        (cursor) => {
          told.push(cursor);
          return told.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve(log.head);
        },
        'now',
      );
    // A later version adds the follower.
    const first = await wired(host, [archived, hook()], [], log.head);
    expect(told).toEqual([]);
    log.head = 4;
    first.followers.kick();
    await host.pass(1, () => undefined);
    // The actor is evicted while the push fails.
    const second = await wired(host, [archived, hook()], [], log.head);
    await host.pass(600_000, () => void second.alarm.fire());
    expect(told).toEqual([3, 3, 3]);
    expect(second.followers.cursor('hook')).toBe(4);
    // A follower that is as old as its log follows it from the start, and no other does.
    const cursorIn = (born: string[] | undefined) =>
      new Followers(host, [hook()], { cursors: undefined, born, head: 2 }, () => undefined).cursor('hook');
    expect([cursorIn(['hook']), cursorIn([]), cursorIn(undefined)]).toEqual([0, 2, 2]);
  });
});

test('a follower of another version begins anew by its `from`; version 1 goes on from the cursor stored under the name', () => {
  const cursors = { archive: 7, hook: 7 };
  const log = { head: 9 };
  const push = () => Promise.resolve(log.head);
  const cursorsWith = (version: number) =>
    new Followers(
      new StageHost(nowhere),
      [follower('archive', log, push, 'start', version), follower('hook', log, push, 'now', version)],
      { cursors, head: log.head },
      () => undefined,
    ).cursors;
  expect([1, 2, 3].map(cursorsWith)).toEqual([
    { archive: 7, hook: 7 },
    { 'archive@2': 0, 'hook@2': 9 },
    { 'archive@3': 0, 'hook@3': 9 },
  ]);
});

test('a follower with `givesUpAfter` is retried only every few hours after that time without success, evictions included; a success ends the pause', async () => {
  await onStage(async (host) => {
    const [minute, hour] = [60_000, 3_600_000];
    const log = { head: 1 };
    let down = true;
    const tries = { dead: [] as number[], patient: [] as number[] };
    const trying = (name: keyof typeof tries) =>
      follower(name, log, () => {
        tries[name].push(host.clock);
        return down ? Promise.reject(new Error('down')) : Promise.resolve(log.head);
      });
    const all = () => [{ ...trying('dead'), givesUpAfter: hour }, trying('patient')];
    const last = (name: keyof typeof tries) => tries[name].at(-1) ?? 0;
    const first = await wired(host, all());
    await host.pass(hour / 2, () => void first.alarm.fire());
    expect(last('dead')).toBe(last('patient'));
    expect(tries.dead.length).toBeGreaterThan(30);
    // The memory is lost, and the time of the first failure is not.
    const second = await wired(host, all());
    await host.pass(hour / 2 + minute, () => void second.alarm.fire());
    const [givenUpAt, before] = [last('dead'), tries.dead.length];
    expect(givenUpAt - start).toBeGreaterThanOrEqual(hour);
    await host.pass(5 * hour, () => void second.alarm.fire());
    expect(tries.dead.length).toBe(before);
    expect(last('patient')).toBeGreaterThan(host.clock - 2 * minute);
    await host.pass(hour, () => void second.alarm.fire());
    expect(tries.dead.slice(before)).toEqual([givenUpAt + 6 * hour]);
    // The end is back, and later gone again: its time begins anew.
    down = false;
    await host.pass(6 * hour, () => void second.alarm.fire());
    expect(second.followers.cursors).toEqual({ dead: 1, patient: 1 });
    [down, log.head] = [true, 2];
    second.followers.kick();
    const again = tries.dead.length;
    await host.pass(10 * minute, () => void second.alarm.fire());
    expect(tries.dead.length - again).toBeGreaterThan(10);
    expect(last('dead')).toBe(last('patient'));
  });
});

test('R8 I6 a follower that never answers is abandoned and retried; a crash meanwhile forgets nothing', async () => {
  await onStage(async (host) => {
    const log = { head: 1 };
    let asked = 0;
    const deaf = follower('deaf', log, () => {
      asked++;
      return new Promise<number>(() => undefined);
    });
    const { alarm } = await wired(host, [deaf]);
    expect(host.alarm).toBe(start + 20_000);
    await host.pass(60_000, () => void alarm.fire());
    expect(asked).toBeGreaterThanOrEqual(4);
    // The memory is lost during a push.
    const again = await wired(host, [follower('deaf', log, () => Promise.resolve(log.head))]);
    await host.pass(1, () => void again.alarm.fire());
    expect(again.followers.cursor('deaf')).toBe(1);
  });
});

test('an alarm that only guarded finished work is moved later or removed: it would wake the actor for nothing', async () => {
  await onStage(async (host) => {
    const log = { head: 1 };
    let due = start + 2_000;
    const good: Follower = {
      name: 'good',
      version: 1,
      from: 'start',
      due: (cursor) => (log.head > cursor ? due : null),
      push: () => Promise.resolve(log.head),
    };
    let idleAt: number | null = start + 1_800_000;
    const idle: Duty = { name: 'idle', next: () => idleAt, run: () => void (idleAt = null) };
    const sets = vi.spyOn(host, 'setAlarm');
    const { followers, alarm } = await wired(host, [good], [idle]);
    await host.pass(3_000, () => void alarm.fire());
    expect(followers.cursor('good')).toBe(1);
    // One row to be woken, and one for the next due time; none for the push in progress.
    expect(sets.mock.calls).toEqual([[start + 2_000], [idleAt]]);
    log.head = 2;
    due = 0;
    followers.kick();
    alarm.arm();
    expect(host.alarm).toBe(host.clock + 20_000);
    await host.pass(1, () => void alarm.fire());
    expect([followers.cursor('good'), host.alarm]).toEqual([2, idleAt]);
    idleAt = null;
    log.head = 3;
    followers.kick();
    alarm.arm();
    await host.pass(1, () => void alarm.fire());
    expect([followers.cursor('good'), host.alarm]).toEqual([3, null]);
  });
});

test('R6 a rewind wins over a push in progress, even over the very first one', async () => {
  await onStage(async (host) => {
    const log = { head: 5 };
    const pushed: number[] = [];
    const answers: ((cursor: number) => void)[] = [];
    const slow = follower('slow', log, (cursor) => {
      pushed.push(cursor);
      return new Promise((resolve) => answers.push(resolve));
    });
    const { followers, alarm } = await wired(host, [slow]);
    // Its writes are dropped before it answers.
    followers.rewind('slow');
    answers[0]?.(5);
    await host.pass(1, () => void alarm.fire());
    expect(pushed).toEqual([0, 0]);
    answers[1]?.(5);
    await host.pass(1, () => void alarm.fire());
    expect(followers.cursor('slow')).toBe(5);
  });
});

test('I6 a conversation that wakes has an alarm, whatever became of its previous one', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const stub = scene.conversation(conversation);
  await runInDurableObject(stub, async (_, ctx) => {
    await ctx.storage.deleteAlarm();
    ctx.abort('crash');
  }).catch(() => undefined);
  const again = scene.conversation(conversation);
  await eventually(() => again.state());
  const at = await runInDurableObject(again, (_, { storage }) => storage.getAlarm());
  expect(at).toEqual(expect.any(Number));
});
