/**
 * The agent's unsent replies and notes: shown here at once, stored by the server after a pause in typing, and the same
 * on all devices (AGT-5, AGT-23…29). A text that the server lacks when the page closes stays in this browser.
 */
import type { Environment } from '#client/environment';
import * as bucket from '#domain/base/bucket';
import type { AgentClientFrame, AgentServerFrame, AgentWelcome, DraftOf } from '#protocol';
import { SvelteMap } from 'svelte/reactivity';
import * as rules from './draft.ts';
import { noDraft, type Content, type Draft, type StoredDraft } from './draft.ts';

/** A draft is sent to the server after this pause in typing; milliseconds. */
const pause = 600;
/** A draft that is typed without a pause is sent this often; milliseconds. */
const atLeastEvery = 5_000;
/** Below the server's pace of a tab (AGT-9), so that status and mentions have room. */
const savesPerSecond = 3;
const savesAtOnce = 10;

type Heard = Extract<AgentServerFrame, { t: 'draft' | 'note.draft' | 'draft.saved' | 'draft.conflict' }>;

export interface DraftsOptions {
  readonly env: Pick<Environment, 'now' | 'after'>;
  /** Returns false if there is no connection. */
  send(frame: AgentClientFrame): boolean;
  /** This browser's storage of texts that the server lacks. */
  readonly storage: {
    keys(): string[];
    load(key: string): string | null;
    save(key: string, value: string | null): void;
  };
}

export class Drafts {
  readonly #options: DraftsOptions;
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #timers = new Map<string, () => void>();
  /** The time of the first letter that has not been sent. */
  readonly #since = new Map<string, number>();
  /** The drafts in this browser's storage. */
  readonly #kept = new Set<string>();
  #pace: bucket.Bucket;
  /** From the welcome until the connection is lost. */
  #online = false;

  constructor(options: DraftsOptions) {
    this.#options = options;
    this.#pace = bucket.fill(savesAtOnce, options.env.now());
    for (const key of options.storage.keys()) {
      const draft = rules.parsed(options.storage.load(key));
      this.#kept.add(key);
      if (draft) this.#drafts.set(key, draft);
      else this.#settle(key);
    }
  }

  of(kind: DraftOf, conversation: string): Draft {
    return this.#of(keyOf(kind, conversation));
  }

  /** The draft that a list shows; of two, the reply. */
  shown(conversation: string): { readonly of: DraftOf; readonly text: string } | undefined {
    for (const of of ['reply', 'note'] as const) {
      const { text } = this.of(of, conversation).mine;
      if (text !== '') return { of, text };
    }
    return undefined;
  }

  /** The text of a composer; an empty one was sent, or deleted. */
  type(of: DraftOf, conversation: string, text: string, mentions: Content['mentions'] = []): void {
    const key = keyOf(of, conversation);
    this.#put(key, rules.typed(this.#of(key), { text, mentions }));
    this.#plan(key);
  }

  /** The agent chooses between the own text and that of another device. Returns the function that undoes it. */
  choose(of: DraftOf, conversation: string, choice: 'mine' | 'other'): () => void {
    const key = keyOf(of, conversation);
    const before = this.#of(key);
    this.#put(key, rules.chosen(before, choice));
    this.#plan(key, 0);
    return () => {
      this.#put(key, rules.unchosen(this.#of(key), before));
      this.#plan(key);
    };
  }

  take(frame: Heard): void {
    const { conversation } = frame;
    const key = keyOf(kindOf(frame), conversation);
    const draft = this.#of(key);
    if (frame.t === 'draft' && frame.ended) {
      this.#put(key, noDraft);
      this.#settle(key);
      return;
    }
    if (frame.t === 'draft.saved') this.#put(key, rules.saved(draft, frame.version));
    else if (frame.t === 'draft.conflict') this.#put(key, rules.refused(draft, rules.storedOf(frame)));
    else this.#put(key, rules.heard(draft, rules.storedOf(frame)));
    this.#plan(key);
  }

