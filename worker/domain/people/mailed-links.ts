/** Links sent by mail: their purposes, how long they are valid, and how many at once. */
import { confirmationLife } from './emails.ts';

export type LinkKind = 'reset' | 'invitation' | 'confirmation';

/**
 * How long a link is valid, in milliseconds: half an hour if the user has requested it, a week if it is unexpected.
 */
export const linkLife: Readonly<Record<LinkKind, number>> = {
  reset: 30 * 60_000,
  invitation: confirmationLife,
  confirmation: confirmationLife,
};

/** How many links of a kind are valid at once. The limits permit no more mails within a link's life. */
export const maxLinks = 30;
