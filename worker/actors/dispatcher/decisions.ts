/** The routing log of a conversation, for a user who may read it. */
import { seesAll } from '#domain/floor/sight';
import { refuse, type ConversationState, type DecisionsList, type Refusal } from '#protocol';
import type { Floor } from './floor.ts';
import type { Records } from './records.ts';
import type { Sight, Watcher } from './sight.ts';

/** `state` asks the conversation itself, for one that has left the floor. */
export async function decisionsFor(
  viewer: Pick<Watcher, 'id' | 'roles'>,
  conversation: string,
  { floor, records, sight }: { floor: Floor; records: Records; sight: Sight },
  state: () => Promise<Pick<ConversationState, 'owner'> | null>,
): Promise<DecisionsList | Refusal> {
  const found = seesAll(viewer) ? { owner: null } : (floor.row(conversation) ?? (await state()));
  const owner = found?.owner?.id ?? null;
  if (!found || !sight.mayRead(viewer, { id: conversation, owner })) return refuse('not_found');
  const decisions = records.decisionsOf(conversation);
  const said = JSON.stringify(decisions);
  const named = floor.everybody().filter(({ id }) => said.includes(id));
  const names = named.map(({ id, name, fullName = name }) => [id, fullName]);
  return { decisions, names: Object.fromEntries(names) as Record<string, string> };
}
