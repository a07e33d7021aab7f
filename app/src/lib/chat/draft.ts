/**
 * One unsent text on this device, and what the server stores of it. Pure: no socket, no clock. No text that the agent
 * has typed is replaced without their choice: a draft that another device has changed meanwhile is offered.
 */
import { maxMentions, maxTextLength, type Mention } from '#protocol';
import { mentionsIn } from './note-text.ts';

export interface Content {
  readonly text: string;
  /** The colleagues who were chosen while a note was typed. */
  readonly mentions: readonly Mention[];
}

export interface StoredDraft extends Content {
  /** 0: none is stored. */
  readonly version: number;
}

export interface Draft {
  /** The text in the box. */
  readonly mine: Content;
  /** The server's draft, as far as it is known here. `mine` is saved over its version. */
  readonly stored: StoredDraft;
  /** The content of a save that has no answer yet. */
  readonly sent: Content | null;
  /** Another device's draft, on offer. Until the agent chooses, nothing is saved. */
  readonly other: Content | null;
}

const empty: Content = { text: '', mentions: [] };
const none: StoredDraft = { ...empty, version: 0 };
export const noDraft: Draft = { mine: empty, stored: none, sent: null, other: null };

/** The part of a content that the server accepts. */
export function storable({ text, mentions }: Content): Content {
  const short = Array.from(text).slice(0, maxTextLength).join('');
  return {
    text: (text.length > maxTextLength ? short : text).toWellFormed().replaceAll('\0', ''),
    mentions: mentionsIn(text, mentions).slice(0, maxMentions),
  };
}

export function isSame(one: Content, other: Content): boolean {
  const ids = ({ text, mentions }: Content) => mentionsIn(text, mentions).map(({ id }) => id);
  return one.text === other.text && ids(one).sort().join() === ids(other).sort().join();
}

/** The server has all of it, or as much as it stores. */
export function isSaved({ mine, stored }: Draft): boolean {
  return isSame(storable(mine), stored);
}

/** Nothing is known of it, here or on the server. */
export function isNone({ mine, stored, sent, other }: Draft): boolean {
  return mine.text === '' && stored.version === 0 && sent === null && other === null;
}

/** True if a save can be sent now. */
export function isDue(draft: Draft): boolean {
  return draft.sent === null && draft.other === null && !isSaved(draft);
}

export function typed(draft: Draft, mine: Content): Draft {
  return { ...draft, mine };
}

/** The server has stored what was sent. */
export function saved(draft: Draft, version: number | null): Draft {
  if (!draft.sent) return draft;
  const stored = version === null ? none : { ...draft.sent, version };
  const settled = draft.other !== null && isSame(draft.other, stored);
  return { ...draft, stored, sent: null, other: settled ? null : draft.other };
}

/** The server did not store what was sent: another device has changed the draft. */
export function refused(draft: Draft, stored: StoredDraft): Draft {
  return { ...heard(draft, stored), sent: null };
}

/** Another device has saved the draft, or it is gone. */
export function heard(draft: Draft, stored: StoredDraft): Draft {
  // The tab's welcome contained it already.
  if (stored.version !== 0 && stored.version <= draft.stored.version) return draft;
  return merged(draft, stored);
}

/** A new socket: the server's draft replaces all that was known of it. */
export function welcomed(draft: Draft, stored: StoredDraft): Draft {
  const next = { ...draft, sent: null };
  if (stored.version === draft.stored.version && isSame(stored, draft.stored)) return next;
  // The answer to this tab's own save was lost with the socket.
  if (draft.sent && isSame(draft.sent, stored)) return { ...next, stored };
  return merged(next, stored);
}

function merged(draft: Draft, stored: StoredDraft): Draft {
  const { mine, other } = draft;
  const next = { ...draft, stored, other: null };
  const clean = isSame(mine, draft.stored) && !other;
  // An empty box has nothing to lose, unless the agent is asked already.
  if (clean || (mine.text === '' && !other)) return { ...next, mine: contentOf(stored) };
  if (mine.text === stored.text) {
    const known = new Set(mine.mentions.map(({ id }) => id));
    const more = stored.mentions.filter(({ id }) => !known.has(id));
    return { ...next, mine: { ...mine, mentions: [...mine.mentions, ...more] } };
  }
  // A draft that is gone there is saved again from here.
  if (stored.version === 0) return next;
  return { ...next, other: contentOf(stored) };
}

const contentOf = ({ text, mentions }: Content): Content => ({ text, mentions });

/** The agent's choice between the two. */
export function chosen(draft: Draft, choice: 'mine' | 'other'): Draft {
  return { ...draft, mine: choice === 'other' ? (draft.other ?? draft.mine) : draft.mine, other: null };
}

/** Takes the choice back: both are there again. */
export function unchosen(draft: Draft, before: Draft): Draft {
  return { ...draft, mine: before.mine, other: before.other };
}

/** A draft as a frame contains it; one without a version is gone. */
export function storedOf(told: {
  readonly text: string;
  readonly mentions?: readonly Mention[] | undefined;
  readonly version?: number | undefined;
}): StoredDraft {
  return { text: told.text, mentions: told.mentions ?? [], version: told.version ?? 0 };
}

/** A draft from this browser's storage; null if it is of an unknown form. */
export function parsed(text: string | null): Draft | null {
  try {
    const { mine, stored, sent, other } = JSON.parse(text ?? '') as Draft;
    const isContent = (content: Content | null) =>
      content === null || (typeof content.text === 'string' && Array.isArray(content.mentions));
    const known = mine && stored && typeof stored.version === 'number';
    return known && [mine, stored, sent, other].every(isContent) ? { mine, stored, sent, other } : null;
  } catch {
    return null;
  }
}
