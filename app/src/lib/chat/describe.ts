/** Describes an entry in a sentence. Its names are marked (`isolated`), for the component Sentence. */
import { lineOf } from '#domain/conversation/folds';
import type { ConversationState, Entry, EntryOf, Party } from '#protocol';
import { m } from '#words/app';
import { colleagues } from '../people/colleagues.svelte.ts';
import { isolated, partyName } from './names.ts';

/** Entries that are shown otherwise: messages, their revisions, and the beginning, which is a card. */
type OtherKind =
  | 'message.sent'
  | 'note.added'
  | 'message.edited'
  | 'message.deleted'
  | 'automatic.sent'
  | 'conversation.started';

/** An entry that is described in a sentence. */
export type EventEntry = Exclude<Entry, EntryOf<OtherKind>>;

/** True if an entry has a line of its own, with a sentence. */
export function isEvent(entry: Entry): entry is EventEntry {
  return lineOf<Line<EventEntry>>(lines, entry.kind) !== undefined;
}

/** The reader, and the visitor's name, also as it stands in a sentence. */
interface Reader {
  readonly me: string | null;
  readonly visitorName: string;
  readonly visitor: string;
  readonly told: ReturnType<typeof teller>;
}

/** Declared as a method, so that the line of one kind fits a look-up by any entry's kind. */
type Line<E extends Entry> = { describe(entry: E, reader: Reader): string }['describe'];

/** A sentence for each kind: the type checker demands a new one's. */
const lines: { readonly [K in EventEntry['kind']]: Line<EntryOf<K>> } = {
  'agent.assigned': (entry, { me }) => describeOwner(entry, me),
  'conversation.transferred': ({ by, to }, { me }) => handed(by, to, me, transferWords),
  'conversation.deferred': (_, { visitor }) => m.event_deferred({ visitor }),
  'conversation.resumed': (_, { visitor }) => m.event_resumed({ visitor }),
  'agent.unassigned': ({ agent, by, reason }, { told }) => {
    // A newer server may know more reasons.
    const { ofYou, ofOthers } = losses[reason] ?? losses.vanished;
    return told(reason === 'returned' ? by : agent, ofYou, ofOthers);
  },
  'visitor.left': (_, { visitor }) => m.event_left({ visitor }),
  'visitor.returned': (_, { visitor }) => m.event_came_back({ visitor }),
  'visitor.identified': ({ name, email }, { visitor }) => {
    const details = [name, email].flatMap((text) => (text ? isolated(text) : [])).join(', ');
    return details ? m.event_identified_as({ visitor, details }) : m.event_identified({ visitor });
  },
  'visitor.blocked': ({ by }, { told }) => told(by, m.event_you_blocked, m.event_blocked),
  'stage.changed': ({ by }, { told }) => told(by, m.event_you_in_progress, m.event_in_progress),
  'codes.changed': ({ codes }) => {
    if (codes.length === 0) return m.event_no_codes();
    const names = codes.map(({ title }) => isolated(title)).join(', ');
    return codes.length === 1 ? m.event_code({ codes: names }) : m.event_codes({ codes: names });
  },
  'conversation.closed': (entry, { me, visitorName }) => describeEnd(entry, me, visitorName),
};

/** The sentence of an entry; empty for a kind that this version does not know. */
export function describe(entry: EventEntry, me: string | null, visitorName: string): string {
  const reader = { me, visitorName, visitor: isolated(visitorName), told: teller(me, visitorName) };
  return lineOf<Line<EventEntry>>(lines, entry.kind)?.(entry, reader) ?? '';
}

/** How an agent lost a conversation, by the reason. */
const losses: {
  readonly [R in EntryOf<'agent.unassigned'>['reason']]: {
    readonly ofYou: () => string;
    readonly ofOthers: (who: { name: string }) => string;
  };
} = {
  returned: { ofYou: m.event_you_returned, ofOthers: m.event_returned },
  offline: { ofYou: m.event_you_offline, ofOthers: m.event_offline },
  no_reply: { ofYou: m.event_you_no_reply, ofOthers: m.event_no_reply },
  transferred: { ofYou: m.event_you_gave_up, ofOthers: m.event_gave_up },
  signed_out: { ofYou: m.event_you_signed_out, ofOthers: m.event_signed_out },
  vanished: { ofYou: m.event_you_lost, ofOthers: m.event_lost },
};

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
