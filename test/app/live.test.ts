/** Chats in the console have the floor's newest state, and show how long visitors waited for a reply. */
import { fold } from '#domain/conversation/conversation';
import type { ConversationState } from '#protocol';
import { expect, test } from 'vitest';
import { waitOf } from '../../app/src/lib/chat/wait.ts';
import { brought, isBehind } from '../../app/src/routes/(signed-in)/console/chats/live.ts';
import { ada, ben, row, start, visitor } from './makers.ts';

const chat = (change: Partial<ConversationState> = {}): ConversationState => ({
  ...fold('con_one', []),
  ...{ id: 'con_one', head: 4, startedAt: start, visitor: { id: 'vis_one', blocked: false, here: true } },
  ...change,
});
const words = (seq: number, by: typeof ada | typeof visitor = visitor) => ({
  seq,
  at: start + seq,
  by,
  text: 'hi',
});

test('newer state from the floor replaces the history’s', () => {
  const archived = chat({ phase: 'active', owner: ben, lastMessage: words(2) });
  expect(brought(archived, undefined)).toEqual(archived);
  expect(brought(archived, row({ seq: 3, phase: 'waiting', last: words(1) }))).toEqual(archived);
  const now = row({ seq: 9, phase: 'waiting', generation: 2, last: words(8) });
  expect(brought(archived, now)).toMatchObject({ phase: 'waiting', owner: null, lastMessage: words(8) });
  expect(brought(archived, row({ seq: 3, last: words(5, ada) }))).toMatchObject({
    ...{ phase: 'active', lastMessage: words(5, ada), firstReplyAt: start + 5 },
  });
});

test('ENT-19 a message that was deleted since has no text', () => {
  const gone = { ...words(2), text: '', deleted: true as const };
  const archived = chat({ lastMessage: words(2) });
  expect(brought(archived, row({ seq: 5, last: gone })).lastMessage).toEqual(gone);
  expect(brought(chat({ head: 5, lastMessage: gone }), row({ seq: 4, last: words(2) })).lastMessage).toEqual(
    gone,
  );
});

test('a list is outdated if the floor has a chat that began or changed since, and only then', () => {
  const rows = (...all: ReturnType<typeof row>[]) => new Map(all.map((each) => [each.id, each]));
  const behind = (...all: ReturnType<typeof row>[]) =>
    isBehind([chat()], rows(...all), ({ phase }) => phase === 'waiting');
  expect(behind()).toBe(false);
  expect(behind(row({ seq: 4, last: words(4) }))).toBe(false);
  expect(behind(row({ seq: 5 }))).toBe(true);
  expect(behind(row({ seq: 4, last: words(5) }))).toBe(true);
  expect(behind(row({ id: 'con_new', startedAt: start + 1 }))).toBe(true);
  expect(behind(row({ id: 'con_new', startedAt: start + 1, phase: 'closed' }))).toBe(false);
  expect(behind(row({ id: 'con_old', startedAt: start - 1 }))).toBe(false);
});

test('a wait ends with an agent’s first message or with the chat, over all owners in between', () => {
  const of = (change: Partial<ConversationState>) =>
    waitOf(chat({ firstAssignedAt: start + 1, ...change }), start + 90);
  expect(of({})).toEqual({ length: 90, over: false, inVain: false });
  expect(of({ firstReplyAt: start + 40 })).toEqual({ length: 40, over: true, inVain: false });
  const closed = { at: start + 60, by: visitor, reason: 'visitor' };
  expect(of({ closed })).toEqual({ length: 60, over: true, inVain: true });
  expect(of({ closed, firstReplyAt: start + 40 })).toEqual({ length: 40, over: true, inVain: false });
});
