/** Merges chats from the history, which lags a log by up to a minute, with the floor's newer state. */
import { sideOf } from '#domain/conversation/parties';
import type { ConversationState } from '#protocol';
import type { Row } from '$lib/floor/roster.ts';

/** A chat's current state, as far as the floor has it. */
export function brought(chat: ConversationState, row: Row | undefined): ConversationState {
  const known = chat.lastMessage?.seq ?? 0;
  // Of the same message the further one has the present text.
  const newer = row?.last && (row.last.seq > known || (row.last.seq === known && row.seq > chat.head));
  const last = newer ? row.last : chat.lastMessage;
  // A first reply that the history lacks: it is this message or an earlier one.
  const firstReplyAt = chat.firstReplyAt ?? (last && sideOf(last.by) === 'agent' ? last.at : null);
  const merged = { ...chat, lastMessage: last, firstReplyAt };
  if (!row || row.seq <= chat.head) return merged;
  const { phase, owner, type, generation, visitor } = row;
  return {
    ...merged,
    ...{ phase, owner, type, generation },
    visitor: { ...chat.visitor, here: visitor.here, ...(visitor.name && { name: visitor.name }) },
  };
}

/** Whether the floor is ahead of the list: a chat began after all listed ones, or a listed one changed. */
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
