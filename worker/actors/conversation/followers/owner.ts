/** Sends the agents who own the conversation, or owned it, a summary for their lists. */
import type { Followed, Work } from './following.ts';

export function owner({ journal, targets }: Followed): Work {
  return {
    async push() {
      const { head, state, marks, owners } = journal;
      // Previous owners have to be notified that they no longer own it.
      await Promise.all(
        [...owners].map((agent) => targets.owner(agent, { state, unread: marks.agent.unread })),
      );
      return head;
    },
  };
}
