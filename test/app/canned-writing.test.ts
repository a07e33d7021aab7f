/** The keys of suggestions in a composer, and what they insert or send. */
import type { CannedResponse, Forum } from '#protocol';
import { expect, test } from 'vitest';
import { CannedWriting } from '../../app/src/lib/canned/canned-writing.svelte.ts';
import { Forums } from '../../app/src/lib/canned/forums.svelte.ts';
import { Inserted } from '../../app/src/lib/canned/inserted.ts';
import { opensPicker } from '../../app/src/lib/canned/keys.ts';
import { Recent } from '../../app/src/lib/canned/recent.svelte.ts';

const campaign = 'cam_sales';
const response = (id: string, key: string, question: string, answer: string): CannedResponse => ({
  ...{ id, key, question, answer, version: 1 },
});
const returns = response('rsp_ret', 'ret', 'How do I return shoes?', 'Hi {{visitor|there}}, within 30 days.');
const refund = response(
  'rsp_ref',
  'refund',
  'When is my refund paid?',
  'Five days after the return, {{visitor}}.',
);
const greeting = response('rsp_hi', 'hi', '', 'Hello!');
const priced: CannedResponse = {
  ...response('rsp_price', 'price', 'What does it cost?', 'See the list.'),
  files: [{ id: 'fil_price', name: 'Prices.pdf', type: 'pdf', size: 7, sha256: 'of prices' }],
};

const noModifier = {
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  isComposing: false,
  keyCode: 0,
};

/** A composer with a text box that is typed in key by key. */
async function composer({
  name = '',
  note = false,
  responses = [returns, refund, greeting],
}: { name?: string; note?: boolean; responses?: CannedResponse[] } = {}) {
  const forum: Forum = { id: 'for_all', title: 'All', campaigns: null, version: 1, count: 3 };
  const forums = new Forums({
    list: () => Promise.resolve({ forums: [forum] }),
    file: () => Promise.resolve({ forum: forum.id, version: 1, responses }),
    later: () => () => undefined,
    breathe: () => Promise.resolve(),
  });
  forums.serve(campaign);
  await expect.poll(() => forums.stateOf(forums.of(campaign))).toBe('ready');
  const sent: { text: string; canned: string[] }[] = [];
  const inserted = new Inserted();
  const copied: string[][] = [];
  const box = {
    value: '',
    selectionStart: 0,
    selectionEnd: 0,
    focus: () => undefined,
    setSelectionRange(from: number | null, to: number | null) {
      this.selectionStart = from ?? 0;
      this.selectionEnd = to ?? 0;
    },
  };
  const replace = (text: string, from = box.selectionStart, to = box.selectionEnd) => {
    box.value = box.value.slice(0, from) + text + box.value.slice(to);
    box.setSelectionRange(from + text.length, from + text.length);
    canned.typed(box);
  };
  const send = (text: string, id?: string) => {
    sent.push({ text, canned: id ? [id] : inserted.take(text) });
    box.value = '';
    box.setSelectionRange(0, 0);
  };
  const canned = new CannedWriting({
    ...{ forums, recent: new Recent(`parley.canned.${Math.random()}`) },
    campaign: () => campaign,
    values: () => ({ visitor: name, agent: 'Anna' }),
    inserted: () => (note ? null : inserted),
    toVisitor: () => !note,
    files: () => (note ? null : { ready: [], copy: (files) => copied.push(files.map((file) => file.name)) }),
    insert: (_, text, from, to) => replace(text, from, to),
    send: () => (note ? null : send),
  });
  canned.box = box;
  const press = (key: string, change: Partial<typeof noModifier> = {}) => {
    const taken = canned.press({ key, ...noModifier, ...change });
    if (!taken && key === 'Enter') canned.ask(box.value, () => send(box.value));
    return taken;
  };
  return {
    ...{ canned, box, sent, press, copied },
    type: (text: string) => {
      for (const char of text) replace(char);
    },
    listed: () => canned.suggestions?.found.map(({ key }) => key) ?? [],
    selected: () => box.value.slice(box.selectionStart, box.selectionEnd),
  };
}

