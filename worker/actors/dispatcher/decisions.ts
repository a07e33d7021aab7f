/** The routing log of a conversation, for a user who may read it. */
import { readersByMention } from '#domain/conversation/mentions';
import { seesAll } from '#domain/floor/sight';
import { refuse, type ConversationState, type DecisionsList, type Refusal } from '#protocol';
import type { Reader } from '../contracts/dispatcher.ts';
import type { Floor } from './floor.ts';
import type { Records } from './records.ts';
import type { Sight } from './sight.ts';

/** `state` asks the conversation itself, for one that has left the floor, and for the colleagues whom notes mention. */
export async function decisionsFor(
  reader: Reader,
  conversation: string,
  { floor, records, sight }: { floor: Floor; records: Records; sight: Sight },
  state: () => Promise<ConversationState | null>,
  now: number,
): Promise<DecisionsList | Refusal> {
  const row = floor.row(conversation);
  const reads = (seen: Pick<ConversationState, 'owner'> | undefined, mentioned: readonly string[] = []) =>
    seen && sight.mayRead(reader, { id: conversation, owner: seen.owner?.id ?? null, mentioned });
  if (!seesAll(reader) && !(row && reads(row))) {
    const found = (await state()) ?? undefined;
    if (!found || !reads(found, readersByMention(found, now))) return refuse('not_found');
  }
  const decisions = records.decisionsOf(conversation);
  const said = JSON.stringify(decisions);
  const named = floor.everybody().filter(({ id }) => said.includes(id));
  const names = named.map(({ id, name, fullName = name }) => [id, fullName]);
  return { decisions, names: Object.fromEntries(names) as Record<string, string> };
}
