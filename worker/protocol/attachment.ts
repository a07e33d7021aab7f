/** What a conversation's socket is. It outlives an actor's memory and even a deploy, so it is checked when it is read. */
import * as v from 'valibot';
import { Role } from './parties.ts';

const common = {
  id: v.string(),
  /** It has said hello, and follows. */
  hello: v.boolean(),
  /** When it was accepted. */
  at: v.number(),
};

export const Attachment = v.variant('side', [
  v.object({ side: v.literal('visitor'), ...common }),
  v.object({
    side: v.literal('agent'),
    ...common,
    name: v.string(),
    roles: v.array(Role),
    session: v.string(),
  }),
]);
export type Attachment = v.InferOutput<typeof Attachment>;
