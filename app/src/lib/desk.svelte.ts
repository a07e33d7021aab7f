/** All that a signed-in tab holds live: the agent's own line, the floor, open conversations, and the call for attention. */
import { createContext } from 'svelte';
import type { Me, Refusal, Refused } from '#protocol';
import { isRefusal } from '#protocol';
import { m } from '#words/app';
import { AgentLive } from './agent.svelte.ts';
import { ask } from './api.ts';
import { Attention } from './attention/attention.svelte.ts';
import { newsOf } from './attention/news.ts';
import { isolated } from './chat/names.ts';
import { Conversations } from './conversations.svelte.ts';
import { FloorLive } from './floor.svelte.ts';
import { refusalWords } from './refusal-words.ts';
import { group, mergeRows, type Row } from './roster.ts';
import { statusNews } from './status.ts';
import { toasts } from './ui/toasts.svelte.ts';

export class Desk {
  readonly me: Me;
  readonly agent: AgentLive;
  readonly floor: FloorLive;
  readonly conversations: Conversations;
  readonly attention = new Attention();
  /** The conversations that are being taken just now. */
  taking = $state.raw<ReadonlySet<string>>(new Set());
  /** By itself, so that a signal such as typing does not make all lists anew. */
  readonly #openState = $derived.by(() => this.conversations.open?.view.state ?? null);
  readonly rows: ReadonlyMap<string, Row> = $derived.by(() =>
    // Conversations are closed to whoever is offline (F19).
    this.agent.status === 'offline'
      ? new Map<string, Row>()
      : mergeRows(this.floor.rows, this.agent.summaries, this.#openState, this.conversations.seen),
  );
  readonly groups = $derived.by(() => group(this.rows.values(), this.me.id));
  readonly ready = $derived.by(() => this.agent.ready && this.floor.ready);

  constructor(me: Me) {
    this.me = me;
    const onRefused = (refused: Refused) => toasts.show(sentence(refused), 'error');
    this.agent = new AgentLive(me.status, {
      refused: onRefused,
      status: (before, now) => {
        const text = statusNews(before, now);
        if (text !== null) toasts.show(text);
        if (now.status === 'offline') this.conversations.suspend();
        else if (before === 'offline') this.conversations.resume();
      },
    });
    this.floor = new FloorLive();
    this.conversations = new Conversations(me, onRefused);
    this.attention.start();
  }

  end(): void {
    this.agent.end();
    this.floor.end();
    this.conversations.end();
    this.attention.end();
  }

  /** To be called whenever the rows have changed. */
  notice(): void {
    if (this.ready)
      this.attention.notice(newsOf(this.rows.values(), this.me.id), this.conversations.open?.id ?? null);
  }

  /** Makes the agent the owner; says why where that failed. True where it is theirs now. */
  async take(id: string): Promise<boolean> {
    if (this.taking.has(id)) return false;
    this.taking = new Set([...this.taking, id]);
    const answer = await ask<{ conversation: string }>('POST', `/api/conversations/${id}/take`);
    this.taking = new Set([...this.taking].filter((other) => other !== id));
    if (!isRefusal(answer)) return true;
    if (answer.refused !== 'signed_out') toasts.show(takeRefused(answer), 'error');
    return false;
  }
}

function takeRefused(refusal: Refusal): string {
  return refusal.refused === 'already_taken' && refusal.by
    ? m.desk_took_first({ name: isolated(refusal.by.name) })
    : refusalWords(refusal);
}

function sentence(refused: Refused): string {
  if (refused.code === 'bad_request' && refused.field === 'status') return m.status_not_here();
  if (refused.code === 'not_owner' && refused.by) return m.desk_owned_by({ name: isolated(refused.by.name) });
  return refusalWords(refused);
}

export const [getDesk, setDesk, hasDesk] = createContext<Desk>();
