/** Describes an entry in a sentence. Its names are marked (`isolated`), for the component Sentence. */
import { pageLink } from '#domain/base/page-link';
import type { ConversationState, Entry, EntryOf, Party } from '#protocol';
import { m } from '#words/app';
import { colleagues } from '../people/colleagues.svelte.ts';
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
      return entry.page?.title ? m.event_started_on({ page: titled(entry.page) }) : m.event_started();
    case 'agent.assigned':
      return describeOwner(entry, me);
    case 'conversation.transferred':
      return handed(entry.by, entry.to, me, transferWords);
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

/** A page's title comes from the visitor's browser, so it is never shown without the host. */
function titled({ url, title }: { readonly url: string; readonly title: string }): string {
  const host = pageLink(url)?.host;
  return host === undefined ? isolated(title) : `${isolated(title)} · ${isolated(host)}`;
}

/** Texts for a transfer or an assignment by an agent. */
interface HandedWords {
  byYou(names: { to: string }): string;
  toYou(names: { by: string }): string;
  other(names: { by: string; to: string }): string;
}
const transferWords: HandedWords = {
  byYou: m.event_you_transferred,
  toYou: m.event_transferred_to_you,
  other: m.event_transferred,
};
const assignWords: HandedWords = {
  byYou: m.event_you_assigned,
  toYou: m.event_assigned_to_you,
  other: m.event_assigned,
};

/** The sentence for a change of owner, which includes the transfer before it. */
function describeOwner({ agent, by, how }: EntryOf<'agent.assigned'>, me: string | null): string {
  const told = teller(me, '');
  if (how === 'taken' || how === 'offered') return told(agent, m.event_you_took, m.event_took);
  if (by.kind !== 'agent') return told(agent, m.event_you_given, m.event_given);
  if (by.id === agent.id) return told(agent, m.event_you_took_over, m.event_took_over);
  return handed(by, agent, me, how === 'assigned' ? assignWords : transferWords);
}

function handed(
  by: Party,
  to: EntryOf<'conversation.transferred'>['to'],
  me: string | null,
  words: HandedWords,
): string {
  const toName = to.kind === 'agent' ? colleagues.nameOf(to) : to.name;
  const names = { by: isolated(partyName(by, null, '')), to: isolated(toName) };
  if (by.kind === 'agent' && by.id === me) return words.byYou(names);
  return to.kind === 'agent' && to.id === me ? words.toYou(names) : words.other(names);
}

/** The reason why a conversation ended. */
export function describeEnd(
  { reason, by }: Pick<NonNullable<ConversationState['closed']>, 'reason' | 'by'>,
  me: string | null,
  visitorName: string,
): string {
  if (reason === 'idle') return m.event_ended_idle();
  if (reason === 'full') return m.event_ended_full();
  if (reason === 'blocked') return m.event_ended_blocked();
  return teller(me, visitorName)(by, m.event_you_ended, m.event_ended);
}

/** Some languages word an own action differently, not only with another name. */
function teller(me: string | null, visitorName: string) {
  return (by: Party, ofYou: () => string, ofOthers: (who: { name: string }) => string) =>
    by.kind === 'agent' && by.id === me
      ? ofYou()
      : ofOthers({ name: isolated(partyName(by, me, visitorName)) });
}