test('F72 Enter belongs to the text until a row is chosen; then it sends exactly that response', async () => {
  const { type, listed, press, canned, sent } = await composer({ name: 'Vera' });
  type('ret');
  expect([listed(), canned.at]).toEqual([['ret', 'refund'], -1]);
  expect(press('Enter')).toBe(false);
  expect(sent).toEqual([{ text: 'ret', canned: [] }]);
  type('ret');
  expect([press('ArrowDown'), canned.at, canned.sendsChosen]).toEqual([true, 0, true]);
  expect(press('Enter')).toBe(true);
  expect(sent[1]).toEqual({ text: 'Hi Vera, within 30 days.', canned: ['rsp_ret'] });
  expect(listed()).toEqual([]);
});

test('F72 arrows choose the first row and go on; below it is the text, and another letter frees Enter', async () => {
  const { type, press, canned } = await composer();
  type('ret');
  const path = (keys: string[]) =>
    keys.map((key) => {
      press(key);
      return canned.at;
    });
  const [up, down] = ['ArrowUp', 'ArrowDown'];
  expect(path([up, up, up, down, down, up])).toEqual([0, 1, 0, -1, 0, 1]);
  type('u');
  expect(canned.at).toBe(-1);
});

test('F72 Tab inserts the chosen response to edit it first; without a choice it moves the focus', async () => {
  const { type, press, box, sent } = await composer();
  type('ret');
  expect(press('Tab')).toBe(false);
  press('ArrowDown');
  expect(press('Tab')).toBe(true);
  expect(box.value).toBe('Hi there, within 30 days.');
  type(' Bye');
  press('Enter');
  expect(sent).toEqual([{ text: 'Hi there, within 30 days. Bye', canned: ['rsp_ret'] }]);
});

test('F72 Escape closes the list for this text, and the next text has one again', async () => {
  const { type, press, listed, box } = await composer();
  type('ret');
  expect([press('Escape'), listed(), press('Escape')]).toEqual([true, [], false]);
  type('u');
  expect(listed()).toEqual([]);
  box.value = '';
  box.setSelectionRange(0, 0);
  type('#re');
  expect(listed()).toEqual(['ret', 'refund']);
  press('Escape');
  type('tu');
  expect(listed()).toEqual([]);
});

test('F72 keys with a modifier, and arrows without a list, belong to the text', async () => {
  const { type, press, canned } = await composer();
  expect(press('ArrowDown')).toBe(false);
  type('ret');
  for (const change of [{ shiftKey: true }, { ctrlKey: true }, { altKey: true }, { metaKey: true }])
    expect(press('ArrowDown', change)).toBe(false);
  expect(canned.at).toBe(-1);
});

test('F69 F72 keys of an input method never choose, insert or send', async () => {
  const { type, press, sent, canned } = await composer();
  type('#ret');
  for (const key of ['ArrowDown', 'Enter', 'Tab', 'Escape'])
    for (const change of [{ isComposing: true }, { keyCode: 229 }])
      expect(
        canned.press({
          key,
          ...{ shiftKey: false, ctrlKey: false, altKey: false, metaKey: false },
          ...{ isComposing: false, keyCode: 0 },
          ...change,
        }),
      ).toBe(false);
  expect(sent).toEqual([]);
  expect(press('Enter')).toBe(true);
});

test('F77 # chooses the first row at once, and several responses become one message', async () => {
  const { type, press, box, sent, listed, canned } = await composer({ name: 'Vera' });
  type('#');
  expect(listed()).toEqual(['ret', 'refund', 'hi']);
  press('ArrowDown');
  expect(canned.at).toBe(2);
  press('ArrowUp');
  expect(canned.at).toBe(0);
  type('hi');
  expect(press('Enter')).toBe(true);
  type(' #ref');
  expect(press('Tab')).toBe(true);
  expect(box.value).toBe('Hello! Five days after the return, Vera.');
  type(' #zebra');
  press('Enter');
  expect(sent).toEqual([
    { text: 'Hello! Five days after the return, Vera. #zebra', canned: ['rsp_hi', 'rsp_ref'] },
  ]);
});

test('CAN-24 a response with a missing variable is inserted, not sent; its place is selected, and Send asks once', async () => {
  const { type, press, box, sent, selected, canned } = await composer();
  type('paid');
  press('ArrowDown');
  expect(canned.sendsChosen).toBe(false);
  press('Enter');
  expect([box.value, selected(), sent]).toEqual([
    'Five days after the return, {{visitor}}.',
    '{{visitor}}',
    [],
  ]);
  press('Enter');
  expect([canned.unfilled?.gaps.map(({ name }) => name), sent]).toEqual([['{{visitor}}'], []]);
  box.setSelectionRange(0, 0);
  canned.leaveUnfilled();
  await Promise.resolve();
  expect([canned.unfilled, selected(), sent]).toEqual([null, '{{visitor}}', []]);
  press('Enter');
  canned.leaveUnfilled();
  canned.sendUnfilled();
  await Promise.resolve();
  expect(sent).toEqual([{ text: 'Five days after the return, {{visitor}}.', canned: ['rsp_ref'] }]);
});

