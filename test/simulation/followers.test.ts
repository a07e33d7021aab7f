/** A version of Parley adds followers to conversations that are older than it. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { bind, type Line } from '../../worker/actors/conversation/followers/following.ts';
import { followers } from '../../worker/actors/conversation/followers/table.ts';
import { endsLike } from './archive.ts';
import { birth, visitor } from './birth.ts';
import { SimulatedServer } from './server.ts';
import { World } from './world.ts';

// Failures are reported, as they should be.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

const reachable = endsLike(() => Promise.resolve());
const unreachable = endsLike(() => Promise.reject(new Error('away')));

type Send = (seqs: readonly number[]) => Promise<void>;
type HookLine = { readonly line: Line<Send>; readonly end: Send };

/** Sends each entry to the outside world; fails while `down`. Where the memory was lost, an entry may be sent twice. */
class Hook {
  readonly #sent = new Set<number>();
  down = false;

  /** The entries that were sent. */
  get seqs(): number[] {
    return [...this.#sent];
  }

  line(from: 'start' | 'now', version = 1): HookLine {
    const line: Line<Send> = {
      ...{ version, from, concerns: 'every entry' },
      follow: ({ journal }, send) => ({
        push: async (cursor) => {
          const { head } = journal;
          await send(journal.log.read(cursor, head).map(({ seq }) => seq));
          return head;
        },
      }),
    };
    const end: Send = (seqs) => {
      if (this.down) return Promise.reject(new Error('down'));
      for (const seq of seqs) this.#sent.add(seq);
      return Promise.resolve();
    };
    return { line, end };
  }
}

/** A conversation, and the versions that run it one after the other. */
class Life {
  readonly #world = new World(7);
  readonly #server: SimulatedServer;
  #said = 0;

  constructor(
    private readonly ends = reachable,
    hook?: HookLine,
  ) {
    this.#server = new SimulatedServer(this.#world, this.#with(hook), { rate: 1_000, burst: 2_000 });
    this.#server.begin(birth);
  }

  /** Writes so many messages, and a minute passes. */
  async say(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const id = `${++this.#said}`;
      const done = this.#server.core.perform(visitor, { t: 'message.send', id, text: 'words' });
      expect(done).toMatchObject({ fresh: true });
    }
    await this.quiet();
  }

  async quiet(): Promise<void> {
    await this.#world.run(120_000);
  }

  get head(): number {
    return this.#server.core.journal.head;
  }

  /** The entries after one, up to now. */
  after(seq: number): number[] {
    return Array.from({ length: this.head - seq }, (_, index) => seq + 1 + index);
  }

  /** The memory goes, and the conversation wakes again. */
  evict(): void {
    this.#server.evictNow();
    void this.#server.core;
  }

  deploy(hook: HookLine): void {
    this.#server.followers = this.#with(hook);
    this.evict();
  }

  #with(hook?: HookLine) {
    return hook
      ? bind({ ...followers, hook: hook.line }, { ...this.ends, hook: hook.end })
      : bind(followers, this.ends);
  }
}

describe.each(['straight', 'evicted'] as const)('%s', (way) => {
  const between = (life: Life) => (way === 'evicted' ? life.evict() : undefined);

  /** A conversation of an earlier version, without the follower. */
  async function old(ends = reachable): Promise<{ life: Life; head: number }> {
    const life = new Life(ends);
    await life.say(3);
    // Without a tab the visitor has left, and the log is at rest.
    between(life);
    await life.quiet();
    return { life, head: life.head };
  }

  test('a follower from now is sent no entry that is older than it, and every later one', async () => {
    const { life, head } = await old();
    const hook = new Hook();
    life.deploy(hook.line('now'));
    between(life);
    expect(hook.seqs).toEqual([]);
    await life.say(2);
    between(life);
    await life.say(1);
    expect(life.head).toBeGreaterThanOrEqual(head + 3);
    expect(hook.seqs).toEqual(life.after(head));
  });

  test('a follower from now that fails when it is new misses nothing, and is sent nothing old', async () => {
    const { life, head } = await old();
    const hook = new Hook();
    hook.down = true;
    life.deploy(hook.line('now'));
    await life.say(2);
    between(life);
    hook.down = false;
    await life.say(1);
    expect(hook.seqs).toEqual(life.after(head));
  });

  test('a version change of a follower from now repeats nothing', async () => {
    const { life, head } = await old();
    const [first, second] = [new Hook(), new Hook()];
    life.deploy(first.line('now'));
    between(life);
    await life.say(2);
    between(life);
    const { head: changed } = life;
    life.deploy(second.line('now', 2));
    between(life);
    expect([first.seqs, second.seqs]).toEqual([life.after(head), []]);
    await life.say(1);
    expect(second.seqs).toEqual(life.after(changed));
    expect(first.seqs.at(-1)).toBe(changed);
  });

  test('a follower from the start is sent the whole log, and once more with each version', async () => {
    const { life } = await old();
    const [first, second] = [new Hook(), new Hook()];
    life.deploy(first.line('start'));
    between(life);
    await life.say(1);
    expect(first.seqs).toEqual(life.after(0));
    const { head: changed } = life;
    life.deploy(second.line('start', 2));
    between(life);
    await life.say(1);
    expect(second.seqs).toEqual(life.after(0));
    expect(first.seqs.at(-1)).toBe(changed);
  });

  test('a conversation whose followers were never reached sends a later follower from now all that is new, and nothing old', async () => {
    const { life, head } = await old(unreachable);
    const hook = new Hook();
    hook.down = true;
    life.deploy(hook.line('now'));
    await life.say(1);
    between(life);
    hook.down = false;
    await life.say(1);
    expect(hook.seqs).toEqual(life.after(head));
  });

  test('a follower from now that is as old as a conversation is sent all of it', async () => {
    const hook = new Hook();
    hook.down = true;
    const life = new Life(unreachable, hook.line('now'));
    await life.say(2);
    life.deploy(hook.line('now'));
    between(life);
    hook.down = false;
    await life.quiet();
    expect(hook.seqs).toEqual(life.after(0));
  });
});
