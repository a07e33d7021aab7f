/** A tab's window of a log whose messages are edited and deleted. */
import { LogWindow } from '#client/window';
import { Revisions } from '#domain/conversation/revisions';
import type { Entry, Range } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play, script } from '../domain/tape.ts';

/** The entries up to a head, as a server sends them to a reader without the right to originals. */
function revised(log: readonly Entry[], head: number): Entry[] {
  const known = log.slice(0, head);
  const revisions = Revisions.of(known);
  return known.map((entry) => revisions.apply(entry));
}

test('ENT-18 ENT-19 LOG-6 a window contains no text that was replaced or deleted, in whatever parts it was loaded', () => {
  fc.assert(
    fc.property(
      script,
      fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      (steps, cuts, early) => {
        const log = play(steps).entries;
        const ends = [...new Set([...cuts.map((cut) => cut % log.length), log.length])].sort((a, b) => a - b);
        const [from = 0, ...heads] = ends;
        const range = (after: number, upTo: number, head: number): Range => ({
          ...{ t: 'range', after, upTo },
          entries: revised(log, head).slice(after, upTo),
        });
        const view = new LogWindow();
        let cursor = from;
        for (const head of heads) {
          view.apply(range(cursor, head, head));
          cursor = head;
        }
        // A frame that was overtaken has the texts of an earlier time.
        if (view.placed) view.apply(range(0, from, early ? from : cursor));
        expect(view.entries).toEqual(revised(log, cursor).slice(view.placed ? 0 : cursor));
      },
    ),
  );
});

test('ENT-18 the window of a supervisor keeps what was written', () => {
  fc.assert(
    fc.property(script, fc.nat(60), (steps, cut) => {
      const log = play(steps).entries;
      const first = cut % log.length;
      const view = new LogWindow({ originals: true });
      view.apply({ t: 'range', after: 0, upTo: first, entries: log.slice(0, first) });
      view.apply({ t: 'range', after: first, upTo: log.length, entries: log.slice(first) });
      expect(view.entries).toEqual(log);
    }),
  );
});
