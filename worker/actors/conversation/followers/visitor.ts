/** Sends the visitor's record what it keeps of the conversation. */
import type { Followed, Work } from './following.ts';

export function visitor({ journal, targets }: Followed): Work {
  return {
    async push() {
      const { head, state } = journal;
      const { id, name, email, blocked } = state.visitor;
      const contact = { ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
      const open = state.phase !== 'closed';
      const ids = open ? null : journal.idsOf({ kind: 'visitor', id });
      const note = { visitor: id, conversation: state.id, open, blocked, contact, ...(ids && { ids }) };
      await targets.visitor(note);
      return head;
    },
  };
}
