/** Texts for a change of owner: in the transcript, and in the notice to the agent who loses or gets a chat. */
import type { EntryOf, HandedFrame } from '#protocol';
import { expect, test } from 'vitest';
import { overwriteGetLocale } from '#words/app/runtime';
import { describe } from '../../app/src/lib/chat/describe.ts';
import { handoverNews } from '../../app/src/lib/chat/handover.ts';
import { ada, ben, start } from './makers.ts';

overwriteGetLocale(() => 'en');
const sofia = { kind: 'agent', id: 'usr_sofia', name: 'Sofia Berg' } as const;
const system = { kind: 'system' } as const;
const plain = (text: string | null | undefined) => text?.replace(/[\u2068\u2069]/gu, '') ?? null;

function said(change: Partial<EntryOf<'agent.assigned'>>, me: string | null): string | null {
  const entry = { seq: 2, at: start, by: ben, agent: ben, generation: 2, how: 'taken' } as const;
  return plain(describe({ kind: 'agent.assigned', ...entry, ...change }, me, 'Mia'));
}

test('a transcript names the agent who took a chat over, and both agents of an assignment', () => {
  const over = { agent: sofia, by: sofia, how: 'assigned' } as const;
  expect([said(over, null), said(over, sofia.id)]).toEqual([
    'Sofia Berg took over this chat',
    'You took over this chat',
  ]);
  const given = { agent: ben, by: sofia, how: 'assigned' } as const;
  expect([null, sofia.id, ben.id].map((me) => said(given, me))).toEqual([
    'Sofia Berg assigned this chat to Ben Okafor',
    'You assigned this chat to Ben Okafor',
    'Sofia Berg assigned this chat to you',
  ]);
  const passed = { agent: ben, by: ada, how: 'transferred' } as const;
  expect([null, ada.id, ben.id].map((me) => said(passed, me))).toEqual([
    'Ada Lindqvist transferred this chat to Ben Okafor',
    'You transferred this chat to Ben Okafor',
    'Ada Lindqvist transferred this chat to you',
  ]);
  expect(said({ by: system, how: 'routed' }, null)).toBe('Assigned to Ben Okafor');
});

const told = (change: Partial<HandedFrame>, handed: Partial<HandedFrame['handed']>): HandedFrame => ({
  ...{ t: 'handed', conversation: 'con_one', generation: 2, visitor: { id: 'vis_one', name: 'Mia' } },
  ...{ from: ben, to: sofia, target: null },
  ...change,
  handed: { seq: 7, how: 'assigned', by: sofia, ...handed },
});
const news = (change: Partial<HandedFrame>, handed: Partial<HandedFrame['handed']>, me: string) =>
  plain(handoverNews(told(change, handed), me)?.text);

test('the agent who loses a chat is notified of the new owner, or of the reason why there is none', () => {
  const lost = (change: Partial<HandedFrame>, handed: Partial<HandedFrame['handed']>) =>
    news(change, handed, ben.id);
  expect([
    lost({}, {}),
    lost({ to: ada }, {}),
    lost({ to: null }, { how: 'no_reply', by: system }),
    lost({ to: null }, { how: 'vanished', by: system }),
    lost({ to: null }, { how: 'returned' }),
    lost({ to: null, target: { kind: 'group', id: 'grp_1', name: 'Sales' } }, { how: 'transferred' }),
  ]).toEqual([
    'Sofia Berg took over the chat with Mia',
    'Sofia Berg assigned the chat with Mia to Ada Lindqvist',
    'No reply in time: the chat with Mia returned to the queue',
    'Connection lost: the chat with Mia returned to the queue',
    'Sofia Berg returned the chat with Mia to the queue',
    'Sofia Berg transferred the chat with Mia to Sales',
  ]);
});

test('the agent who gets a chat is notified of the author, and a takeover is confirmed to its author', () => {
  expect([
    news({}, {}, sofia.id),
    news({ to: ada }, {}, ada.id),
    news({ to: ada }, { how: 'transferred', by: ben, note: 'knows tents' }, ada.id),
    news({ from: null, to: ada }, { how: 'routed', by: system }, ada.id),
  ]).toEqual([
    'You took over the chat with Mia from Ben Okafor',
    'Sofia Berg assigned the chat with Mia to you',
    'Ben Okafor transferred the chat with Mia to you: “knows tents”',
    'New chat: Mia',
  ]);
});

test('an agent gets no notice of their own actions, or of a chat that is open already', () => {
  expect([
    news({ from: null }, { how: 'taken' }, sofia.id),
    news({ from: null }, { how: 'offered' }, sofia.id),
    news({ to: null }, { how: 'returned', by: ben }, ben.id),
    news({ to: ada }, { how: 'transferred', by: ben }, ben.id),
    news({}, {}, ada.id),
  ]).toEqual([null, null, null, null, null]);
});
