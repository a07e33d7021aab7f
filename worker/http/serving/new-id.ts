/** Makes ids. The randomness is drawn here, because the domain takes it as an argument. */
import { makeId, type IdKind } from '#protocol';

export const newId = (kind: IdKind): string => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));
