/** Current summaries of an agent's chats, requested from the conversations when a tab connects. */
import type { ConversationState, Summary } from '#protocol';
import type { Env } from '../env.ts';
import { conversationStub, dispatcherStub } from '../stubs.ts';
import type { Drafts } from './drafts.ts';

/** Queries the agent's conversations, and ends the drafts of ended chats; a chat of a colleague keeps its draft. */
export async function currentSummaries(
  env: Env,
  { account, id }: { account: string; id: string },
  drafts: Drafts,
): Promise<Summary[]> {
  const own = await dispatcherStub(env, account).ownedBy(id);
  const asked = [...new Set([...own, ...drafts.replies()])];
  const found = await Promise.all(
    asked.map((conversation) =>
      conversationStub(env, account, conversation)
        .summary()
        .catch(() => undefined),
    ),
  );
  // A conversation that does not answer may still be open, so its draft stays.
  const over = new Set(asked.filter((_, at) => found[at] !== undefined && isOver(found[at])));
  // Read again: a draft may have arrived meanwhile.
  for (const conversation of drafts.replies()) if (over.has(conversation)) drafts.ended(conversation);
  return found.flatMap((summary) => (summary?.state.owner?.id === id ? [summary] : []));
}

/** True if a chat has ended, or there is none: its reply will not be sent. */
export function isOver(summary: Summary | null): boolean {
  return summary === null || summary.state.phase === 'closed';
}

/** Conversations of which the latest head is known here. An eviction forgets them, and no call is late after one. */
const remembered = 500;

/** The order of an agent's summaries: calls can overtake each other, and an older one could have a deleted text. */
export class SummaryOrder {
  readonly #heads = new Map<string, number>();

  isLate({ id, head }: Pick<ConversationState, 'id' | 'head'>): boolean {
    if (head < (this.#heads.get(id) ?? 0)) return true;
    this.#heads.delete(id);
    this.#heads.set(id, head);
    const oldest = this.#heads.keys().next();
    if (this.#heads.size > remembered && !oldest.done) this.#heads.delete(oldest.value);
    return false;
  }
}
