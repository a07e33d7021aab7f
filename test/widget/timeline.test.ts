import type { VisitorView } from '#client/visitor';
import { noMarks } from '#domain/conversation/marks';
import type { Entry } from '#protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeline, type Row } from '../../widget/frame/timeline.ts';

const noon = new Date(2026, 10, 20, 12).getTime();
const minute = 60_000;
const visitor = { kind: 'visitor', id: 'vis_1' } as const;
const anna = { kind: 'agent', id: 'usr_1', name: 'Anna' } as const;
const system = { kind: 'system' } as const;
const extras = { opening: 'opening', details: false, fresh: false, now: noon };

const started = (seq: number, at = noon): Entry => ({
  seq,
  at,
  by: visitor,
  kind: 'conversation.started',
  campaign: { id: 'cam', name: 'Web' },
  site: 'sit',
  contact: {},
  ordinal: 1,
});
const said = (seq: number, by: Entry['by'], at = noon): Entry => ({
  seq,
  at,
  by,
  kind: 'message.sent',
  id: `id-${seq}`,
  text: `text ${seq}`,
});
const view = (change: Partial<VisitorView>): VisitorView => ({
  connection: 'open',
  nextTryAt: null,
  crowded: false,
  state: null,
  entries: [],
  earlier: [],
  more: false,
  marks: noMarks,
  pending: [],
  agentTyping: null,
  waiting: null,
  unread: 0,
  contact: {},
  blocked: false,
  ...change,
});
const unsent = (id: string, at = noon) => ({
  id,
  at,
  frame: { t: 'message.send', id, text: `text ${id}` } as const,
});
const automatic = (seq: number, moment: 'opening' | 'closing', at = noon): Entry => ({
  ...{ seq, at, by: system, kind: 'automatic.sent', moment, text: `logged ${moment}` },
});
/** A message of a person with its place in a run; of an automatic text the text alone; of the others the kind. */
const short = (rows: Row[]) =>
  rows.map((row) => {
    if (row.kind !== 'message') return row.kind;
    if (row.sender === 'automatic') return row.text;
    return [row.text, row.first ? 'first' : '', row.last ? 'last' : '', row.delivery];
  });

