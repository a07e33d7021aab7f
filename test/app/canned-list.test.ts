/** The list of a forum's responses: found, sorted, and true to what this tab and others have changed. */
import {
  check,
  isRefusal,
  refuse,
  ResponseTexts,
  type CannedResponse,
  type ForumFile,
  type Refusal,
} from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Importing } from '../../app/src/lib/canned/manage/importing.svelte.ts';
import { nameOf, nextKey } from '../../app/src/lib/canned/manage/naming.ts';
import { Responses, type Uses } from '../../app/src/lib/canned/manage/responses.svelte.ts';

const made = (id: string, key: string, question: string, answer = 'Hello', version = 1): CannedResponse => ({
  ...{ id, key, question, answer, version },
});
const rows = [
  made('rsp_a', 'returns', 'How do I return something?', 'Within *30 days*.'),
  made('rsp_b', '', 'Are you open on Sunday?', 'No, from Monday.'),
  made('rsp_c', 'Hello', '', 'Hi {{visitor|there}}!'),
  made('rsp_d', 'returns-10', 'Very late returns', 'Sorry.'),
  made('rsp_e', 'returns-9', 'Late returns', 'Sorry.'),
];

function scene(first: readonly CannedResponse[] = rows) {
  const state: { file: ForumFile | Refusal; uses: (Uses & { id: string })[]; wait: Promise<void> } = {
    file: { forum: 'for_one', version: 1, responses: [...first] },
    uses: [],
    wait: Promise.resolve(),
  };
  const list = new Responses({
    load: async () => {
      const { file } = state;
      await state.wait;
      return file;
    },
    uses: () => Promise.resolve({ uses: state.uses }),
  });
  const serve = (version: number, responses: readonly CannedResponse[]) =>
    (state.file = { forum: 'for_one', version, responses: [...responses] });
  return { list, state, serve };
}
const ids = ({ found }: Responses) => found.map(({ id }) => id.slice(4)).join('');

test('F76 responses are sorted by key as people count, by uses and by last use, and found by any text', async () => {
  const { list, state } = scene();
  expect([list.ready, list.count]).toEqual([false, 0]);
  state.uses = [
    { id: 'rsp_b', count: 2, lastAt: 50 },
    { id: 'rsp_e', count: 9, lastAt: 10 },
  ];
  await list.load();
  expect([list.ready, list.count, ids(list)]).toEqual([true, 5, 'caedb']);
  list.order = 'uses';
  expect(ids(list)).toBe('ebcad');
  list.order = 'last';
  expect(ids(list)).toBe('becad');
  list.order = 'key';
  list.query = 'days';
  expect(ids(list)).toBe('a');
  list.query = 'late';
  expect(ids(list)).toBe('ed');
  list.query = 'nothing of it';
  expect(ids(list)).toBe('');
  expect([list.usesOf('rsp_e').count, list.usesOf('rsp_a')]).toEqual([9, { count: 0, lastAt: null }]);
});

test('a short key that another response has is noticed, whatever the case of its letters', async () => {
  const { list } = scene();
  await list.load();
  expect(list.sharing('RETURNS', 'rsp_x').map(({ id }) => id)).toEqual(['rsp_a']);
  expect([list.sharing('returns', 'rsp_a'), list.sharing('', 'rsp_x')]).toEqual([[], []]);
});

test('FLR-23 changes of this tab need no load, those of others do', async () => {
  const { list, serve } = scene();
  await list.load();
  expect([list.lacks(1), list.lacks(2)]).toEqual([false, true]);
  list.put(made('rsp_a', 'returns', 'Changed', 'Hello', 2), true);
  // A repeat changed nothing on the server.
  list.put(made('rsp_a', 'returns', 'Changed', 'Hello', 2), false);
  expect([list.lacks(2), list.lacks(3)]).toEqual([false, true]);
  expect(list.get('rsp_a')?.question).toBe('Changed');
  serve(3, [...rows, made('rsp_f', 'new', 'By a colleague')]);
  await list.load();
  expect([list.count, list.get('rsp_a')?.question, list.lacks(3), list.lacks(4)]).toEqual([
    ...[6, 'Changed', false, true],
  ]);
});

