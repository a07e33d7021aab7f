/** One conversation that is open on this screen: its view, and the agent's commands. */
import { ConversationClient } from '#client/conversation';
import type { ConversationView } from '#client/conversation-view';
import { platform } from '#client/environment';
import type { Outgoing } from '#client/attachments';
import { carriedOutbox, type Pending } from '#client/outbox';
import { seesAll } from '#domain/floor/sight';
import { noMarks } from '#domain/conversation/marks';
import {
  check,
  ConversationId,
  conversationRoutes,
  isRefusal,
  pathOf,
  type CommandFrame,
  type Me,
  type Mention,
  type Refused,
  type SuccessCode,
} from '#protocol';
import { keep, kept } from '../kept.ts';
import { session } from '../people/session.svelte.ts';
import { socketUrl } from '../socket.ts';

/** The typing sign expires after six seconds on the other side; it is repeated well before. */
const typingEvery = 2_500;

const nothing: ConversationView = {
  connection: 'connecting',
  nextTryAt: null,
  crowded: false,
  state: null,
  entries: [],
  from: 0,
  cursor: 0,
  caughtUp: false,
  marks: noMarks,
  present: false,
  typing: null,
  preview: '',
  waiting: null,
  codes: null,
  pending: [],
  loadingOlder: false,
};

const storage = {
  load: (key: string) => Promise.resolve(kept(key)),
  save: (key: string, value: string | null) => Promise.resolve(keep(key, value)),
};

export interface LiveOptions {
  readonly id: string;
  readonly me: Me;
  /** The view of this tab from an earlier time; shown until the server has answered. */
  readonly before: ConversationView | undefined;
  /** A command other than a message or an edit was refused. */
  onRefused(refused: Refused): void;
  onChange(live: LiveConversation): void;
  onSeen(live: LiveConversation): void;
}

export class LiveConversation {
  readonly id: string;
  view = $state.raw<ConversationView>(nothing);
  /** This agent has no access to such a conversation, or there is none. */
  missing = $state(false);
  /** The visitor's messages after this seq arrived while the log was not visible. */
  unreadAfter = $state<number | null>(null);
  /** Why the server did not end the chat with the chosen codes. */
  endRefused = $state.raw<Refused | null>(null);
  /** Set by the log: its end is visible. */
  looked = false;
  /** The last seq that the agent has seen while they owned the chat. */
  seen = 0;
  readonly #me: string;
  readonly #onSeen: (live: LiveConversation) => void;
  readonly #client: ConversationClient;
  #typingAt = 0;
  #opened = false;

