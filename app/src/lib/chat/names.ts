/** Names of visitors and agents on a screen. */
import { cleanLine, type Party } from '#protocol';
import { m } from '#words/app';
import { colleagues } from '../people/colleagues.svelte.ts';

/** A visitor's name, or one derived from the id, which is the same everywhere. */
export function visitorName(visitor: { readonly id: string; readonly name?: string | undefined }): string {
  // Earlier versions stored names with invisible characters.
  return cleanLine(visitor.name ?? '') || m.visitor_unnamed({ code: visitor.id.slice(-4).toUpperCase() });
}

/** The name of an entry's author for the reader `me`; another agent has their own name. */
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
 * Marks a name in a sentence with Unicode's isolates, so that a right-to-left name stays one piece. The component
 * Sentence renders them as elements. Invisible characters are removed; earlier versions stored some.
 */
export function isolated(name: string): string {
  return `\u2068${cleanLine(name)}\u2069`;
}
