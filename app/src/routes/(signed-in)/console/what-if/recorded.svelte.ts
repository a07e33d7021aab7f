/** The days of a campaign's last two weeks with enough chats to be simulated. */
import { recordedDay } from '#domain/routing/days';
import type { Arrival } from '#domain/routing/simulate';
import {
  conversationRoutes,
  isRefusal,
  type ConversationsPage,
  type ConversationState,
  type Refusal,
} from '#protocol';
import { ask } from '$lib/api.ts';
import { dayKey } from '$lib/chat/when.ts';

const weeks = 14 * 24 * 3_600_000;
/** The most pages of a hundred chats that are requested. */
const most = 30;
/** With fewer chats, the results would be chance alone. */
export const enough = 20;

export class Recorded {
  days = $state.raw<ReadonlyMap<string, readonly Arrival[]>>(new Map());
  loading = $state(false);
  loaded = $state('');

  async load(campaign: string, zone: string | undefined): Promise<void> {
    if (this.loaded === campaign || this.loading) return;
    this.loading = true;
    const states: ConversationState[] = [];
    let after: string | null = '';
    for (let page = 0; page < most && after !== null; page++) {
      const answer: ConversationsPage | Refusal = await ask(conversationRoutes.list, {
        query: { campaign, limit: 100, ...(after && { after }) },
      });
      if (isRefusal(answer)) break;
      states.push(...answer.conversations);
      const last = answer.conversations.at(-1);
      after = last && last.startedAt > Date.now() - weeks ? answer.next : null;
    }
    const byDay = Map.groupBy(states, ({ startedAt }) => dayKey(startedAt, zone));
    this.days = new Map(
      [...byDay]
        .map(([day, some]) => [day, recordedDay(some, 0, Infinity)] as const)
        .filter(([, arrivals]) => arrivals.length >= enough),
    );
    this.loading = false;
    this.loaded = campaign;
  }
}
