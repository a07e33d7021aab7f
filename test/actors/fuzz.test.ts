/** Unforeseen frames: for any frame the actor answers, and a refused one has changed nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newScene, taken, type Tab } from './scene.ts';

const odd = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(-0, 1e21, 2 ** 53, null, '\u0000', '\ud800', '__proto__', []),
);
const fresh = fc.uuid({ version: 7 });
const seq = fc.nat(20);
const text = fc.string({ minLength: 1, maxLength: 50 }).map((typed) => `x${typed}`);

/** Valid frames of either side. */
const valid: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ t: fc.constant('message.send'), id: fresh, text }),
  fc.record({ t: fc.constant('pull'), after: seq }),
  fc.record({ t: fc.constant('pull'), before: seq, limit: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ t: fc.constant('mark'), delivered: seq, read: seq }),
  fc.record({ t: fc.constant('typing'), on: fc.boolean() }),
  fc.record({ t: fc.constant('preview'), text }),
  fc.record({ t: fc.constant('hello'), v: fc.constant(1), epoch: text, cursor: seq }),
  fc.record({ t: fc.constant('visitor.identify'), id: fresh, name: text }),
  fc.record({ t: fc.constant('conversation.return'), id: fresh }),
);

/** The same with one fault: a wrong value, an extra field, a missing field. */
const mutated = fc.oneof(
  fc.tuple(valid, odd, fc.nat(5)).map(([frame, value, at]) => {
    const keys = Object.keys(frame);
    return { ...frame, [keys[at % keys.length] ?? 't']: value };
  }),
  fc.tuple(valid, fc.string(), odd).map(([frame, key, value]) => ({ ...frame, [key]: value })),
  fc.tuple(valid, fc.nat(5)).map(([frame, at]) => {
    const keys = Object.keys(frame);
    return Object.fromEntries(Object.entries(frame).filter(([key]) => key !== keys[at % keys.length]));
  }),
);

const bytes = fc.uint8Array({ maxLength: 300 });
const anything = fc.oneof(
  { weight: 4, arbitrary: valid.map((frame) => JSON.stringify(frame)) },
  { weight: 4, arbitrary: mutated.map((frame) => JSON.stringify(frame)) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: bytes.map((array) => array.slice().buffer) },
);

const answers = (tab: Tab, from: number) => tab.frames.slice(from).map((frame) => frame.t);

test.each(['visitor', 'agent'] as const)(
  'L4 for any frames of a %s nothing breaks, and refused frames change nothing',
  async (side) => {
    let frames = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 15 }), async (sent) => {
        const scene = newScene();
        const visitor = await scene.visitor();
        const { conversation } = await visitor.say('hello');
        const anna = await scene.agent();
        await taken(anna, conversation);
        const stub = scene.conversation(conversation);
        const tab = await (side === 'visitor' ? visitor : anna).attach(conversation);
        const neighbour = await (side === 'visitor' ? anna : visitor).attach(conversation);
        for (const frame of sent) {
          const before = await stub.state();
          const from = tab.frames.length;
          tab.send(frame);
          await Promise.race([tab.settled(), tab.until(() => tab.closed)]);
          if (tab.closed) break;
          frames++;
          if (!answers(tab, from).includes('refused')) continue;
          refused++;
          expect(await stub.state()).toEqual(before);
        }
        // The actor was not restarted: its neighbour's socket is open, and is answered.
        expect(tab.closed?.code ?? 4400).toBe(4400);
        expect(neighbour.closed).toBeUndefined();
        await neighbour.settled();
        tab.close();
        neighbour.close();
      }),
      { numRuns: 40, interruptAfterTimeLimit: 40_000 },
    );
    console.info(`L4 ${side}: frames ${frames}, refused ${refused}, unhandled 0`);
    // A run in which everything, or nothing, was refused proves nothing.
    expect(refused).toBeGreaterThan(frames / 5);
    expect(refused).toBeLessThan(frames * 0.95);
  },
  60_000,
);
