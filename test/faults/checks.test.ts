/** The checks of a fault run, each shown to fail: sound evidence, and the same with one fault. */
import { fold } from '#domain/conversation/conversation';
import type { Draft, Entry } from '#protocol';
import { expect, test } from 'vitest';
import { isHopeless, isSound, judge, shownKey, undelivered, type Evidence, type Verdict } from './checks.ts';

const visitor = { kind: 'visitor', id: 'vis_v' } as const;
const anna = { kind: 'agent', id: 'usr_a', name: 'Anna' } as const;

const started: Draft = {
  kind: 'conversation.started',
  by: visitor,
  campaign: { id: 'cam', name: 'Help' },
  site: 'sit',
  contact: {},
  ordinal: 1,
};
const said = (number: number, id = `id-${number}`): Draft => ({
  kind: 'message.sent',
  by: visitor,
  id,
  text: `v0 ${number} hi`,
});
const assigned = (generation: number): Draft => ({
  kind: 'agent.assigned',
  by: anna,
  agent: anna,
  generation,
  how: 'taken',
});

const numbered = (drafts: Draft[]): Entry[] =>
  drafts.map((draft, index) => ({ seq: index + 1, at: index, ...draft }));

function evidence(log: Entry[] = numbered([started, said(0), assigned(1), said(1), said(2)])): Evidence {
  return {
    acks: log.flatMap((entry) =>
      entry.kind === 'message.sent' ? [{ conversation: 'con', id: entry.id, seq: entry.seq }] : [],
    ),
    seen: new Map(log.map((entry) => [shownKey('agent', 'con', entry.seq), JSON.stringify(entry)])),
    conversations: [{ account: 'acc', id: 'con', log, cursors: { archive: log.length } }],
    history: new Map([['con', { state: fold('con', log), head: log.length, entries: log }]]),
    holds: [{ conversation: 'con', agent: anna.id, state: 'active' }],
  };
}

const withLog = (log: Entry[]): Evidence => ({
  ...evidence(),
  conversations: [{ account: 'acc', id: 'con', log, cursors: {} }],
});
const withHistory = (entries: Entry[], head = entries.length): Evidence => ({
  ...evidence(),
  history: new Map([['con', { state: fold('con', entries), head, entries }]]),
});
const log = evidence().conversations[0]?.log ?? [];

test('a sound run is judged sound', () => {
  const verdict = judge(evidence());
  expect(isSound(verdict)).toBe(true);
  expect(verdict).toMatchObject({ acked: 3, entries: 5 });
});

const wrong: [string, keyof Verdict, Evidence][] = [
  ['I1 an acknowledged entry is missing', 'lost', withLog(log.slice(0, -1))],
  [
    'I1 another entry has its seq',
    'lost',
    withLog(log.map((entry) => (entry.seq === 5 ? ({ ...entry, id: 'other' } as Entry) : entry))),
  ],
  [
    'I2 an id is in the log twice',
    'duplicated',
    evidence(numbered([started, said(0), assigned(1), said(0)])),
  ],
  [
    'I2 a message is in the log twice, under two ids',
    'duplicated',
    evidence(numbered([started, said(0), assigned(1), said(0, 'id-again')])),
  ],
  [
    'I2 an id was acknowledged at two positions',
    'duplicated',
    { ...evidence(), acks: [...evidence().acks, { conversation: 'con', id: 'id-0', seq: 4 }] },
  ],
  ['I3 a seq is missing', 'gaps', withLog(log.filter((entry) => entry.seq !== 3))],
  [
    'I4 a client was shown another text',
    'gaps',
    {
      ...evidence(),
      seen: new Map([[shownKey('agent', 'con', 2), JSON.stringify({ ...log[1], text: 'v0 0 ho' })]]),
    },
  ],
  [
    'RED-1 a visitor was shown an entry for agents only',
    'gaps',
    { ...evidence(), seen: new Map([[shownKey('visitor', 'con', 3), JSON.stringify(log[2])]]) },
  ],
  [
    'CMD-11 the second message is before the first',
    'reordered',
    evidence(numbered([started, said(1), assigned(1), said(0)])),
  ],
  [
    'I9 a generation occurs twice',
    'owners',
    evidence(numbered([started, assigned(1), { ...assigned(1), kind: 'agent.assigned' } as Draft])),
  ],
  ['I10 an owner has no reserved capacity', 'owners', { ...evidence(), holds: [] }],
  ['I5 the history lacks an entry', 'history', withHistory(log.slice(0, -1), log.length)],
  ['I5 the history lacks a conversation', 'history', { ...evidence(), history: new Map() }],
  ['I5 the history has another head', 'history', withHistory(log, 4)],
  [
    'I5 the history has a conversation that does not exist',
    'history',
    {
      ...evidence(),
      history: new Map([
        ...evidence().history,
        ['con_x', { state: fold('con_x', log), head: log.length, entries: log }],
      ]),
    },
  ],
];

test.each(wrong)('%s: found', (_, where, found) => {
  const verdict = judge(found);
  expect(verdict[where]).not.toEqual([]);
  expect(isSound(verdict)).toBe(false);
  // D1 and capacity may still catch up; a log cannot.
  expect(isHopeless(verdict)).toBe(where !== 'history' && where !== 'owners');
});

test('R15 a typed message that no log contains is found', () => {
  expect(undelivered(['v0 0 hi', 'v0 9 hi'], evidence().conversations)).toEqual(['v0 9 hi']);
});
