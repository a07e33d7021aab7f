/** What happened, in a sentence. The names in it are marked (`isolated`), for `Sentence` to show. */
import type { ConversationState, Entry, EntryOf, Party } from '#protocol';
import { m } from '#words/app';
import { isolated, partyName } from './names.ts';

export function describe(
  entry: Exclude<Entry, EntryOf<'message.sent'>>,
  me: string | null,
  visitorName: string,
): string {
  const visitor = isolated(visitorName);
  const told = teller(me, visitorName);
  switch (entry.kind) {
    case 'conversation.started':
      return entry.page?.title
        ? m.event_started_on({ visitor, page: isolated(entry.page.title) })
        : m.event_started({ visitor });
    case 'agent.assigned':
      return entry.how === 'taken' || entry.how === 'offered'
        ? told(entry.agent, m.event_you_took, m.event_took)
        : told(entry.agent, m.event_you_given, m.event_given);
    case 'conversation.transferred': {
      const to = isolated(entry.to.kind === 'agent' ? partyName(entry.to, me, '') : entry.to.name);
      const event = told(
        entry.by,
        () => m.event_you_transferred({ to }),
        ({ name }) => m.event_transferred({ name, to }),
      );
      return entry.note ? m.event_note({ event, note: isolated(entry.note) }) : event;
    }
    case 'conversation.deferred':
      return m.event_deferred({ visitor });
    case 'agent.unassigned':
      if (entry.reason === 'returned') return told(entry.by, m.event_you_returned, m.event_returned);
      if (entry.reason === 'offline') return told(entry.agent, m.event_you_offline, m.event_offline);
      if (entry.reason === 'no_reply') return told(entry.agent, m.event_you_no_reply, m.event_no_reply);
      if (entry.reason === 'transferred') return told(entry.agent, m.event_you_gave_up, m.event_gave_up);
      if (entry.reason === 'signed_out') return told(entry.agent, m.event_you_signed_out, m.event_signed_out);
      return told(entry.agent, m.event_you_lost, m.event_lost);
    case 'visitor.left':
      return m.event_left({ visitor });
    case 'visitor.returned':
      return m.event_came_back({ visitor });
    case 'visitor.identified': {
      const said = [entry.name, entry.email].flatMap((text) => (text ? isolated(text) : [])).join(', ');
      return said ? m.event_identified_as({ visitor, details: said }) : m.event_identified({ visitor });
    }
    case 'visitor.blocked':
      return told(entry.by, m.event_you_blocked, m.event_blocked);
    case 'conversation.closed':
      return describeEnd(entry, me, visitorName);
  }
}

/** How a conversation ended. */
export function describeEnd(
  { reason, by }: Pick<NonNullable<ConversationState['closed']>, 'reason' | 'by'>,
  me: string | null,
  visitorName: string,
): string {
  if (reason === 'idle') return m.event_ended_idle();
  if (reason === 'blocked') return m.event_ended_blocked();
  return teller(me, visitorName)(by, m.event_you_ended, m.event_ended);
}

/** Not every language says of you what it says of others with another name put in. */
function teller(me: string | null, visitorName: string) {
  return (by: Party, ofYou: () => string, ofOthers: (who: { name: string }) => string) =>
    by.kind === 'agent' && by.id === me
      ? ofYou()
      : ofOthers({ name: isolated(partyName(by, me, visitorName)) });
}
