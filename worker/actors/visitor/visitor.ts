/**
 * The Durable Object of one visitor, named `account:vis_…`. It owns the visitor's credential and knows which
 * conversation is open in each campaign, so that one judge enforces "at most one". It knows nothing of the messages'
 * content.
 */
import * as bucket from '#domain/base/bucket';
import { capsOf, hour, type Caps } from '#domain/base/caps';
import { begun } from '#domain/conversation/beginning';
import {
  cleanName,
  isRefusal,
  refuse,
  type Draft,
  type Party,
  type Refusal,
  type StartConversation,
  type Started,
  type VisitorSession,
} from '#protocol';
import { Alarm } from '../../runtime/alarm.ts';
import { durableHost } from '../../runtime/durable-host.ts';
import type { Host } from '../../runtime/host.ts';
import { begin, open } from '../../runtime/migrate.ts';
import type { Registers } from '../../runtime/registers.ts';
import type { MessageCommand } from '../contracts/conversation.ts';
import type {
  CampaignSnapshot,
  Circumstances,
  Resumed,
  VisitorActor,
  VisitorNote,
  VisitorPrincipal,
} from '../contracts/visitor.ts';
import { hashSecret, newSecret } from '../credentials.ts';
import type { Env } from '../env.ts';
import { Sender } from '../files/sender.ts';
import { Uploads } from '../files/uploads.ts';
import { networkWait } from '../limits.ts';
import { conversationStub, handedOn } from '../stubs.ts';
import { Conversations } from './conversations.ts';
import { end, prove, replace, selfOf } from './identity.ts';
import { migrations, type Row, type Self, type VisitorRegisters } from './storage.ts';

/** The conversation and seq of a command. */
interface Found extends Started {
  readonly same: boolean;
}

/** By which a repeated message is recognised. */
interface Content {
  readonly text: string;
  readonly files: readonly string[] | undefined;
}

/** The pace at which a visitor may post messages by HTTP, apart from commands on sockets. */
const messagesPerSecond = 1;
/** The most conversations that a session lists. */
const listed = 50;
/** How many conversations are asked at once to close their sockets, and when the rest is retried, in milliseconds. */
const closedAtOnce = 16;
const closeAgain = 5_000;
/** A visitor who finds the queue full retries after this time, in milliseconds. */
const fullFor = 20_000;

