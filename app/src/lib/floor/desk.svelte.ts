/**
 * The live state of a signed-in tab: the agent's own socket, the floor, open conversations, and the call for
 * attention.
 */
import { seesAll } from '#domain/floor/sight';
import { spaceOf } from '#domain/routing/routing';
import {
  cannedRoutes,
  conversationRoutes,
  type ConversationType,
  type FloorRow,
  type HandedFrame,
  type Me,
  type Mentioned,
  type Offer,
  type OffersFrame,
  type Refusal,
  type Refused,
  type Status,
  isRefusal,
} from '#protocol';
import { m } from '#words/app';
import { createContext } from 'svelte';
import { online } from 'svelte/reactivity/window';
import { ask } from '../api.ts';
import { Attention } from '../attention/attention.svelte.ts';
import { mentionNews, newsOf } from '../attention/news.ts';
import { Forums } from '../canned/forums.svelte.ts';
import { Recent } from '../canned/recent.svelte.ts';
import { Conversations } from '../chat/conversations.svelte.ts';
import { handoverNews } from '../chat/handover.ts';
import { isolated, visitorName } from '../chat/names.ts';
import { AgentLive } from '../people/agent.svelte.ts';
import { colleagues } from '../people/colleagues.svelte.ts';
import { session } from '../people/session.svelte.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import { refusalWords } from '../words/refusals.ts';
import { statusNews } from '../words/statuses.ts';
import { FloorLive } from './floor.svelte.ts';
import { group, mergeRows, type Handing, type Row } from './roster.ts';

