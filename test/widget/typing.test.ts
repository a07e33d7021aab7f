import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masked, TypingSignals } from '../../widget/frame/typing.ts';

/** A clock that the test moves. */
function clock() {
  let now = 1_000_000;
  let tasks: { at: number; task: () => void }[] = [];
  return {
    env: {
      now: () => now,
      after(delay: number, task: () => void) {
        const entry = { at: now + delay, task };
        tasks.push(entry);
        return () => void (tasks = tasks.filter((other) => other !== entry));
      },
    },
    pass(time: number) {
      const end = now + time;
      for (;;) {
        const due = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        tasks = tasks.filter((other) => other !== due);
        now = due.at;
        due.task();
      }
      now = end;
    },
  };
}

function watch(sneakPreview: boolean) {
  const { env, pass } = clock();
  const heard: [number, boolean | string][] = [];
  const from = env.now();
  const signals = new TypingSignals({
    env,
    typing: (on) => heard.push([env.now() - from, on]),
    preview: sneakPreview ? (text) => heard.push([env.now() - from, text]) : null,
  });
  return { signals, heard, pass };
}

describe('typing', () => {
  it('SIG-5 is sent at once, at most every three seconds, and withdrawn after a pause', () => {
    const { signals, heard, pass } = watch(false);
    for (let i = 0; i < 50; i++) {
      signals.typed('x'.repeat(i + 1));
      pass(100);
    }
    pass(10_000);
    expect(heard).toEqual([
      [0, true],
      [3_000, true],
      [8_900, false],
    ]);
  });

  it('SIG-5 is withdrawn when the composer is empty', () => {
    const { signals, heard, pass } = watch(false);
    signals.typed('x');
    pass(500);
    signals.typed('');
    pass(10_000);
    expect(heard).toEqual([
      [0, true],
      [500, false],
    ]);
  });

  it('F88 without sneak preview no typed text is sent', () => {
    const { signals, heard, pass } = watch(false);
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        for (const text of texts) {
          signals.typed(text);
          pass(150);
        }
        expect(heard.every(([, said]) => typeof said === 'boolean')).toBe(true);
      }),
    );
  });

  it('F88 a preview is sent within 200 ms, the latest text alone, at most five a second', () => {
    const { signals, heard, pass } = watch(true);
    for (let i = 0; i < 100; i++) {
      signals.typed('x'.repeat(i + 1));
      pass(10);
    }
    pass(1_000);
    const previews = heard.filter(([, said]) => typeof said === 'string');
    expect(previews).toEqual([200, 400, 600, 800, 1_000].map((at) => [at, 'x'.repeat(at / 10)]));
  });

  it.each([
    ['my card is 4111 1111 1111 1111, ok?', 'my card is •••• •••• •••• ••••, ok?'],
    ['4111-1111-1111-1111', '••••-••••-••••-••••'],
    ['order 123456789012', 'order 123456789012'],
    ['call +47 22 22 22 22', 'call +47 22 22 22 22'],
  ])('a preview of %j masks the number of a card', (text, shown) => expect(masked(text)).toBe(shown));

  it('a preview is at most 2,000 code points', () => {
    expect(Array.from(masked('🌲'.repeat(3_000)))).toHaveLength(2_000);
  });
});
