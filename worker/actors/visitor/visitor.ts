/**
 * The Durable Object of one visitor, named `account:vis_…`. It owns the visitor's credential and knows which conversation is open
 * in each campaign, so that "at most one" has one judge. It knows nothing of what is said.
 */
import { bucket, type Command, type Principal } from '#domain';
import {
  cleanName,
  isRefusal,
  makeId,
  refuse,
  type Draft,
  type Party,
  type Refusal,
  type StartConversation,
  type Started,
  type VisitorSession,
} from '#protocol';
import { DurableObject } from 'cloudflare:workers';
import type { IdRange, VisitorNote } from '../conversation/targets.ts';
import { hashSecret, newSecret, sameHash } from '../credentials.ts';
import type { Env } from '../env.ts';
import { all, first } from '../host.ts';
import { begin, open } from '../migrate.ts';
import type { Registers } from '../registers.ts';
import { conversationStub, handedOn } from '../stubs.ts';

const migrations = [
  `CREATE TABLE conversations (
    ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL, campaign TEXT NOT NULL, started_at INTEGER NOT NULL, open INTEGER NOT NULL
  )`,
  // The ranges of the visitor's command ids in ended conversations. A conversation without a range has to be queried.
  `CREATE TABLE IF NOT EXISTS id_ranges (
    conversation TEXT PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL
  ) WITHOUT ROWID`,
];

type VisitorRegisters = {
  self: { account: string; id: string; site: string; hash: string };
  contact: { name?: string; email?: string };
  blocked: boolean;
};

interface Row {
  ordinal: number;
  id: string;
  campaign: string;
  started_at: number;
  open: number;
}

/** The campaign that a message is for, as far as its conversation has to know it. */
export interface CampaignSnapshot {
  readonly id: string;
  readonly name: string;
  readonly idleMinutes: number;
  readonly sneakPreview: boolean;
  readonly forwardAfter?: number | null;
}

type MessageCommand = Extract<Command, { t: 'message.send' }>;

/** The conversation and seq of a command. */
interface Found extends Started {
  readonly same: boolean;
}

/** What a visitor may post, beside the commands of their sockets. */
const messagesPerSecond = 1;
const messagesAtOnce = 60;
/** How many conversations a session lists. */
const listed = 50;

