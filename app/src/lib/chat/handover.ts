/** The notice to an agent who gets or loses a chat. */
import { idOf } from '#domain/conversation/parties';
import type { HandedFrame, Party } from '#protocol';
import { m } from '#words/app';
import { colleagues } from '../people/colleagues.svelte.ts';
import { isolated, visitorName } from './names.ts';

/**
 * Null if the agent caused the change and sees it, or another notice covers it. `lost`: the agent owned the chat until
 * now.
 */
export function handoverNews(told: HandedFrame, me: string): { text: string; lost: boolean } | null {
  const visitor = isolated(visitorName(told.visitor));
  if (told.to?.id === me) return told.from?.id === me ? null : got(told, me, visitor);
  if (told.from?.id !== me) return null;
  const text = lossOf(told, me, visitor);
  return text === null ? null : { text, lost: true };
}

function got(
  { from, handed }: HandedFrame,
  me: string,
  visitor: string,
): { text: string; lost: false } | null {
  const by = nameOf(handed.by);
  // The chat is already open for an agent who took it from the queue or accepted it.
  if (handed.how === 'taken' || handed.how === 'offered') return null;
  if (handed.how === 'routed') return { text: m.handed_routed({ visitor }), lost: false };
  const mine = idOf(handed.by) === me;
  if (mine && from) return { text: m.handed_you_took_over({ visitor, from: named(from) }), lost: false };
  if (mine) return null;
  const words =
    handed.how === 'transferred' ? m.handed_transferred({ visitor, by }) : m.handed_assigned({ visitor, by });
  return {
    text: handed.note ? m.event_note({ event: words, note: isolated(handed.note) }) : words,
    lost: false,
  };
}

function lossOf({ to, target, handed }: HandedFrame, me: string, visitor: string): string | null {
  const mine = idOf(handed.by) === me;
  const by = nameOf(handed.by);
  switch (handed.how) {
    case 'no_reply':
      return m.handed_no_reply({ visitor });
    case 'vanished':
      return m.handed_vanished({ visitor });
    case 'transferred':
      // For a transfer to a colleague, the answer to the offer was the notice.
      if (mine) return null;
      return target
        ? m.handed_sent({ visitor, by, to: isolated(target.name) })
        : m.handed_returned({ visitor, by });
    case 'returned':
      return mine ? null : m.handed_returned({ visitor, by });
    case 'offline':
    case 'signed_out':
      return null;
    default:
      if (mine || !to) return null;
      return idOf(handed.by) === to.id
        ? m.handed_taken_over({ visitor, by })
        : m.handed_given_away({ visitor, by, to: named(to) });
  }
}

const nameOf = (party: Party): string => (party.kind === 'agent' ? named(party) : '');
const named = (agent: { id: string; name: string }): string => isolated(colleagues.nameOf(agent));
