/** The side that a party acts for. Messages, marks, unread counts, typing and bubbles are two-sided, and ask here. */
import type { Party } from '#protocol';

export const system: Party = { kind: 'system' };

/** A conversation has two sides: the visitor's, and that of all agents. */
export type Side = 'visitor' | 'agent';
export const sides = ['visitor', 'agent'] as const satisfies readonly Side[];

/**
 * A message of the system is nobody's: it counts for no side, is unread for none, and moves no mark. It is shown, and
 * it is the conversation's last message.
 */
const sideByKind: { readonly [K in Party['kind']]: Side | null } = {
  visitor: 'visitor',
  agent: 'agent',
  system: null,
};

/** The side of a party; null if nobody's. A kind of party that only a newer server knows is nobody's. */
export function sideOf({ kind }: Pick<Party, 'kind'>): Side | null {
  return sideByKind[kind] ?? null;
}

export function otherSide(side: Side): Side {
  return side === 'visitor' ? 'agent' : 'visitor';
}

/** A party's id; empty for the system. */
export function idOf(party: Party): string {
  switch (party.kind) {
    case 'visitor':
    case 'agent':
      return party.id;
    case 'system':
      return '';
  }
}
