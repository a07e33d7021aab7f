/** The values of the variables of canned responses, in a chat (CAN-23). */
import { plainText } from '#domain/conversation/format';
import type { Values } from '#domain/canned/variables';
import { cleanLine, type ConversationState } from '#protocol';

/** `agent`: the name of the agent that visitors read. */
export function valuesOf(chat: ConversationState, agent: string): Values {
  const { visitor, page, campaign } = chat;
  return {
    visitor: literal(visitor.name ?? ''),
    agent: literal(agent),
    page: literal(page?.title ?? '') || addressOf(page?.url ?? ''),
    campaign: literal(campaign.name),
  };
}

/** Names and titles come from strangers: they bring neither a format nor a variable into the agent's message. */
function literal(text: string): string {
  let line = cleanLine(text).replace(/[{}]/g, '');
  // Marks that are taken off can leave others that are a format now.
  for (let plain = plainText(line); plain !== line; plain = plainText(line)) line = plain;
  return cleanLine(line);
}

/** An address stays the same one with its braces encoded. */
function addressOf(url: string): string {
  return cleanLine(url).replace(/[{}]/g, encodeURIComponent);
}