export class Visitor extends Sender implements VisitorActor {
  readonly #host: Host;
  /** Undefined for an invented name: nothing is stored under it. */
  #registers: Registers<VisitorRegisters> | undefined;
  readonly #conversations: Conversations;
  readonly #caps: Caps;
  /** Undefined as long as nothing is stored. */
  #alarm: Alarm | undefined;
  #uploads: Uploads | undefined;
  /** Lost on hibernation, in the visitor's favour. */
  #pace: bucket.Bucket;
  /** Messages are judged one after the other: two at once must not open two conversations. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#host = durableHost(ctx);
    this.#registers = open(ctx.storage.sql, migrations);
    this.#conversations = new Conversations(ctx.storage.sql);
    this.#caps = capsOf(env);
    if (this.#registers) this.#wake();
    this.#pace = bucket.fill(this.#caps.messagesAtOnce, Date.now());
  }

  /** Makes the visitor. The secret is returned only here. */
  async open(account: string, id: string, site: string): Promise<{ secret: string }> {
    const secret = newSecret();
    const hash = await hashSecret(secret);
    this.#registers ??= begin(this.ctx.storage.sql, migrations);
    this.#registers.set('self', { account, id, site, hash, at: Date.now() });
    if (!this.#alarm) this.#wake();
    return { secret };
  }

  async authenticate(secret: string): Promise<VisitorPrincipal | Refusal> {
    return prove(this.#registers, await hashSecret(secret), Date.now());
  }

  /**
   * The session of a visitor who returns to a site, or to any site if none is named. It has a new secret if the
   * presented one is due for replacement.
   */
  async resume(secret: string, site: string | undefined): Promise<Resumed | Refusal> {
    const fresh = newSecret();
    const [hash, freshHash] = await Promise.all([hashSecret(secret), hashSecret(fresh)]);
    const now = Date.now();
    const visitor = prove(this.#registers, hash, now);
    if (isRefusal(visitor)) return visitor;
    if (site !== undefined && site !== visitor.site) return refuse('signed_out');
    const session = this.session();
    if (isRefusal(session)) return session;
    const replaced = replace(this.#registers, hash, freshHash, now);
    return { session, site: visitor.site, ...(replaced && { secret: fresh }) };
  }

  /**
   * Ends the visitor: none of their credentials is accepted any more, and their sockets are closed. A repeat with the
   * same secret finishes what a failure left undone; a secret that is not theirs does nothing.
   */
  async end(secret: string, site: string): Promise<void> {
    if (!end(this.#registers, await hashSecret(secret), site, Date.now())) return;
    // Set before the calls: a crash in between loses none of them.
    this.#registers?.set('closeAgainAt', Date.now() + closeAgain);
    this.#alarm?.arm();
    await this.#closeSockets();
  }

  override async alarm(): Promise<void> {
    await this.#alarm?.fire();
  }

  /** From here on the visitor has work that an alarm takes up. */
  #wake(): void {
    const uploads = new Uploads(this.#host, {
      bucket: this.env.FILES,
      account: () => this.#sendingFor(),
      ofDay: { files: this.#caps.filesPerVisitor, bytes: this.#caps.fileBytesPerVisitor },
      holds: async (conversation, command) => {
        const { account, id } = this.#registers?.get('self') ?? { account: '', id: '' };
        return conversationStub(this.env, account, conversation).holds({ kind: 'visitor', id }, command);
      },
      isKept: () => false,
      changed: () => this.#alarm?.arm(),
    });
    const closing = {
      name: 'sockets',
      next: () => this.#registers?.get('closeAgainAt') ?? null,
      run: () => this.#closeSockets(),
    };
    this.#uploads = uploads;
    this.#alarm = new Alarm(this.#host, [closing, uploads]);
  }

  protected override uploads(): Uploads | undefined {
    return this.#uploads;
  }

  /** The account, if the visitor may send files for it. */
  #sendingFor(): string | Refusal {
    const self = this.#self();
    if (!self) return refuse('signed_out');
    return this.#registers?.get('blocked') ? refuse('blocked') : self.account;
  }

  /** Closes the sockets of every conversation of the visitor, because each may be open on a screen. */
  async #closeSockets(): Promise<void> {
    const { account } = this.#registers?.get('self') ?? { account: '' };
    const ids = this.#conversations.ids();
    for (let done = 0; done < ids.length; done += closedAtOnce) {
      const some = ids.slice(done, done + closedAtOnce);
      await Promise.all(some.map((id) => conversationStub(this.env, account, id).visitorLeft()));
    }
    this.#registers?.delete('closeAgainAt');
    this.#alarm?.settle();
  }

  session(): VisitorSession | Refusal {
    const self = this.#self();
    if (!self) return refuse('signed_out');
    const conversations = this.#conversations.list(listed).map(({ id, campaign, started_at, open }) => ({
      id,
      campaign,
      startedAt: started_at,
      open: open === 1,
    }));
    const contact = this.#registers?.get('contact') ?? {};
    return { visitor: self.id, contact, blocked: this.#registers?.get('blocked') ?? false, conversations };
  }

  /** True if the conversation is this visitor's. */
  owns(conversation: string): boolean {
    return this.#self() !== undefined && this.#conversations.has(conversation);
  }

  /** Sends a message to the campaign's open conversation, or to a new one. An id names the same message for ever. */
  async message(
    secret: string,
    input: StartConversation,
    campaign: CampaignSnapshot,
    circumstances: Circumstances = {},
  ): Promise<Started | Refusal> {
    const visitor = await this.authenticate(secret);
    if (isRefusal(visitor)) return visitor;
    if (visitor.site !== input.site) return refuse('signed_out');
    const taken = bucket.take(this.#pace, messagesPerSecond, this.#caps.messagesAtOnce, Date.now());
    this.#pace = taken.bucket;
    if (taken.wait > 0) return refuse('slow_down', { retryAfter: taken.wait });
    const turn = this.#turn.then(() => this.#message(input, campaign, circumstances));
    this.#turn = turn.catch(() => undefined);
    return handedOn(await turn);
  }

  /** A conversation has changed in a way that concerns its visitor. */
  conversationNoted(note: VisitorNote): void {
    if (!this.#self()) return;
    if (!note.open) this.#conversations.close(note.conversation);
    if (note.ids) this.#conversations.keepRange(note.conversation, note.ids);
    if (note.blocked) this.#registers?.set('blocked', true);
    if (note.contact.name !== undefined || note.contact.email !== undefined) {
      this.#registers?.set('contact', { ...this.#registers?.get('contact'), ...note.contact });
    }
  }

  async #message(
    input: StartConversation,
    campaign: CampaignSnapshot,
    circumstances: Circumstances,
  ): Promise<Started | Refusal> {
    const self = this.#self();
    if (!self) return refuse('signed_out');
    const by: Party = { kind: 'visitor', id: self.id };
    const { id, text, prev, sentTo, files } = input;
    const message = { t: 'message.send', id, text, prev, ...(files && { files }) } as const;
    const latest = this.#conversations.latest(campaign.id);
    const earlier = await this.#recall(id, latest?.id, { text, files });
    if (earlier) {
      const { conversation, seq, same } = earlier;
      return same ? { conversation, seq } : refuse('id_reused');
    }
    if (sentTo !== undefined && sentTo !== latest?.id && this.owns(sentTo)) {
      // This conversation received the message and may still be open: it belongs to another campaign.
      const sent = await this.#send(sentTo, by, message);
      if (!isRefusal(sent)) return sent;
    }
    if (latest) {
      // The conversation judges, open or not: it may have accepted this very message before it was closed.
      const sent = await this.#send(latest.id, by, message);
      if (!isRefusal(sent)) return sent;
      const goOn = sent.refused === 'conversation_closed' || sent.refused === 'not_found';
      if (!goOn) return sent;
      if (sent.refused === 'conversation_closed') this.#conversations.close(latest.id);
    }
    if (this.#registers?.get('blocked')) return refuse('blocked');
    if (prev !== undefined && !(await this.#recall(prev))) return refuse('out_of_order');
    // No conversation begins with a message that it would refuse.
    const unsent = this.#uploads?.whyNot(files ?? []);
    if (unsent) return unsent;
    // A conversation that was stored and never began is begun now, with the same id; it is already counted.
    if (latest?.open === 1 && this.#conversations.latest(campaign.id)?.open === 1)
      return this.#start(latest, by, message, input, campaign);
    const tooMany = await this.#tooMany(circumstances);
    if (tooMany) return tooMany;
    // During the await an agent may have blocked the visitor, or the visitor signed out.
    if (this.#registers?.get('blocked')) return refuse('blocked');
    if (!this.#self()) return refuse('signed_out');
    const row = this.#conversations.add(campaign.id, Date.now());
    return this.#start(row, by, message, input, campaign);
  }

  /** Sends a message to a conversation. The message before it may be in another one (MSG-5). */
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
  async #recall(id: string, except = '', as?: Content): Promise<Found | undefined> {
    const { account, id: visitor } = this.#self() ?? { account: '', id: '' };
    for (const conversation of this.#conversations.mayContain(id, except)) {
      const stub = conversationStub(this.env, account, conversation);
      const recalled = await stub.recall({ kind: 'visitor', id: visitor }, id, as?.text, as?.files);
      if (recalled?.ids) this.#conversations.keepRange(conversation, recalled.ids);
      if (recalled?.found) return { conversation, ...recalled.found };
    }
    return undefined;
  }

  async #start(
    row: Row,
    by: Party,
    message: MessageCommand,
    input: StartConversation,
    campaign: CampaignSnapshot,
  ): Promise<Started | Refusal> {
    const { account } = this.#self() ?? { account: '' };
    const contact = this.#contact(input.contact);
    const { id, name, ...settings } = campaign;
    const started: Draft = {
      kind: 'conversation.started',
      by,
      campaign: { id, name },
      site: input.site,
      ...(input.page && { page: input.page }),
      contact,
      ordinal: row.ordinal,
      ...(input.later && { type: 'nrt' as const }),
    };
    const first = { kind: 'message.sent' as const, by, id: message.id, text: message.text };
    const birth = { account, id: row.id, settings, entries: begun(started, settings, first) };
    return conversationStub(this.env, account, row.id).start(birth, by, message);
  }

  /** Refuses a new conversation beyond the caps. Nothing is counted unless all of them permit it. */
  async #tooMany({ queueFull = false, networks = [] }: Circumstances): Promise<Refusal | undefined> {
    const oldest = this.#conversations.startOf(this.#caps.conversationsPerVisitor - 1);
    const wait = oldest === undefined ? 0 : oldest + hour - Date.now();
    if (wait > 0) return refuse('too_many_chats', { retryAfter: Math.min(wait, hour) });
    if (queueFull) return refuse('queue_full', { retryAfter: fullFor });
    if (networks.length === 0) return undefined;
    const { account } = this.#self() ?? { account: '' };
    const retryAfter = await networkWait(this.env, 'newConversations', networks, account);
    return retryAfter > 0 ? refuse('too_many_chats', { retryAfter }) : undefined;
  }

  #contact(given: StartConversation['contact']): { name?: string; email?: string } {
    const name = given?.name === undefined ? undefined : cleanName(given.name);
    const said = { ...(name && { name }), ...(given?.email && { email: given.email }) };
    const contact = { ...this.#registers?.get('contact'), ...said };
    if (Object.keys(said).length > 0) this.#registers?.set('contact', contact);
    return contact;
  }

  #self(): Self | undefined {
    return selfOf(this.#registers);
  }
}
