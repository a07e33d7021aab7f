/** Sends the visitor's record what it keeps of the conversation. */
import type { VisitorNote } from '../../contracts/visitor.ts';
import { visitorStub } from '../../stubs.ts';
import type { Following } from './ends.ts';

export const visitor: Following<(note: VisitorNote) => Promise<void>> = {
  end:
    ({ env, account }) =>
    async (note) =>
      visitorStub(env, account, note.visitor).conversationNoted(note),
  follow: ({ journal }, tell) => ({
    async push() {
      const { head, state } = journal;
      const { id, name, email, blocked } = state.visitor;
      const contact = { ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
      const open = state.phase !== 'closed';
      const ids = open ? null : journal.idsOf({ kind: 'visitor', id });
      await tell({ visitor: id, conversation: state.id, open, blocked, contact, ...(ids && { ids }) });
      return head;
    },
  }),
};
