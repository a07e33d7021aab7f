/** Sends the agents who own the conversation, or owned it, a summary for their lists. */
import { agentStub } from '../../stubs.ts';
import type { TellOwner } from '../owner-news.ts';
import type { Following } from './ends.ts';

export const owner: Following<TellOwner> = {
  end:
    ({ env, account }) =>
    async (agent, summary) =>
      agentStub(env, account, agent).summaryNoted(summary),
  follow: ({ journal }, tell) => ({
    async push() {
      const { head, state, marks, owners } = journal;
      // Previous owners have to be notified that they no longer own it.
      await Promise.all([...owners].map((agent) => tell(agent, { state, unread: marks.agent.unread })));
      return head;
    },
  }),
};
