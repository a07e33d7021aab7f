/** Links that go out by mail: what they are for, how long they hold, and how many at once. */
import { confirmationLife } from './emails.ts';

export type LinkKind = 'reset' | 'invitation' | 'confirmation';

/** How long a link holds, in milliseconds: half an hour where somebody waits for it, a week where nobody expects it. */
export const linkLife: Readonly<Record<LinkKind, number>> = {
  reset: 30 * 60_000,
  invitation: confirmationLife,
  confirmation: confirmationLife,
};

/** How many of a kind hold at once. The limits let no more mails out while one of them is good. */
export const maxLinks = 30;
