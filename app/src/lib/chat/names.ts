/** What people are called on a screen. */
import { cleanLine, type Party } from '#protocol';
import { m } from '#words/app';
import { colleagues } from '../people/colleagues.svelte.ts';

/** A visitor's name, or one made of the id, which is the same everywhere. */
export function visitorName(visitor: { readonly id: string; readonly name?: string | undefined }): string {
  // Earlier versions stored names with characters that are not seen.
  return cleanLine(visitor.name ?? '') || m.visitor_unnamed({ code: visitor.id.slice(-4).toUpperCase() });
}

/** Who did something, as seen by `me`; an agent who is nobody of the two has their own name. */
export function partyName(by: Party, me: string | null, visitor: string): string {
  switch (by.kind) {
    case 'visitor':
      return visitor;
    case 'system':
      return 'Parley';
    case 'agent':
      return by.id === me ? m.you() : colleagues.nameOf(by);
  }
}

/**
 * Marks a name that goes into a sentence, by Unicode's own signs for it: what is written from the right stays one piece there. The
 * component Sentence shows them as elements. Characters that are not seen are left out; earlier versions stored some.
 */
export function isolated(name: string): string {
  return `\u2068${cleanLine(name)}\u2069`;
}
