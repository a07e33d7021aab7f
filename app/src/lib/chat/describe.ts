/** What happened, in a sentence. */
import type { ConversationState, Entry, EntryOf } from '#protocol';
import { partyName } from './names.ts';

export function describe(
  entry: Exclude<Entry, EntryOf<'message.sent'>>,
  me: string | null,
  visitor: string,
): string {
  const who = partyName(entry.by, me, visitor);
  switch (entry.kind) {
    case 'conversation.started':
      return entry.page?.title
        ? `${visitor} started a chat on “${entry.page.title}”`
        : `${visitor} started a chat`;
    case 'agent.assigned':
      return `${partyName(entry.agent, me, visitor)} took the chat`;
    case 'agent.unassigned': {
      const agent = partyName(entry.agent, me, visitor);
      if (entry.reason === 'returned') return `${who} returned the chat to the queue`;
      if (entry.reason === 'signed_out') return `${agent} signed out; the chat is back in the queue`;
      return `${agent} lost the connection; the chat is back in the queue`;
    }
    case 'visitor.left':
      return `${visitor} left the site`;
    case 'visitor.returned':
      return `${visitor} came back`;
    case 'visitor.identified': {
      const said = [entry.name, entry.email].filter(Boolean).join(', ');
      return said ? `${visitor} gave their details: ${said}` : `${visitor} gave their details`;
    }
    case 'visitor.blocked':
      return `${who} blocked this visitor`;
    case 'conversation.closed':
      return closedWords(entry.reason, who);
  }
}

function closedWords(reason: string, who: string): string {
  if (reason === 'idle') return 'The chat ended: nobody wrote for a while';
  if (reason === 'blocked') return 'The chat ended: the visitor was blocked';
  return `${who} ended the chat`;
}

/** How a closed conversation ended. */
export function describeEnd(
  closed: NonNullable<ConversationState['closed']>,
  me: string | null,
  visitor: string,
): string {
  return closedWords(closed.reason, partyName(closed.by, me, visitor));
}