test('CAN-24 variables that were typed by hand are filled when the text is sent', async () => {
  const { type, press, sent, canned } = await composer({ name: 'Vera' });
  type('Hi {{visitor|there}}, {{agent}} here');
  expect(canned.gapsIn('Hi {{visitor|there}}, {{agent}} here')).toEqual([]);
  press('Enter');
  expect([sent, canned.unfilled]).toEqual([[{ text: 'Hi Vera, Anna here', canned: [] }], null]);
});

test('CAN-24 a name of no variable is asked about; in a note it is text', async () => {
  const { type, press, sent, canned, box, selected } = await composer({ name: 'Vera' });
  type('{{visitor}}: {{nonsense}}');
  press('Enter');
  expect(canned.unfilled?.gaps).toEqual([{ start: 6, end: 18, name: '{{nonsense}}', known: false }]);
  expect([box.value, sent]).toEqual(['Vera: {{nonsense}}', []]);
  canned.leaveUnfilled();
  await Promise.resolve();
  expect(selected()).toBe('{{nonsense}}');

  const note = await composer({ name: 'Vera', note: true });
  note.type('{{visitor}}: {{nonsense}}');
  let added = false;
  note.canned.ask(note.box.value, () => (added = true));
  expect([added, note.box.value]).toEqual([true, '{{visitor}}: {{nonsense}}']);
});

test('F77 in a note only # suggests; Enter inserts, and nothing counts as a use of it', async () => {
  const { type, press, box, sent, listed } = await composer({ name: 'Vera', note: true });
  type('ret');
  expect(listed()).toEqual([]);
  type(' #ret');
  press('Enter');
  expect([box.value, sent]).toEqual(['ret Hi Vera, within 30 days.', []]);
});

test('F72 moving the caret closes the list, and the caret’s own report of typing does not', async () => {
  const { type, canned, listed, box } = await composer();
  type('ret');
  canned.moved(box);
  expect(listed()).toEqual(['ret', 'refund']);
  box.setSelectionRange(1, 1);
  canned.moved(box);
  expect(listed()).toEqual([]);
});

test('F74 the picker’s key is a place on the keyboard, in every layout, and none with another modifier', () => {
  const key = { code: 'KeyQ', altKey: true, ctrlKey: false, metaKey: false, shiftKey: false };
  const free = { isComposing: false, defaultPrevented: false };
  expect(opensPicker({ ...key, ...free })).toBe(true);
  for (const change of [
    { code: 'KeyA' },
    { altKey: false },
    { ctrlKey: true },
    { shiftKey: true },
    { isComposing: true },
  ])
    expect(opensPicker({ ...key, ...free, ...change })).toBe(false);
});

test('F72 F83 the files of a response come with it, inserted or sent as it is; a note has none', async () => {
  const responses = [priced];
  const inserting = await composer({ responses });
  inserting.type('#price');
  inserting.press('Enter');
  expect([inserting.box.value, inserting.copied, inserting.sent]).toEqual([
    ...['See the list.', [['Prices.pdf']], []],
  ]);
  const sending = await composer({ responses });
  sending.type('cost');
  sending.press('ArrowDown');
  sending.press('Enter');
  expect([sending.copied, sending.sent.map(({ text }) => text)]).toEqual([
    [['Prices.pdf']],
    ['See the list.'],
  ]);
  const noting = await composer({ note: true, responses });
  noting.type('#price');
  noting.press('Enter');
  expect([noting.box.value, noting.copied]).toEqual(['See the list.', []]);
});

test('AGT-5 a text that another device has changed under the list is not replaced', async () => {
  const other = 'Written on the phone meanwhile';
  for (const key of ['Enter', 'Tab', 'click']) {
    const { type, box, canned } = await composer({ name: 'Vera' });
    type('#ret');
    box.value = other;
    if (key === 'click') canned.take(0);
    else expect(canned.press({ key, ...noModifier })).toBe(false);
    expect([box.value, canned.suggestions]).toEqual([other, null]);
  }
});
