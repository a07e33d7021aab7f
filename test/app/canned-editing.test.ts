/** The editor of a canned response saves by itself, and overwrites nothing silently, on a virtual clock. */
import type { ResponseTexts } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Editing, noTexts, savePause, settleWithin } from '../../app/src/lib/canned/manage/editing.svelte.ts';
import { anna, Clock, Server, settled, textsOf } from './canned-server.ts';

const hello = { key: 'hi', question: 'How to greet?', answer: 'Hello!' };

function visit(texts: ResponseTexts | null = hello) {
  const clock = new Clock();
  const server = new Server(clock, texts);
  const listed: [string, boolean][] = [];
  let visits = 0;
  const editing = new Editing('rsp_one', server.stored, {
    get: () => server.get(),
    put: (_, body) => server.put(body),
    after: clock.after,
    visit: () => `visit-${++visits}`,
    stored: ({ answer }, raised) => listed.push([answer, raised]),
  });
  return { clock, server, editing, listed };
}

const seen = ({ phase, dirty, texts }: Editing) => ({ phase, dirty, answer: texts.answer });

test('F79 a text is saved a second after the last keystroke, and counts as saved only once the server has it', async () => {
  const { clock, server, editing, listed } = visit();
  server.latency = 300;
  for (const answer of ['Hello', 'Hello t', 'Hello there']) {
    editing.type({ answer });
    await clock.pass(savePause - 1);
  }
  expect([server.puts, seen(editing)]).toEqual([0, { phase: 'waiting', dirty: true, answer: 'Hello there' }]);
  await clock.pass(1);
  expect([server.puts, editing.phase]).toEqual([1, 'saving']);
  await clock.pass(299);
  expect(editing.phase).toBe('saving');
  await clock.pass(1);
  expect(seen(editing)).toEqual({ phase: 'saved', dirty: false, answer: 'Hello there' });
  expect([server.stored?.answer, server.stored?.version, listed]).toEqual([
    ...['Hello there', 2],
    [['Hello there', true]],
  ]);
  await clock.pass(60_000);
  expect(server.puts).toBe(1);
});

test('F79 text typed during a save is saved after it, and text typed back needs no save', async () => {
  const { clock, server, editing } = visit();
  server.latency = 5_000;
  editing.type({ answer: 'one' });
  await clock.pass(savePause);
  editing.type({ answer: 'one two' });
  await clock.pass(5_000);
  expect([server.stored?.answer, seen(editing)]).toEqual([
    'one',
    { phase: 'waiting', dirty: true, answer: 'one two' },
  ]);
  await clock.pass(savePause + 5_000);
  expect([server.stored?.answer, editing.phase]).toEqual(['one two', 'saved']);
  editing.type({ answer: 'one two three' });
  editing.type({ answer: 'one two' });
  expect(editing.phase).toBe('saved');
  await clock.pass(60_000);
  expect(server.puts).toBe(2);
});

test('F79 offline keeps the text without a tick, and saves it when the connection is back', async () => {
  const { clock, server, editing } = visit();
  server.fault = 'offline';
  editing.type({ answer: 'kept' });
  await clock.pass(savePause);
  expect(seen(editing)).toEqual({ phase: 'unsent', dirty: true, answer: 'kept' });
  // 2 + 4 + 8 + 16 seconds, and then every 30.
  await clock.pass(30_000 + 60_000);
  expect([server.puts, editing.phase]).toEqual([7, 'unsent']);
  editing.type({ answer: 'kept and more' });
  await clock.pass(savePause);
  expect(seen(editing)).toEqual({ phase: 'unsent', dirty: true, answer: 'kept and more' });
  server.fault = 'none';
  editing.retry();
  await settled();
  expect([server.stored?.answer, editing.phase]).toEqual(['kept and more', 'saved']);
});

test('CAN-9 a save whose answer was lost is no conflict with itself, however much was typed since', async () => {
  for (const later of ['sent', 'sent and typed on', hello.answer]) {
    const { clock, server, editing } = visit();
    server.fault = 'lost';
    editing.type({ answer: 'sent' });
    await clock.pass(savePause);
    server.fault = 'none';
    editing.type({ answer: later });
    await clock.pass(60_000);
    expect([later, server.stored?.answer, seen(editing)]).toEqual([
      ...[later, later],
      { phase: 'saved', dirty: false, answer: later },
    ]);
  }
});

