/** Ids are made here, at the edge: the domain takes chance as an argument. */
import { makeId, type IdKind } from '#protocol';

export const newId = (kind: IdKind): string => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));