describe('the timeline', () => {
  it('begins with the greeting, and groups a sender’s messages of a few minutes', () => {
    const entries = [
      started(1),
      said(2, visitor),
      said(3, visitor, noon + minute),
      said(4, anna, noon + 2 * minute),
      said(5, anna, noon + 9 * minute),
    ];
    expect(short(timeline(view({ entries }), extras))).toEqual([
      'opening',
      ['text 2', 'first', '', null],
      ['text 3', '', 'last', null],
      ['text 4', 'first', 'last', null],
      ['text 5', 'first', 'last', null],
    ]);
  });

  it('MRK-5 shows the delivery state of the latest message alone', () => {
    const entries = [started(1), said(2, visitor)];
    const seen = { ...noMarks, agent: { delivered: 2, read: 2, unread: 0 } };
    const delivery = (change: Partial<VisitorView>) =>
      timeline(view({ entries, ...change }), extras).flatMap((row) =>
        row.kind === 'message' && row.sender !== 'automatic' ? [row.delivery] : [],
      );
    expect(delivery({})).toEqual(['sent']);
    expect(delivery({ marks: seen })).toEqual(['seen']);
    expect(delivery({ marks: seen, entries: [...entries, said(3, visitor)] })).toEqual([null, 'sent']);
    expect(delivery({ marks: seen, entries: [...entries, said(3, anna)] })).toEqual([null, null]);
  });

  it('F62 shows a message of the system as automatic, in a group of its own and without a name', () => {
    const entries = [started(1), said(2, visitor), said(3, system), said(4, anna)];
    const rows = timeline(view({ entries }), extras).flatMap((row) =>
      row.kind === 'message' ? [[row.text, row.sender, row.name, row.first, row.last, row.delivery]] : [],
    );
    expect(rows).toEqual([
      ['opening', 'automatic', '', true, true, null],
      ['text 2', 'visitor', '', true, true, null],
      ['text 3', 'automatic', '', true, true, null],
      ['text 4', 'agent', 'Anna', true, true, null],
    ]);
  });

  it('F62 a party of a kind that it does not know is no agent', () => {
    const bot = { kind: 'bot', id: 'bot_1', name: 'Robo' } as unknown as Entry['by'];
    const rows = timeline(view({ entries: [started(1), said(2, bot)] }), extras);
    expect(rows.at(-1)).toMatchObject({ sender: 'automatic', text: 'text 2' });
  });

  it('F89 shows the opening text of the settings until the log has one, and never both', () => {
    const shown = (change: Partial<VisitorView>, more = {}) =>
      short(timeline(view(change), { ...extras, ...more }));
    const texts = ['text 3', 'first', 'last', 'sent'];
    expect(shown({})).toEqual(['opening']);
    expect(shown({}, { opening: '' })).toEqual([]);
    const before = [started(1), said(3, visitor)];
    expect(shown({ entries: before })).toEqual(['opening', texts]);
    const entries = [started(1), automatic(2, 'opening'), said(3, visitor)];
    expect(shown({ entries })).toEqual(['logged opening', texts]);
    const keys = (change: Partial<VisitorView>) => timeline(view(change), extras).map(({ key }) => key);
    expect(keys({ entries })).toEqual(keys({ entries: before }));
  });

  it('F64 F89 F91 shows the automatic texts of earlier conversations too', () => {
    const entries = [started(1), automatic(2, 'opening'), said(3, visitor), automatic(4, 'closing')];
    const earlier = [{ conversation: 'con_1', from: 0, entries }];
    expect(short(timeline(view({ earlier }), extras))).toEqual([
      'logged opening',
      ['text 3', 'first', 'last', null],
      'logged closing',
      'chat',
      'opening',
    ]);
  });

  it('F91 shows the closing text of the log', () => {
    const entries = [started(1), said(2, visitor), automatic(3, 'closing')];
    expect(short(timeline(view({ entries }), extras)).at(-1)).toBe('logged closing');
  });

  it('asks for details below the first message of the current chat, and the messages after it begin a group', () => {
    const details = { ...extras, details: true };
    const entries = [started(1), said(2, visitor), said(3, visitor), said(4, anna)];
    expect(short(timeline(view({ entries }), details))).toEqual([
      'opening',
      ['text 2', 'first', 'last', null],
      'details',
      ['text 3', 'first', 'last', null],
      ['text 4', 'first', 'last', null],
    ]);
    const earlier = [{ conversation: 'con_1', from: 0, entries }];
    const pending = [unsent('a')];
    expect(short(timeline(view({ earlier, pending }), details)).slice(-3)).toEqual([
      'opening',
      ['text a', 'first', 'last', 'sending'],
      'details',
    ]);
    // The beginning of the chat is not loaded yet.
    expect(short(timeline(view({ entries: entries.slice(2) }), details))).not.toContain('details');
  });

  it('says nothing of a kind of entry that it does not know', () => {
    const unknown = { ...said(2, anna), kind: 'weather.changed' } as unknown as Entry;
    expect(short(timeline(view({ entries: [started(1), unknown] }), extras))).toEqual(['opening']);
  });

  it('CMD-4 keeps the key of a message that reaches the log', () => {
    const key = (change: Partial<VisitorView>) =>
      timeline(view({ ...change }), extras).flatMap((row) => (row.kind === 'message' ? [row.key] : []));
    const before = key({ pending: [unsent('id-2')] });
    expect(before).toEqual(key({ entries: [started(1), said(2, visitor)] }));
    expect(before).toEqual(key({ entries: [started(1), said(2, visitor)], pending: [unsent('id-2')] }));
  });

  it('REF-4 shows sent messages, refused ones, and those on their way', () => {
    const refused = { t: 'refused', code: 'too_large', message: 'That is too large.' } as const;
    const rows = timeline(
      view({ entries: [started(1), said(2, visitor)], pending: [{ ...unsent('a'), refused }, unsent('b')] }),
      extras,
    );
    expect(short(rows).slice(1)).toEqual([
      ['text 2', 'first', 'last', 'sent'],
      ['text a', '', 'last', 'refused'],
      ['text b', '', 'last', 'sending'],
    ]);
  });

  it('F64 shows earlier conversations before the open one, with a divider between', () => {
    const yesterday = noon - 24 * 60 * minute;
    const earlier = [
      { conversation: 'con_1', from: 0, entries: [started(1, yesterday), said(2, visitor, yesterday)] },
    ];
    expect(short(timeline(view({ earlier, entries: [started(1), said(3, visitor)] }), extras))).toEqual([
      'day',
      ['text 2', 'first', 'last', null],
      'chat',
      'opening',
      'day',
      ['text 3', 'first', 'last', 'sent'],
    ]);
  });

  it('has a key for every row, and no key twice, whatever the clocks are', () => {
    const entry = fc.record({
      seq: fc.nat(30),
      by: fc.constantFrom<Entry['by']>(visitor, anna, system),
      at: fc.nat(5).map((d) => noon - d * 40 * 60 * minute),
    });
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.array(entry),
        fc.array(fc.nat(40)),
        fc.boolean(),
        (a, b, ids, fresh) => {
          const rows = timeline(
            view({
              earlier: [
                { conversation: 'con_1', from: 0, entries: a.map(({ seq, by, at }) => said(seq, by, at)) },
              ],
              entries: b.map(({ seq, by, at }) => said(seq, by, at)),
              pending: ids.map((id) => unsent(`id-${id}`)),
            }),
            { ...extras, fresh },
          );
          const keys = rows.map((row) => row.key);
          expect(new Set(keys).size).toBe(keys.length);
        },
      ),
    );
  });
});