export class Desk {
  readonly me: Me;
  readonly agent: AgentLive;
  readonly floor: FloorLive;
  readonly conversations: Conversations;
  readonly forums = new Forums({
    list: () => ask(cannedRoutes.list),
    file: (forum) => ask(cannedRoutes.responses, { params: { forum } }),
    later: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    // A message has no least delay, as timers have.
    breathe: () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(null);
      }),
  });
  readonly recent: Recent;
  readonly attention = new Attention();
  /** The conversations with a pending take. */
  taking = $state.raw<ReadonlySet<string>>(new Set());
  /** A state of its own, so that a signal such as typing does not rebuild all lists. */
  readonly #openState = $derived.by(() => this.conversations.open?.view.state ?? null);
  readonly rows: ReadonlyMap<string, Row> = $derived.by(() =>
    // An offline agent has no conversations; a supervisor sees the floor all the same (F19).
    this.agent.status === 'offline' && !seesAll(this.me)
      ? new Map<string, Row>()
      : mergeRows(this.floor.rows, this.agent.summaries, this.#openState, this.conversations.seen),
  );
  /** The offers to this agent, the one that ends first at the top. */
  readonly offers: readonly Offer[] = $derived.by(() =>
    [...this.floor.offers.values()]
      .filter(({ agent }) => agent.id === this.me.id)
      .sort((a, b) => a.expiresAt - b.expiresAt),
  );
  readonly #handing: Handing = $derived.by(() => ({
    routed: this.floor.rules.assignment !== 'manual',
    offered: new Set(this.offers.map(({ conversation }) => conversation)),
    supervises: seesAll(this.me),
  }));
  readonly groups = $derived.by(() => group(this.rows.values(), this.me.id, this.#handing));
  readonly ready = $derived.by(() => this.agent.ready && this.floor.ready);
  /** The data on the screen is current. */
  readonly connected = $derived.by(() => this.agent.connection === 'open' && online.current !== false);
  /** Going offline or signing out returns the agent's chats to the queue, so it needs confirmation (F19). */
  readonly leaving: { by: 'offline' | 'sign_out'; asked: boolean } = $state({ by: 'offline', asked: false });

  /** The note that the agent wants to see, until its chat is on the screen. */
  sought = $state.raw<{ readonly conversation: string; readonly seq: number } | null>(null);

  readonly #toldOf = new Set<string>();
  readonly #show: (conversation: string) => void;

  /** `show` opens a chat on the screen. */
  constructor(me: Me, show: (conversation: string) => void) {
    this.me = me;
    this.#show = show;
    this.recent = new Recent(`parley.canned.${me.id}`);
    const onRefused = (refused: Refused) => toasts.show(sentence(refused), 'error');
    this.agent = new AgentLive(me, {
      refused: onRefused,
      mentioned: (mention) => this.#mentioned(mention),
      status: (before, now) => {
        const text = statusNews(before, now, this.floor.rules.missedLimit);
        const back = { label: m.roster_go_online(), run: () => this.choose('online') };
        if (text !== null) toasts.show(text, 'neutral', now.why === 'missed' ? back : undefined);
        if (now.status === 'offline') this.conversations.suspend();
        else if (before === 'offline') this.conversations.resume();
      },
    });
    this.floor = new FloorLive({
      offerOver: (over) => this.#offerOver(over),
      handed: (told) => this.#handed(told),
      stalled: (row) => this.#stalled(row),
    });
    this.floor.watchForums((change) => {
      if (change) this.forums.changed(change);
      else this.forums.reconnected();
    });
    this.conversations = new Conversations(me, this.agent.drafts, onRefused);
    this.attention.start();
  }

  end(): void {
    this.agent.end();
    this.floor.end();
    this.conversations.end();
    this.forums.end();
    this.attention.end();
  }

  /** Sets the status that the agent has chosen. */
  choose(status: Status): void {
    if (status === 'offline') this.#leave('offline');
    else this.#setStatus(status);
  }

  signOut(): void {
    this.#leave('sign_out');
  }

  #leave(by: 'offline' | 'sign_out'): void {
    this.leaving.by = by;
    if (this.groups.yours.length > 0) this.leaving.asked = true;
    else this.confirmLeaving();
  }

  /** Goes offline or signs out, once confirmed. */
  confirmLeaving(): void {
    if (this.leaving.by === 'offline') this.#setStatus('offline');
    else void this.#signOut();
  }

  async #signOut(): Promise<void> {
    const refusal = await session.signOut();
    if (refusal) toasts.show(refusalWords(refusal), 'error');
  }

  #setStatus(status: Status): void {
    if (!this.agent.setStatus(status)) toasts.show(m.menu_status_unchanged(), 'error');
  }

  /** The limit that this agent has reached for a type of chat; null if there is capacity for another. */
  fullOf(type: ConversationType): number | null {
    const known = this.floor.agents.get(this.me.id);
    return known && spaceOf(known, type) <= 0 ? known.limits[type] : null;
  }

  /** Must be called whenever the rows have changed. */
  notice(): void {
    if (this.ready)
      this.attention.notice(
        [...newsOf(this.rows.values(), this.me.id, this.#handing), ...mentionNews(this.agent.mentions)],
        this.conversations.open?.id ?? null,
      );
  }

  /**
   * Makes the agent the owner, by accepting the offer if there is one, and shows why that failed. Returns true if the
   * agent owns the chat now.
   */
  take(id: string): Promise<boolean> {
    const offer = this.offers.find(({ conversation }) => conversation === id);
    const params = { id };
    return this.#hand(id, () =>
      offer
        ? ask(conversationRoutes.accept, { params, body: { generation: offer.generation } })
        : ask(conversationRoutes.take, { params }),
    );
  }

  /** Declines an offer, or withdraws one that this agent made. */
  decline({ conversation, generation }: Offer): Promise<boolean> {
    return this.#hand(conversation, () =>
      ask(conversationRoutes.decline, { params: { id: conversation }, body: { generation } }),
    );
  }

  /** Transfers a conversation: an agent gets an offer, a queue gets the chat. */
  transfer(
    id: string,
    to: { kind: 'agent' | 'group' | 'campaign'; id: string },
    note: string,
  ): Promise<boolean> {
    const body = { to: { kind: to.kind, id: to.id }, ...(note && { note }) };
    return this.#hand(id, () => ask(conversationRoutes.transfer, { params: { id }, body }));
  }

  /** Assigns a conversation to an agent without an offer. */
  async assign(id: string, agent: string, note: string): Promise<boolean> {
    const body = { agent, ...(note && { note }) };
    const done = await this.#hand(id, () => ask(conversationRoutes.assign, { params: { id }, body }));
    const name = this.floor.agents.get(agent)?.name;
    // The notice about the change of owner covers a takeover.
    if (done && name && agent !== this.me.id) toasts.show(m.handed_done({ name: isolated(name) }));
    return done;
  }

  async #hand(id: string, request: () => Promise<object>): Promise<boolean> {
    if (this.taking.has(id)) return false;
    this.taking = new Set([...this.taking, id]);
    const answer = await request();
    this.taking = new Set([...this.taking].filter((other) => other !== id));
    if (!isRefusal(answer)) return true;
    if (answer.refused !== 'signed_out') toasts.show(takeRefused(answer), 'error');
    return false;
  }

  /** Shows a note that mentions the agent. */
  openMention({ conversation, seq }: Mentioned): void {
    this.sought = { conversation, seq };
    this.#show(conversation);
  }

  #mentioned(mention: Mentioned): void {
    if (mention.seen || (this.attention.looking && this.conversations.open?.id === mention.conversation))
      return;
    const name = isolated(colleagues.nameOf(mention.by));
    const open = { label: m.mention_open(), run: () => this.openMention(mention) };
    toasts.show(m.mention_of_you({ name, text: isolated(mention.text) }), 'neutral', open);
  }

  /** Notifies an agent who lost or got a chat. Each change of owner is shown once, though several sources report it. */
  #handed(told: HandedFrame): void {
    const key = `${told.conversation} ${told.handed.seq}`;
    if (this.#toldOf.has(key)) return;
    this.#toldOf.add(key);
    const news = handoverNews(told, this.me.id);
    if (!news) return;
    const open = { label: m.handed_open(), run: () => this.#show(told.conversation) };
    const elsewhere = this.conversations.open?.id !== told.conversation;
    toasts.show(news.text, news.lost ? 'error' : 'neutral', elsewhere && !news.lost ? open : undefined);
  }

  /** Alerts supervisors to a chat that no agent answers. */
  #stalled(row: FloorRow): void {
    if (!seesAll(this.me)) return;
    const text = m.handed_stalled({ visitor: isolated(visitorName(row.visitor)), count: row.passes ?? 0 });
    toasts.show(text, 'error', { label: m.handed_open(), run: () => this.#show(row.id) });
  }

  /** Reports the outcome of an offer that this agent made or missed. */
  #offerOver({ from, agent, outcome }: OffersFrame['over'][number]): void {
    if (agent.id === this.me.id && outcome === 'expired') toasts.show(m.offer_missed(), 'error');
    if (from?.id !== this.me.id || agent.id === this.me.id) return;
    const name = isolated(colleagues.nameOf(agent));
    if (outcome === 'accepted') toasts.show(m.transfer_accepted({ name }));
    if (outcome === 'declined') toasts.show(m.transfer_declined({ name }), 'error');
    if (outcome === 'expired') toasts.show(m.transfer_expired({ name }), 'error');
  }
}

function takeRefused(refusal: Refusal): string {
  const name = refusal.by && isolated(colleagues.nameOf(refusal.by));
  if (name && refusal.refused === 'already_taken') return m.desk_took_first({ name });
  if (name && refusal.refused === 'offered') return m.desk_offered_to({ name });
  if (name && refusal.refused === 'not_receiving') return m.desk_not_receiving({ name });
  if (name && refusal.refused === 'no_place') return m.desk_no_place({ name });
  return refusalWords(refusal);
}

function sentence(refused: Refused): string {
  if (refused.code === 'bad_request' && refused.field === 'status') return m.status_not_here();
  if (refused.code === 'not_owner' && refused.by)
    return m.desk_owned_by({ name: isolated(colleagues.nameOf(refused.by)) });
  return refusalWords(refused);
}

export const [getDesk, setDesk, hasDesk] = createContext<Desk>();
