/** An agent's chats as their conversations summarise them now, for a tab that has just connected. */
import type { Summary } from '#protocol';
import type { Env } from '../env.ts';
import { conversationStub, dispatcherStub } from '../stubs.ts';
import type { Drafts } from './drafts.ts';

/** Asks the agent's conversations. Drops the drafts of chats that have ended; a colleague's chat keeps its draft until then. */
export async function currentSummaries(
  env: Env,
  { account, id }: { account: string; id: string },
  drafts: Drafts,
): Promise<Summary[]> {
  const own = await dispatcherStub(env, account).ownedBy(id);
  const asked = [...new Set([...own, ...Object.keys(drafts.all())])];
  const found = new Map(
    await Promise.all(
      asked.map(async (conversation) => {
        const summary = await conversationStub(env, account, conversation)
          .summary()
          .catch(() => null);
        return [conversation, summary] as const;
      }),
    ),
  );
  // A conversation that does not answer now may be open still.
  drafts.keepOnly((conversation) => found.get(conversation)?.state.phase !== 'closed');
  return [...found.values()]
    .filter((summary) => summary !== null)
    .filter(({ state }) => state.owner?.id === id);
}
