import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claim, mentionNews, newsOf } from '../../app/src/lib/attention/news.ts';
import { ada, ben, row, visitor } from './makers.ts';

const last = (seq: number, by: typeof visitor | typeof ben = visitor) => ({ seq, at: 0, by, text: 'hi' });
const mine = { phase: 'active', owner: ben, generation: 1 } as const;

test('F25 a waiting chat is news once, and again when it returns to the queue', () => {
  const keys = [row(), row({ seq: 4 }), row({ seq: 9, generation: 1 })].map(
    (each) => newsOf([each], ben.id)[0]?.key,
  );
  expect(keys).toEqual(['waiting:con_one:0', 'waiting:con_one:0', 'waiting:con_one:1']);
});

test('F26 each visitor message in the agent’s own chat is news, until it is read', () => {
  expect(newsOf([row({ ...mine, unread: 1, last: last(3) })], ben.id)).toEqual([
    { key: 'message:con_one:3', kind: 'message', conversation: 'con_one' },
  ]);
  expect(newsOf([row({ ...mine, unread: 0, last: last(3) })], ben.id)).toEqual([]);
});

test('a colleague’s chat, a closed chat and the agent’s own messages are no news', () => {
  const quiet = [
    row({ phase: 'active', owner: ada, unread: 2, last: last(3) }),
    row({ phase: 'closed', owner: ben, unread: 2, last: last(3) }),
    row({ ...mine, unread: 1, last: last(3, ben) }),
    row({ visitor: { id: 'vis_one', here: false } }),
  ];
  expect(newsOf(quiet, ben.id)).toEqual([]);
});

test('over all tabs, each key is claimed once', () => {
  // The order of the tabs does not matter: all of them read and write the same list.
  const claims = fc.array(fc.nat(100).map(String), { maxLength: 300 });
  fc.assert(
    fc.property(claims, (list) => {
      let kept: readonly string[] = [];
      const played: string[] = [];
      for (const key of list) {
        const claiming = claim(kept, key);
        kept = claiming.list;
        if (claiming.first) played.push(key);
      }
      expect(played).toEqual([...new Set(list)]);
    }),
  );
});

test('the list of claimed keys does not grow for ever', () => {
  let kept: readonly string[] = [];
  for (let key = 0; key < 1_000; key++) kept = claim(kept, String(key)).list;
  expect(kept.length).toBe(200);
  expect(kept.at(-1)).toBe('999');
});

test('NTE-10 each unseen mention is news', () => {
  const mention = (seq: number) => ({
    ...{ conversation: 'con_one', seq, at: 0, by: ada, text: 'hi', visitor: { id: 'vis_one' } },
  });
  expect(mentionNews([{ ...mention(3), seen: true }, mention(5)])).toEqual([
    { key: 'mention:con_one:5', kind: 'mention', conversation: 'con_one' },
  ]);
});