  /** A new socket, with all drafts of the server. Those that it lacks are sent. */
  welcome({ drafts, draftVersions = {}, noteDrafts = {} }: AgentWelcome): void {
    const stored = new Map<string, StoredDraft>();
    for (const [id, text] of Object.entries(drafts))
      stored.set(keyOf('reply', id), rules.storedOf({ text, version: draftVersions[id] }));
    for (const [id, note] of Object.entries(noteDrafts)) stored.set(keyOf('note', id), rules.storedOf(note));
    this.#online = true;
    for (const key of new Set([...this.#drafts.keys(), ...stored.keys()])) {
      this.#put(key, rules.welcomed(this.#of(key), stored.get(key) ?? noDraft.stored));
      this.#plan(key, 0);
    }
  }

  disconnected(): void {
    this.#online = false;
  }

  /** The server did not read the saves, because this tab has sent too much. */
  slowDown(wait: number): void {
    for (const [key, draft] of [...this.#drafts]) {
      if (!draft.sent) continue;
      this.#put(key, { ...draft, sent: null });
      this.#plan(key, wait);
    }
  }

  /** Sends all drafts at once, because the page is about to close, and keeps what has no answer yet. */
  flush(): void {
    for (const key of [...this.#drafts.keys()]) {
      this.#save(key);
      const draft = this.#of(key);
      if (draft.sent || !rules.isSaved(draft)) this.#keep(key);
    }
  }

  end(): void {
    this.flush();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #of(key: string): Draft {
    return this.#drafts.get(key) ?? noDraft;
  }

  #put(key: string, draft: Draft): void {
    if (rules.isNone(draft)) this.#drafts.delete(key);
    else this.#drafts.set(key, draft);
  }

  /** Saves a draft after a pause, if the server lacks it. A deletion does not wait: another device shows the text. */
  #plan(key: string, wait?: number): void {
    const draft = this.#of(key);
    this.#timers.get(key)?.();
    if (rules.isSaved(draft) && !draft.sent) {
      this.#settle(key);
      return;
    }
    const now = this.#options.env.now();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    const usual = draft.mine.text === '' ? 0 : pause;
    this.#after(key, Math.min(wait ?? usual, since + atLeastEvery - now));
  }

  #after(key: string, wait: number): void {
    if (wait <= 0) this.#save(key);
    else
      this.#timers.set(
        key,
        this.#options.env.after(wait, () => this.#save(key)),
      );
  }

  #save(key: string): void {
    const draft = this.#of(key);
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    this.#since.delete(key);
    // While a save has no answer, the next one waits for its version.
    if (draft.sent || rules.isSaved(draft)) return;
    if (!this.#online || !rules.isDue(draft)) {
      this.#keep(key);
      return;
    }
    const { bucket: pace, wait } = bucket.take(
      this.#pace,
      savesPerSecond,
      savesAtOnce,
      this.#options.env.now(),
    );
    this.#pace = pace;
    if (wait > 0) {
      this.#after(key, wait);
      return;
    }
    const sent = rules.storable(draft.mine);
    if (this.#options.send(frameOf(key, sent, draft.stored.version))) this.#put(key, { ...draft, sent });
    else this.#keep(key);
  }

  /** The server has the draft, or it is gone. */
  #settle(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    this.#since.delete(key);
    if (this.#kept.delete(key)) this.#options.storage.save(key, null);
  }

  #keep(key: string): void {
    this.#kept.add(key);
    this.#options.storage.save(key, JSON.stringify(this.#of(key)));
  }
}

const keyOf = (of: DraftOf, conversation: string) => `${of}.${conversation}`;

function kindOf(frame: Heard): DraftOf {
  if (frame.t === 'draft') return 'reply';
  return frame.t === 'note.draft' ? 'note' : frame.of;
}

function frameOf(key: string, { text, mentions }: Content, base: number): AgentClientFrame {
  const [of, conversation = ''] = key.split('.');
  if (of === 'reply') return { t: 'draft.save', conversation, text, base };
  const named = mentions.length > 0 && { mentions: [...mentions] };
  return { t: 'note.draft.save', conversation, text, ...named, base };
}