test('a refused text stays, and is sent again only after a change or by hand', async () => {
  const { clock, server, editing } = visit();
  server.fault = 'forum_full';
  editing.type({ answer: 'too much' });
  await clock.pass(60_000);
  expect([server.puts, seen(editing), editing.refusal?.refused]).toEqual([
    ...[1, { phase: 'refused', dirty: true, answer: 'too much' }],
    'forum_full',
  ]);
  server.fault = 'none';
  editing.retry();
  await settled();
  expect([server.stored?.answer, editing.phase, editing.refusal]).toEqual(['too much', 'saved', null]);
  editing.type({ answer: ' ' });
  await clock.pass(60_000);
  expect([server.puts, editing.phase, editing.refusal?.field]).toEqual([2, 'refused', 'answer']);
});

test('CAN-8 a colleague’s change is taken over by an untouched editor, and told', async () => {
  const { server, editing } = visit();
  server.change('by Anna');
  await editing.heard(server.stored ?? undefined);
  expect(seen(editing)).toEqual({ phase: 'unchanged', dirty: false, answer: 'by Anna' });
  expect(editing.news?.changedBy).toEqual(anna);
  editing.type({ answer: 'by Anna, and me' });
  expect(editing.news).toBeNull();
});

test.each(['mine', 'theirs'] as const)(
  'CAN-8 a conflict shows both texts, saves nothing by itself, and ends with %s',
  async (choice) => {
    for (const told of [true, false]) {
      const { clock, server, editing } = visit();
      editing.type({ answer: 'by me' });
      server.change('by Anna');
      // Told by the list, or by the refused save.
      if (told) await editing.heard(server.stored ?? undefined);
      await clock.pass(savePause);
      expect([seen(editing), editing.theirs?.answer, editing.theirs?.changedBy]).toEqual([
        ...[{ phase: 'conflict', dirty: true, answer: 'by me' }, 'by Anna'],
        anna,
      ]);
      editing.type({ answer: 'by me, typed on' });
      await clock.pass(60_000);
      expect(server.stored?.answer).toBe('by Anna');
      await editing.resolve(choice);
      const kept = choice === 'mine' ? 'by me, typed on' : 'by Anna';
      expect([server.stored?.answer, seen(editing), editing.theirs]).toEqual([
        ...[kept, { phase: choice === 'mine' ? 'saved' : 'unchanged', dirty: false, answer: kept }],
        null,
      ]);
      if (choice === 'mine') expect(server.stored?.previous?.answer).toBe('by Anna');
    }
  },
);

test('CAN-8 equal changes of two users are no conflict', async () => {
  const { clock, server, editing } = visit();
  editing.type({ answer: 'the same' });
  server.change('the same');
  await clock.pass(savePause);
  expect([seen(editing), editing.theirs]).toEqual([
    { phase: 'saved', dirty: false, answer: 'the same' },
    null,
  ]);
});

test('F75 undo returns to the texts before the last save, step by step, and redo goes on again', async () => {
  const { clock, server, editing } = visit();
  expect([editing.undoable, editing.redoable]).toEqual([false, false]);
  for (const answer of ['one', 'one two']) {
    editing.type({ answer });
    await clock.pass(savePause);
  }
  // Text that is not saved yet is a change of its own.
  editing.type({ answer: 'one two three' });
  const back: (string | undefined)[] = [];
  for (let step = 0; step < 3; step++) {
    await editing.undo();
    back.push(server.stored?.answer);
  }
  expect(back).toEqual(['one two', 'one', hello.answer]);
  expect([seen(editing), editing.undoable, editing.redoable]).toEqual([
    { phase: 'saved', dirty: false, answer: hello.answer },
    ...[false, true],
  ]);
  await editing.undo();
  expect(server.stored?.answer).toBe(hello.answer);
  await editing.redo();
  await editing.redo();
  expect([server.stored?.answer, editing.undoable, editing.redoable]).toEqual(['one two', true, true]);
  // Typing after an undo is a change of its own.
  editing.type({ answer: 'four' });
  await clock.pass(savePause);
  expect(editing.redoable).toBe(false);
  await editing.undo();
  expect(server.stored?.answer).toBe('one two');
});

