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
  const found = await Promise.all(
    asked.map((conversation) =>
      conversationStub(env, account, conversation)
        .summary()
        .catch(() => undefined),
    ),
  );
  const over = new Set(
    asked.filter((_, at) => {
      const summary = found[at];
      // A conversation that does not answer now may be open still.
      return summary === null || summary?.state.phase === 'closed';
    }),
  );
  drafts.keepOnly((conversation) => !over.has(conversation));
  return found.flatMap((summary) => (summary?.state.owner?.id === id ? [summary] : []));
}