export class Visitor extends DurableObject<Env> {
  /** Undefined for a name that somebody made up: nothing is stored under it. */
  #registers: Registers<VisitorRegisters> | undefined;
  /** Lost on hibernation, to the visitor's favour. */
  #pace = bucket.fill(messagesAtOnce, Date.now());
  /** Messages are judged one after the other: two at once must not open two conversations. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#registers = open(ctx.storage.sql, migrations);
  }

  /** Makes the visitor. The secret is told once. */
  async open(account: string, id: string, site: string): Promise<{ secret: string }> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    this.#registers ??= begin(this.ctx.storage.sql, migrations);
    this.#registers.set('self', { account, id, site, hash });
    return { secret };
  }

  async authenticate(secret: string): Promise<Extract<Principal, { kind: 'visitor' }> | Refusal> {
    const self = this.#self();
    if (!self || !sameHash(self.hash, await hashSecret(secret))) return refuse('signed_out');
    return { kind: 'visitor', account: self.account, id: self.id, site: self.site };
  }

  session(): VisitorSession | Refusal {
    const self = this.#self();
    if (!self) return refuse('signed_out');
    const rows = all<Row>(
      this.ctx.storage.sql.exec('SELECT * FROM conversations ORDER BY ordinal DESC LIMIT ?', listed),
    );
    const conversations = rows.map(({ id, campaign, started_at, open }) => ({
      id,
      campaign,
      startedAt: started_at,
      open: open === 1,
    }));
    const contact = this.#registers?.get('contact') ?? {};
    return { visitor: self.id, contact, blocked: this.#registers?.get('blocked') ?? false, conversations };
  }

  /** Whether a conversation is this visitor's. */
  owns(conversation: string): boolean {
    if (!this.#self()) return false;
    return (
      first(this.ctx.storage.sql.exec('SELECT 1 FROM conversations WHERE id = ?', conversation)) !== undefined
    );
  }

  /** Sends a message to the campaign's open conversation, or to a new one. The same id is the same message for ever. */
  async message(
    secret: string,
    input: StartConversation,
    campaign: CampaignSnapshot,
  ): Promise<Started | Refusal> {
    const visitor = await this.authenticate(secret);
    if (isRefusal(visitor)) return visitor;
    if (visitor.site !== input.site) return refuse('signed_out');
    const taken = bucket.take(this.#pace, messagesPerSecond, messagesAtOnce, Date.now());
    this.#pace = taken.bucket;
    if (taken.wait > 0) return refuse('slow_down', { retryAfter: taken.wait });
    const turn = this.#turn.then(() => this.#message(input, campaign));
    this.#turn = turn.catch(() => undefined);
    return handedOn(await turn);
  }

  /** A conversation has changed in what concerns its visitor. */
  conversationNoted(note: VisitorNote): void {
    if (!this.#self()) return;
    if (!note.open) this.#close(note.conversation);
    if (note.ids) this.#keepRange(note.conversation, note.ids);
    if (note.blocked) this.#registers?.set('blocked', true);
    if (note.contact.name !== undefined || note.contact.email !== undefined) {
      this.#registers?.set('contact', { ...this.#registers?.get('contact'), ...note.contact });
    }
  }

  async #message(input: StartConversation, campaign: CampaignSnapshot): Promise<Started | Refusal> {
    const self = this.#self();
    if (!self) return refuse('signed_out');
    const by: Party = { kind: 'visitor', id: self.id };
    const { id, text, prev, sentTo } = input;
    const message = { t: 'message.send', id, text, prev } as const;
    const latest = this.#latest(campaign.id);
    const earlier = await this.#recall(id, latest?.id, text);
    if (earlier) {
      const { conversation, seq, same } = earlier;
      return same ? { conversation, seq } : refuse('id_reused');
    }
    if (sentTo !== undefined && sentTo !== latest?.id && this.owns(sentTo)) {
      // This conversation was given the message and may still be open: it belongs to another campaign.
      const sent = await this.#send(sentTo, by, message);
      if (!isRefusal(sent)) return sent;
    }
    if (latest) {
      // The conversation judges, open or not: it may have taken this very message before it was closed.
      const sent = await this.#send(latest.id, by, message);
      if (!isRefusal(sent)) return sent;
      const goOn = sent.refused === 'conversation_closed' || sent.refused === 'not_found';
      if (!goOn) return sent;
      if (sent.refused === 'conversation_closed') this.#close(latest.id);
    }
    if (this.#registers?.get('blocked')) return refuse('blocked');
    if (prev !== undefined && !(await this.#recall(prev))) return refuse('out_of_order');
    // One that was written down and never began is begun now, under the same id.
    const row =
      latest?.open === 1 && this.#latest(campaign.id)?.open === 1 ? latest : this.#newRow(campaign.id);
    return this.#start(row, by, message, input, campaign);
  }

  /** Sends a message to a conversation. The message before it may be in another one (V24). */
  async #send(conversation: string, by: Party, message: MessageCommand): Promise<Started | Refusal> {
    const stub = conversationStub(this.env, this.#self()?.account ?? '', conversation);
    const sent = await stub.send(by, message);
    const { prev, ...alone } = message;
    if (!isRefusal(sent) || sent.refused !== 'out_of_order' || prev === undefined) return sent;
    return (await this.#recall(prev, conversation)) ? stub.send(by, alone) : sent;
  }

  /**
   * Finds the conversation that has one of the visitor's commands, without one that was queried already. An ended
   * conversation whose range excludes the id cannot have it and is not queried. So a new message queries none: a
   * client's ids rise with its clock, whatever the clock shows.
   */
  async #recall(id: string, except = '', text?: string): Promise<Found | undefined> {
    const { account, id: visitor } = this.#self() ?? { account: '', id: '' };
    const query = `SELECT id FROM conversations LEFT JOIN id_ranges ON conversation = id
      WHERE id <> ? AND (conversation IS NULL OR (first <= ? AND last >= ?)) ORDER BY ordinal DESC`;
    for (const row of all<{ id: string }>(this.ctx.storage.sql.exec(query, except, id, id))) {
      const stub = conversationStub(this.env, account, row.id);
      const recalled = await stub.recall({ kind: 'visitor', id: visitor }, id, text);
      if (recalled?.ids) this.#keepRange(row.id, recalled.ids);
      if (recalled?.found) return { conversation: row.id, ...recalled.found };
    }
    return undefined;
  }

  #keepRange(conversation: string, { first: lowest, last }: IdRange): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO id_ranges (conversation, first, last) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[conversation, lowest, last],
    );
  }

  async #start(
    row: Row,
    by: Party,
    message: { t: 'message.send'; id: string; text: string },
    input: StartConversation,
    campaign: CampaignSnapshot,
  ): Promise<Started | Refusal> {
    const { account } = this.#self() ?? { account: '' };
    const contact = this.#contact(input.contact);
    const started: Draft = {
      kind: 'conversation.started',
      by,
      campaign: { id: campaign.id, name: campaign.name },
      site: input.site,
      ...(input.page && { page: input.page }),
      contact,
      ordinal: row.ordinal,
      ...(input.later && { type: 'nrt' as const }),
    };
    const birth = {
      account,
      id: row.id,
      settings: {
        idleMinutes: campaign.idleMinutes,
        sneakPreview: campaign.sneakPreview,
        forwardAfter: campaign.forwardAfter ?? null,
      },
      entries: [started, { kind: 'message.sent' as const, by, id: message.id, text: message.text }],
    };
    return conversationStub(this.env, account, row.id).start(birth, by, message);
  }

  #newRow(campaign: string): Row {
    const { sql } = this.ctx.storage;
    const ordinal =
      (first<{ last: number | null }>(sql.exec('SELECT max(ordinal) AS last FROM conversations'))?.last ??
        0) + 1;
    const id = makeId('conversation', crypto.getRandomValues(new Uint8Array(26)));
    const row = { ordinal, id, campaign, started_at: Date.now(), open: 1 };
    sql.exec(
      'INSERT INTO conversations (ordinal, id, campaign, started_at, open) VALUES (?, ?, ?, ?, 1)',
      ordinal,
      id,
      campaign,
      row.started_at,
    );
    return row;
  }

  #contact(given: StartConversation['contact']): { name?: string; email?: string } {
    const name = given?.name === undefined ? undefined : cleanName(given.name);
    const said = { ...(name && { name }), ...(given?.email && { email: given.email }) };
    const contact = { ...this.#registers?.get('contact'), ...said };
    if (Object.keys(said).length > 0) this.#registers?.set('contact', contact);
    return contact;
  }

  #latest(campaign: string): Row | undefined {
    const query = 'SELECT * FROM conversations WHERE campaign = ? ORDER BY ordinal DESC LIMIT 1';
    return first<Row>(this.ctx.storage.sql.exec(query, campaign));
  }

  #close(conversation: string): void {
    this.ctx.storage.sql.exec('UPDATE conversations SET open = 0 WHERE id = ? AND open = 1', conversation);
  }

  #self(): VisitorRegisters['self'] | undefined {
    return this.#registers?.get('self');
  }
}