test('F75 while a response is added, its saves can be undone too, but not the first one', async () => {
  const { clock, server, editing } = visit(null);
  editing.type({ answer: 'Hel' });
  await clock.pass(savePause);
  expect(editing.undoable).toBe(false);
  editing.type({ answer: 'Hello' });
  await clock.pass(savePause);
  await editing.undo();
  expect([server.stored?.answer, editing.undoable, editing.redoable]).toEqual(['Hel', false, true]);
});

test('CAN-10 F75 at first an undo returns to the texts before the last visit, and the next visit can undo that', async () => {
  const { server, editing } = visit();
  server.change('by Anna');
  await editing.heard(server.stored ?? undefined);
  expect([editing.undoable, editing.redoable]).toEqual([true, false]);
  await editing.undo();
  expect([server.stored?.answer, server.stored?.previous?.answer]).toEqual([hello.answer, 'by Anna']);
  expect([editing.undoable, editing.redoable]).toEqual([false, true]);
  await editing.redo();
  expect([server.stored?.answer, editing.undoable]).toEqual(['by Anna', true]);
});

test('F75 CAN-8 an undo replaces no text of a colleague unseen, and is off while there is a conflict', async () => {
  const { clock, server, editing } = visit();
  editing.type({ answer: 'mine' });
  await clock.pass(savePause);
  server.change('by Anna');
  await editing.undo();
  expect([server.stored?.answer, editing.phase, editing.undoable, editing.redoable]).toEqual([
    ...['by Anna', 'conflict'],
    ...[false, false],
  ]);
  await editing.resolve('theirs');
  expect([editing.texts.answer, editing.redoable]).toEqual(['by Anna', false]);
  await editing.undo();
  expect(server.stored?.answer).toBe('mine');
});

test('F75 steps that are asked for while another one is saved are taken in turn', async () => {
  const { clock, server, editing } = visit();
  for (const answer of ['one', 'two']) {
    editing.type({ answer });
    await clock.pass(savePause);
  }
  server.latency = 3_000;
  const undone = editing.undo();
  await settled();
  // The first is being saved: both buttons are there already.
  expect([editing.texts.answer, editing.undoable, editing.redoable]).toEqual(['one', true, true]);
  const steps = [undone, editing.undo(), editing.redo()];
  await clock.pass(9_000);
  await Promise.all(steps);
  expect([server.stored?.answer, editing.texts.answer]).toEqual(['one', 'one']);
  expect([editing.undoable, editing.redoable]).toEqual([true, true]);
});

test('F75 offline an undo waits as any change, and can be undone then', async () => {
  const { clock, server, editing } = visit();
  editing.type({ answer: 'one' });
  await clock.pass(savePause);
  server.fault = 'offline';
  await editing.undo();
  expect([server.stored?.answer, editing.phase]).toEqual(['one', 'unsent']);
  server.fault = 'none';
  await clock.pass(60_000);
  expect([server.stored?.answer, editing.undoable]).toEqual([hello.answer, true]);
});

test('a response that was removed is told, and its text stays', async () => {
  const { clock, server, editing } = visit();
  editing.type({ answer: 'typed' });
  server.stored = null;
  await clock.pass(savePause);
  expect(seen(editing)).toEqual({ phase: 'gone', dirty: true, answer: 'typed' });
  await clock.pass(60_000);
  expect(server.puts).toBe(1);
  const untouched = visit();
  untouched.server.stored = null;
  await untouched.editing.heard(undefined);
  expect(seen(untouched.editing)).toEqual({ phase: 'gone', dirty: false, answer: hello.answer });
});