test('a load that began before a save or a removal undoes neither', async () => {
  const { list, state, serve } = scene();
  await list.load();
  let arrive = () => {};
  state.wait = new Promise((resolve) => (arrive = resolve));
  serve(2, rows);
  const loading = list.load();
  list.put(made('rsp_a', 'returns', 'Newer', 'Hello', 2), true);
  list.put(made('rsp_g', 'added', 'Added meanwhile'), true);
  list.hide('rsp_b');
  list.removed('rsp_b');
  arrive();
  await loading;
  expect([ids(list), list.get('rsp_a')?.question, list.get('rsp_b')]).toEqual(['gcaed', 'Newer', undefined]);
  // Restored by the same user in another tab.
  serve(9, rows);
  await list.load();
  expect(ids(list)).toBe('caedb');
});

test('F80 a removed row disappears at once, and returns if the server refuses or an undo restores it', async () => {
  const { list } = scene();
  await list.load();
  list.hide('rsp_c');
  expect([ids(list), list.count]).toEqual(['aedb', 4]);
  list.unhide('rsp_c');
  expect(ids(list)).toBe('caedb');
  list.hide('rsp_c');
  list.removed('rsp_c');
  list.unhide('rsp_c');
  list.put(rows[2] as CannedResponse, true);
  expect(ids(list)).toBe('caedb');
});

test('a list that could not be loaded again keeps its rows', async () => {
  const { list, state } = scene();
  await list.load();
  state.file = refuse('unavailable');
  await list.load();
  expect([list.count, list.refusal?.refused]).toEqual([5, 'unavailable']);
});

test('5,000 responses are found, and only changed ones are indexed again', async () => {
  const many = Array.from({ length: 5_000 }, (_, at) =>
    made(`rsp_${at}`, `key-${at}`, `Question ${at}`, `Answer ${at} `.repeat(20)),
  );
  const { list, serve } = scene(many);
  await list.load();
  list.query = 'answer 4711';
  expect(list.found.map(({ id }) => id)).toEqual(['rsp_4711']);
  const before = list.get('rsp_1');
  serve(
    2,
    [...many.slice(1), made('rsp_0', 'key-0', 'Answer 4711')].map((each) => ({ ...each })),
  );
  await list.load();
  expect([list.get('rsp_1') === before, list.found.map(({ id }) => id)]).toEqual([true, ['rsp_4711']]);
});

test('a response is called by its key, its question, or the start of its answer', () => {
  expect([
    nameOf({ key: 'returns', question: 'How?', answer: 'So.' }),
    nameOf({ key: '', question: 'How?', answer: 'So.' }),
    nameOf({ key: '', question: ' ', answer: '**So**\nit is.' }),
    nameOf({ key: '', question: '', answer: 'x'.repeat(100) }),
    nameOf({ key: '', question: '', answer: '' }),
  ]).toEqual(['#returns', 'How?', 'So it is.', `${'x'.repeat(60)}…`, 'Untitled']);
});

test('F75 the key of a copy is the next free one, and always a valid key', () => {
  const taken = new Set(['returns', 'returns-2']);
  expect(['returns', 'returns-2', '-2', ''].map((key) => nextKey(key, (each) => taken.has(each)))).toEqual([
    ...['returns-3', 'returns-3', '-2-2', ''],
  ]);
  const keys = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((text) => text.toWellFormed().replace(/[\s#\p{Cc}]/gu, ''))
    .filter((key) => key !== '');
  fc.assert(
    fc.property(keys, fc.nat({ max: 1_200 }), (key, used) => {
      let asked = 0;
      const next = nextKey(key, () => asked++ < used);
      expect(isRefusal(check(ResponseTexts, { key: next, question: '', answer: 'x' }))).toBe(false);
      expect(next).toMatch(/-\d+$/);
    }),
  );
});

test('F75 an import is checked first; nothing is imported without a report, and an old check reports nothing', async () => {
  const sent: string[] = [];
  const report = { added: 1, changed: 1, unchanged: 0, faults: [], faulty: 0 };
  const importing = new Importing(async (mode, file) => {
    sent.push(`${mode} ${file.type} ${await file.text()}`);
    return (await file.text()) === 'bad' ? refuse('bad_request') : report;
  });
  expect(await importing.run()).toBeNull();
  const first = importing.choose(new File(['bad'], 'bad.csv'));
  await importing.choose(new File(['good'], 'good.csv', { type: 'application/vnd.ms-excel' }));
  await first;
  expect([importing.report, importing.refusal, importing.effect, importing.busy]).toEqual([
    report,
    null,
    2,
    null,
  ]);
  expect(await importing.run()).toEqual(report);
  expect(sent).toEqual(['check text/csv bad', 'check text/csv good', 'import text/csv good']);
  await importing.choose(new File([new Uint8Array(8_000_001)], 'large.csv'));
  expect([importing.refusal?.refused, importing.report, sent.length]).toEqual(['too_large', null, 3]);
});
