/** Chats of the history with what the floor knows since: the history follows a log within a minute. */
import type { ConversationState } from '#protocol';
import type { Row } from '$lib/roster.ts';

/** A chat as it is now, as far as the floor knows it. */
export function brought(chat: ConversationState, row: Row | undefined): ConversationState {
  const last = row?.last && row.last.seq > (chat.lastMessage?.seq ?? 0) ? row.last : chat.lastMessage;
  // A first answer that the history does not have yet: it came with that message, or before it.
  const firstReplyAt = chat.firstReplyAt ?? (last?.by.kind === 'agent' ? last.at : null);
  const known = { ...chat, lastMessage: last, firstReplyAt };
  if (!row || row.seq <= chat.head) return known;
  const { phase, owner, type, generation, visitor } = row;
  return {
    ...known,
    ...{ phase, owner, type, generation },
    visitor: { ...chat.visitor, here: visitor.here, ...(visitor.name && { name: visitor.name }) },
  };
}

/** Whether the floor has something that the list lacks: a chat that began after all of it, or one that has gone on. */
export function isBehind(
  chats: readonly ConversationState[],
  rows: ReadonlyMap<string, Row>,
  fits: (row: Row) => boolean,
): boolean {
  const listed = new Map(chats.map((chat) => [chat.id, chat]));
  const newest = chats[0]?.startedAt ?? 0;
  return [...rows.values()].some((row) => {
    const chat = listed.get(row.id);
    if (chat) return row.seq > chat.head || (row.last?.seq ?? 0) > chat.head;
    return row.startedAt >= newest && fits(row);
  });
}
