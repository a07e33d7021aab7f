/** The conversations of this tab: the one on the screen, and those with unsent messages. */
import type { ConversationView } from '#client/conversation-view';
import type { Me, Refused } from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import { Inserted } from '../canned/inserted.ts';
import { keptKeys } from '../kept.ts';
import { filesWords } from '../words/files.ts';
import { ChatAttachments } from './attachments.svelte.ts';
import { ComposerTarget } from './composer-target.svelte.ts';
import { LiveConversation } from './conversation.svelte.ts';
import type { Drafts } from './drafts.svelte.ts';
import { NoteDraft } from './note-draft.svelte.ts';
import type { ScrollPosition } from './scroll.ts';

/** Earlier views that are stored, so that going back shows them at once. */
const remembered = 20;

export interface Unsent {
  readonly text: string;
  /** The server refused it, and it is sent again only by the agent; otherwise it is being sent. */
  readonly refused: boolean;
}

export interface Viewer {
  show(id: string | null): void;
  leave(): void;
}

export class Conversations {
  open = $state.raw<LiveConversation | null>(null);
  /** By conversation with unacknowledged messages: the last such text, and whether it was refused. */
  readonly unsent = new SvelteMap<string, Unsent>();
  /** The last seq seen here, by conversation. */
  readonly seen = new SvelteMap<string, number>();
  /** F49: the scroll position at which the agent left each log. */
  readonly scrollPositions = new Map<string, ScrollPosition>();
  readonly #notes = new Map<string, NoteDraft>();
  readonly #targets = new Map<string, ComposerTarget>();
  readonly #inserted = new Map<string, Inserted>();
  readonly attachments: ChatAttachments;
  #viewer: Viewer | null = null;
  readonly #held = new Map<string, LiveConversation>();
  readonly #before = new Map<string, ConversationView>();

  constructor(
    private readonly me: Me,
    private readonly drafts: Drafts,
    private readonly onRefused: (refused: Refused) => void,
  ) {
    this.attachments = new ChatAttachments(me.id, (id, message) => this.#hold(id).sendFiles(message));
    if (me.status !== 'offline') this.resume();
  }

  /** Sends the unsent messages of an earlier page, whether or not their conversations are opened again. */
  resume(): void {
    const prefix = `parley.unsent.${this.me.id}.`;
    for (const key of keptKeys(prefix)) this.#hold(key.slice(prefix.length));
  }

  /** An offline agent has no conversation open, and none of their earlier ones on the screen (F19). */
  suspend(): void {
    this.end();
    this.#before.clear();
  }

  /**
   * A viewer for a page that shows conversations. A closing page ends its conversation, unless the opening page has
   * already named it: the components of the opening page are created first, with the open conversation.
   */
  viewer(): Viewer {
    const viewer: Viewer = {
      show: (id) => {
        this.#viewer = viewer;
        this.#show(id);
      },
      leave: () => {
        queueMicrotask(() => {
          if (this.#viewer === viewer) this.#show(null);
        });
      },
    };
    return viewer;
  }

  #show(id: string | null): void {
    if (this.open?.id === id) return;
    const left = this.open;
    this.open = id === null ? null : this.#hold(id);
    if (!left) return;
    left.look(false);
    left.unreadAfter = null;
    this.#remember(left);
    if (!left.unsent) this.#drop(left);
  }

  /** The target of a conversation's composer. Like the draft, it stays while other conversations are open. */
  targetOf(id: string): ComposerTarget {
    const target = this.#targets.get(id) ?? new ComposerTarget();
    this.#targets.set(id, target);
    return target;
  }

  /** The canned responses of a conversation's draft. */
  insertedOf(id: string): Inserted {
    const inserted = this.#inserted.get(id) ?? new Inserted();
    this.#inserted.set(id, inserted);
    return inserted;
  }

  /** The unsent note of a conversation. */
  noteOf(id: string): NoteDraft {
    const note = this.#notes.get(id) ?? new NoteDraft(id, this.drafts);
    this.#notes.set(id, note);
    return note;
  }

  leave(id: string, scrollPosition: ScrollPosition | null): void {
    if (scrollPosition) this.scrollPositions.set(id, scrollPosition);
    else this.scrollPositions.delete(id);
  }

  end(): void {
    for (const live of this.#held.values()) live.end();
    this.#held.clear();
    this.open = null;
  }

  #hold(id: string): LiveConversation {
    const held = this.#held.get(id);
    if (held) return held;
    const live = new LiveConversation({
      id,
      me: this.me,
      before: this.#before.get(id),
      onRefused: this.onRefused,
      onChange: (changed) => this.#changed(changed),
      onSeen: ({ id, seen }) => this.seen.set(id, seen),
    });
    this.#held.set(id, live);
    return live;
  }

  #changed(live: LiveConversation): void {
    const unsent = live.view.pending.flatMap(({ frame, refused, files = [] }) =>
      frame.t === 'message.send'
        ? [{ text: frame.text || filesWords(files), refused: refused !== undefined }]
        : [],
    );
    const told = unsent.findLast(({ refused }) => refused) ?? unsent.at(-1);
    if (told) this.unsent.set(live.id, told);
    else this.unsent.delete(live.id);
    const caughtUp = live.view.caughtUp || live.view.connection === 'ended';
    if (live !== this.open && caughtUp && !live.unsent) this.#drop(live);
  }

  #drop(live: LiveConversation): void {
    live.end();
    this.#held.delete(live.id);
  }

  #remember({ id, view }: LiveConversation): void {
    if (!view.state) return;
    this.#before.delete(id);
    this.#before.set(id, view);
    for (const oldest of this.#before.keys()) {
      if (this.#before.size <= remembered) break;
      this.#before.delete(oldest);
    }
  }
}
