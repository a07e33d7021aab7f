/** Sends the agents who own the conversation, or owned it, a summary for their lists. */
import type { Followed, Work } from './following.ts';

export function owner({ journal, targets }: Followed): Work {
  return {
    async push() {
      const { head, state, marks, owners } = journal;
      // Earlier owners have to learn that they are it no more.
      await Promise.all(
        [...owners].map((agent) => targets.owner(agent, { state, unread: marks.agent.unread })),
      );
      return head;
    },
  };
}