test('a new response is stored with its first whole text; an empty one is no text to lose', async () => {
  const { clock, server, editing } = visit(null);
  editing.type({ key: ' ', question: '' });
  expect(editing.dirty).toBe(false);
  editing.type({ key: 'hi', question: 'How to greet?' });
  await clock.pass(savePause);
  expect([server.puts, editing.phase, editing.dirty]).toEqual([0, 'refused', true]);
  editing.type({ answer: 'Hello!' });
  await clock.pass(savePause);
  expect([textsOf(server.stored ?? noTexts), editing.phase, editing.undoable]).toEqual([
    hello,
    'saved',
    false,
  ]);
});

test('leaving saves at once, and knows what is not stored, without waiting for a dead connection', async () => {
  const { clock, server, editing } = visit();
  editing.type({ answer: 'left' });
  expect(await editing.settle()).toBe(true);
  expect(server.stored?.answer).toBe('left');
  server.fault = 'offline';
  editing.type({ answer: 'left offline' });
  expect(await editing.settle()).toBe(false);
  server.fault = 'none';
  server.latency = 10 * settleWithin;
  const leaving = editing.settle();
  await clock.pass(settleWithin);
  expect(await leaving).toBe(false);
  editing.end();
  await clock.pass(20 * settleWithin);
  expect([server.stored?.answer, server.puts]).toEqual(['left offline', 3]);
});

test('F79 CAN-8 in any order of events, nothing typed is lost, no colleague is overwritten, and a tick is true', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('type' as const), text: fc.constantFrom('a', 'b', 'c', 'ab') }),
    fc.record({ do: fc.constant('pass' as const), time: fc.constantFrom(1, 400, 1_000, 5_000) }),
    fc.record({ do: fc.constant('colleague' as const) }),
    fc.record({ do: fc.constant('hear' as const) }),
    fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom('none', 'offline', 'lost' as const),
    }),
    fc.record({ do: fc.constant('resolve' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, 700), async (steps, latency) => {
      const { clock, server, editing } = visit();
      server.latency = latency;
      /** A colleague's text that this user has neither seen nor chosen to replace. */
      let unseen: string | null = null;
      let changes = 0;
      let typed = hello.answer;
      const look = () => {
        if (editing.phase === 'saved' && !editing.dirty && unseen === null)
          expect(server.stored?.answer).toBe(editing.texts.answer);
        if (unseen !== null && [editing.theirs?.answer, editing.texts.answer].includes(unseen)) unseen = null;
        // Overwritten unseen?
        if (unseen !== null) expect(server.stored?.answer).toBe(unseen);
        if (editing.phase === 'conflict' || editing.dirty) expect(editing.texts.answer).toBe(typed);
        else typed = editing.texts.answer;
      };
      for (const each of steps) {
        if (each.do === 'type') editing.type({ answer: (typed = each.text) });
        else if (each.do === 'pass') await clock.pass(each.time);
        else if (each.do === 'fault') server.fault = each.fault;
        else if (each.do === 'hear') {
          void editing.heard(server.stored ?? undefined);
          await settled();
        } else if (each.do === 'resolve') {
          void editing.resolve('mine');
          await settled();
        } else {
          unseen = `colleague ${++changes}`;
          server.change(unseen);
        }
        look();
      }
      server.fault = 'none';
      // A conflict may be followed by another one, with a change that came meanwhile.
      for (let round = 0; round < 2; round++) {
        await clock.pass(120_000);
        look();
        if (editing.phase === 'conflict') void editing.resolve('mine');
      }
      await clock.pass(120_000);
      look();
      expect(editing.dirty).toBe(false);
      expect(server.stored?.answer).toBe(unseen ?? editing.texts.answer);
    }),
    { numRuns: 300 },
  );
});

test('F80 a response that a colleague removed and restored can be edited on, with what was typed meanwhile', async () => {
  for (const answer of [hello.answer, 'typed']) {
    const { clock, server, editing } = visit();
    const before = server.stored;
    editing.type({ answer });
    server.stored = null;
    await editing.heard(undefined);
    expect(editing.phase).toBe('gone');
    server.stored = before;
    await editing.heard(before ?? undefined);
    expect(editing.phase).toBe(answer === hello.answer ? 'unchanged' : 'waiting');
    await clock.pass(savePause);
    expect([server.stored?.answer, editing.dirty]).toEqual([answer, false]);
  }
});