  constructor({ id, me, before, onRefused, onChange, onSeen }: LiveOptions) {
    this.id = id;
    this.#me = me.id;
    this.#onSeen = onSeen;
    if (before) this.view = { ...before, connection: 'connecting', typing: null, preview: '' };
    const outbox = carriedOutbox(storage, `parley.unsent.${me.id}.${id}`);
    this.#client = new ConversationClient({
      env: platform(),
      side: 'agent',
      me: me.id,
      outbox,
      originals: seesAll(me),
      url: () => socketUrl(pathOf(conversationRoutes.follow, { id })),
      protocols: () => [],
      onDoubt: () => session.holds(),
      onEntries: () => this.#arrived(),
      onRefused: (pending: Pending, refused) => {
        // Typed text stays visible, to be sent again or discarded.
        if (isTyped(pending)) return false;
        outbox.drop(pending.id);
        if (pending.frame.t === 'conversation.close' && refused.field === 'codes') this.endRefused = refused;
        else onRefused(refused);
        return true;
      },
      onChange: (view) => {
        this.#take(view);
        onChange(this);
      },
    });
    if (isRefusal(check(ConversationId, id))) this.missing = true;
    else void this.#client.start();
  }

  get mine(): boolean {
    return this.view.state?.phase === 'active' && this.view.state.owner?.id === this.#me;
  }

  /** There are unanswered messages that may still be sent. */
  get unsent(): boolean {
    return this.view.pending.some((pending) => !pending.refused);
  }

  end(): void {
    this.typing(false);
    this.#client.end();
  }

  /** `quote` is the seq of the message that this one answers; `canned` are the responses that it was made from. */
  send(
    text: string,
    { quote, canned = [] }: { readonly quote?: number | undefined; readonly canned?: string[] } = {},
  ): void {
    this.#typingAt = 0;
    this.unreadAfter = null;
    this.#client.command({
      ...{ t: 'message.send' as const, text },
      ...(quote !== undefined && { quote }),
      ...(canned.length > 0 && { canned }),
    });
  }

  /** Sends a message whose files are uploaded. Safe to repeat with the same id. */
  sendFiles({ id, at, text, quote, canned = [], files }: Outgoing): void {
    this.#typingAt = 0;
    this.unreadAfter = null;
    const frame = {
      ...{ t: 'message.send' as const, id, text },
      ...(quote !== undefined && { quote }),
      ...(canned.length > 0 && { canned: [...canned] }),
      ...(files.length > 0 && { files: files.map((file) => file.id) }),
    };
    this.#client.commands.submit({ id, at, frame, files });
  }

  /** Adds a private note. */
  note(text: string, mentions: readonly Mention[] = []): void {
    this.#client.command({ t: 'note.add', text, ...(mentions.length > 0 && { mentions: [...mentions] }) });
  }

  /** Replaces the text of an own message or note. Until the answer the edit is in `view.pending`. */
  edit(seq: number, text: string): void {
    this.#client.edit(seq, text);
  }

  /** Deletes a message or note. Until the answer the deletion is in `view.pending`. */
  delete(seq: number): void {
    this.#client.delete(seq);
  }

  /** Ends the chat, with its success codes and a closing note. */
  close(outcome: { readonly codes?: string[]; readonly note?: string } = {}): void {
    this.endRefused = null;
    this.#client.command({ t: 'conversation.close', ...outcome });
  }

  /** Moves a new chat to In progress. */
  move(): void {
    if (!this.moving) this.#client.command({ t: 'stage.set', stage: 'in_progress' });
  }

  /** Sets the success codes in place of those before. */
  setCodes(codes: string[]): void {
    this.#client.command({ t: 'codes.set', codes });
  }

  /** A choice of codes is not saved yet. */
  get codesPending(): boolean {
    return this.#unanswered('codes.set') !== undefined;
  }

  get moving(): boolean {
    return this.#unanswered('stage.set') !== undefined;
  }

  /** The success codes, as this user has chosen them last. */
  get codes(): readonly SuccessCode[] {
    const given = this.#unanswered('codes.set');
    if (!given) return this.view.state?.codes ?? [];
    return (this.view.codes?.list ?? []).filter(({ id }) => given.codes.includes(id));
  }

  #unanswered<T extends CommandFrame['t']>(t: T): Extract<CommandFrame, { t: T }> | undefined {
    const found = this.view.pending.findLast(({ frame, refused }) => frame.t === t && !refused);
    return found?.frame as Extract<CommandFrame, { t: T }> | undefined;
  }

  giveBack(): void {
    this.#client.command({ t: 'conversation.return' });
  }

  block(): void {
    this.#client.command({ t: 'visitor.block' });
  }

  retry(id: string): void {
    this.#client.commands.retry(id);
  }

  discard(id: string): void {
    this.#client.commands.discard(id);
  }

  older(): void {
    this.#client.older();
  }

  /** Sends the typing sign, repeated only once in a while. */
  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typingAt < typingEvery : this.#typingAt === 0) return;
    this.#typingAt = on ? now : 0;
    this.#client.typing(on);
  }

  /** The end of the log has become visible, or is no longer. */
  look(on: boolean): void {
    this.looked = on;
    if (on) this.#read();
  }

  #take(view: ConversationView): void {
    // Until the server has sent the head of the log, the earlier view is better than nothing.
    const known = view.state !== null && (view.entries.length > 0 || view.caughtUp);
    if (known) {
      this.view = view;
      if (!this.#opened) this.#open(view);
      if (this.looked) this.#read();
    } else {
      // Closed for good before any data arrived: the server has no such conversation.
      if (view.connection === 'ended' && session.phase === 'in') this.missing = true;
      const { connection, nextTryAt, pending } = view;
      this.view = { ...this.view, connection, nextTryAt, pending };
    }
  }

  #read(): void {
    if (!this.mine) return;
    this.#client.read();
    if (this.view.cursor === this.seen) return;
    this.seen = this.view.cursor;
    this.#onSeen(this);
  }

  #open({ marks }: ConversationView): void {
    this.#opened = true;
    if (this.mine && marks.agent.unread > 0) this.unreadAfter = marks.agent.read;
  }

  #arrived(): void {
    if (!this.#opened || this.looked || this.unreadAfter !== null) return;
    this.unreadAfter = this.view.cursor;
  }
}

/** A command with text that the agent has typed. */
function isTyped({ frame }: Pending): boolean {
  return frame.t === 'message.send' || frame.t === 'message.edit' || frame.t === 'note.add';
}
