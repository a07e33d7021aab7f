/** What people are called on a screen. */
import type { Party } from '#protocol';

/** A visitor's name, or one made of the id, which is the same everywhere. */
export function visitorName(visitor: { readonly id: string; readonly name?: string | undefined }): string {
  return visitor.name || `Visitor ${visitor.id.slice(-4).toUpperCase()}`;
}

/** Who did something, as seen by `me`; an agent who is nobody of the two has their own name. */
export function partyName(by: Party, me: string | null, visitor: string): string {
  if (by.kind === 'visitor') return visitor;
  if (by.kind === 'system') return 'Parley';
  return by.id === me ? 'You' : by.name;
}
