/** The values of the variables of canned responses, in a chat (CAN-23). */
import { plainText } from '#domain/conversation/format';
import type { Variable } from '#domain/canned/variables';
import { cleanLine, type ConversationState } from '#protocol';

export type Values = Partial<Record<Variable, string>>;

/** `agent`: the name of the agent that visitors read. */
export function valuesOf(chat: ConversationState, agent: string): Values {
  const { visitor, page, campaign } = chat;
  return {
    visitor: literal(visitor.name ?? ''),
    agent: literal(agent),
    page: literal(page?.title ?? '') || cleanLine(page?.url ?? ''),
    campaign: literal(campaign.name),
  };
}

/** Names and titles come from strangers: they bring neither a format nor a variable into the agent's message. */
function literal(text: string): string {
  return cleanLine(plainText(cleanLine(text)).replace(/[{}]/g, ''));
}
