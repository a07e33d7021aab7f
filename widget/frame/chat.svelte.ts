/**
 * The live state of the frame: the view, and the visitor's actions. It makes no decision that belongs to the server.
 */
import {
  isBlank,
  maxTitleLength,
  maxUrlLength,
  webAddress,
  type Availability,
  type WidgetConfig,
} from '#protocol';
import * as m from '#words/widget';
import type { PageSeen, ToFrame } from '../bridge.ts';
import type { Environment } from '../client/environment.ts';
import type { Carrier } from '../client/outbox.ts';
import { Lobby } from '../client/lobby.ts';
import type { Contact } from '../client/contact.ts';
import { VisitorChat, type VisitorView } from '../client/visitor.ts';
import { Details } from './details.svelte.ts';
import type { Host } from './host.ts';
import { Kept } from './kept.ts';
import { timeline, type MessageRow } from './timeline.ts';
import { TypingSignals } from './typing.ts';
import { Unread } from './unread.svelte.ts';

export type Settings = WidgetConfig['settings'];

/** A message of the open conversation. */
export interface About {
  readonly act: 'reply' | 'edit';
  readonly row: MessageRow;
  readonly seq: number;
}

export interface ChatOptions {
  readonly env: Environment;
  readonly base: string;
  readonly config: WidgetConfig;
  readonly host: Host;
  readonly carrier: Carrier;
  readonly page: PageSeen;
}

/** A draft is saved this long after the last key; milliseconds. */
const draftAfter = 300;
/** The greeting waits this long for the session's answer; milliseconds. */
const patience = 2_000;
/** The parts that no opening needs are loaded this long after it, and again after a failure; milliseconds. */
const moreAfter = 1_000;
const moreAgainAfter = 15_000;

export class Chat {
  readonly settings: Settings;
  readonly host: Host;
  view: VisitorView = $state.raw() as VisitorView;
  /** `shown`: the panel is open. `full`: it fills a phone's screen. `large`: the visitor has enlarged it. */
  shown = $state(false);
  full = $state(false);
  large = $state(false);
  /** The page is visible. */
  visible = $state(document.visibilityState === 'visible');
  /** The end of the log is in view. */
  atEnd = $state(true);
  /** Counts up to move the focus to the visitor's input. */
  attention = $state(0);
  draft = $state('');
  /** The campaign's availability, for a visitor without a conversation. */
  availability: Availability = $state('available');
  /** The question that the visitor is asked before something happens. */
  question: 'end' | 'later' | null = $state(null);
  /** New messages make no sound. */
  muted = $state(false);
  /** The parts that are loaded after the opening. */
  more: typeof import('./more.ts') | undefined = $state.raw();
  /** Chosen and pasted files, while the code for them loads. A message waits for them. */
  coming: readonly File[] = $state.raw([]);
  /** The files of the composer, once there are some. */
  files: import('./files.svelte.ts').Files | undefined = $state.raw();
  /** The parts that show the files of messages. */
  shownFiles: typeof import('./shown-files.ts') | undefined = $state.raw();
  readonly details: Details;
  /** The message that the text in the composer answers or replaces. */
  about: About | null = $state.raw(null);
  /** The unsent text that an edit has taken the place of. */
  #aside = '';
  /** The session has been answered, or took too long. */
  #asked = $state(false);
  /** The id of the closed conversation that the visitor has left. */
  left: string | null = $state(null);

  readonly phase = $derived.by((): 'writing' | 'closed' | 'blocked' => {
    if (this.view.blocked) return 'blocked';
    if (this.view.state?.phase === 'closed' && !this.fresh && !this.#queued) return 'closed';
    return 'writing';
  });
  /** A new chat begins below the closed one. */
  readonly fresh = $derived.by(() => this.view.state?.phase === 'closed' && this.left === this.view.state.id);
  readonly rows = $derived.by(() => {
    const rows = timeline(this.view, {
      opening: this.settings.opening,
      details: this.details.offered.length > 0 || this.details.thanked,
      fresh: this.fresh,
      now: Date.now(),
    });
    return this.more?.revisedRows(rows, this.view, this.files?.view.held) ?? rows;
  });
  readonly #queued = $derived(this.view.pending.some(({ frame }) => frame.t === 'message.send'));
  /** There is no message yet, in this conversation or before it. */
  readonly empty = $derived(
    !this.view.more && !this.rows.some((row) => row.kind === 'message' && row.sender !== 'automatic'),
  );
  /** The log has the campaign's closing text. */
  readonly closingLogged = $derived(
    this.view.entries.some((entry) => entry.kind === 'automatic.sent' && entry.moment === 'closing'),
  );
  /** It is known whether there is a conversation, and it is loaded. */
  readonly ready = $derived(
    this.#asked && (!!this.view.state || !['connecting', 'open'].includes(this.view.connection)),
  );
  readonly open = $derived(!!this.view.state && this.view.state.phase !== 'closed');
  /** A message sent now opens a conversation that is answered later. */
  readonly later = $derived(!this.open && !this.#queued && this.availability === 'away');
  /** The visitor waits in a live chat. */
  readonly waits = $derived(
    this.open && this.view.state?.phase === 'waiting' && this.view.state.type === 'live',
  );
  /** The visitor left the queue of this chat for an answer later, and may return to it. */
  readonly deferred = $derived(
    this.open &&
      this.view.state?.type === 'nrt' &&
      this.view.entries.some(({ kind }) => kind === 'conversation.deferred'),
  );
  /** Whether an agent can answer now. */
  readonly reach = $derived.by((): Availability => {
    if (!this.open) return this.availability;
    return this.view.state?.owner ? 'available' : (this.view.waiting?.availability ?? this.availability);
  });
  /** An agent can read the text before it is sent: one has the chat, or may open it. */
  readonly watched = $derived.by(() => {
    if (!this.settings.sneakPreview || !this.open) return false;
    return !!this.view.state?.owner || (!!this.view.waiting && this.reach !== 'away');
  });
  readonly unread = new Unread(() => this.view);

  readonly client: VisitorChat;
  readonly #lobby: Lobby;
  readonly kept: Kept;
  readonly #signals: TypingSignals;
  #page: PageSeen;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ env, base, config, host, carrier, page }: ChatOptions) {
    const { site, settings } = config;
    this.settings = settings;
    this.host = host;
    this.#page = page;
    this.kept = new Kept(carrier, site);
    this.client = new VisitorChat({
      env,
      base,
      site,
      carrier,
      page: () => pageOf(this.#page),
      onChange: (view) => (this.view = view),
    });
    this.view = this.client.view;
    this.details = new Details(settings, () => ({
      contact: this.view.contact,
      begun: this.open || this.#queued,
      later: this.later,
    }));
    this.availability = config.availability ?? 'available';
    this.#lobby = new Lobby({ env, base, site, onChange: (state) => (this.availability = state) });
    this.#signals = new TypingSignals({
      env,
      typing: (on) => this.client.typing(on),
      preview: settings.sneakPreview ? (text) => this.watched && this.client.preview(text) : null,
    });
  }

  async start(): Promise<void> {
    setTimeout(() => (this.#asked = true), patience);
    void this.kept.load('draft').then((draft) => (this.draft ||= draft ?? ''));
    void this.kept.load('asked').then((asked) => this.details.recall(asked !== null));
    void this.kept.load('files').then((files) => files && void this.loadFiles());
    void this.kept.load('muted').then((muted) => (this.muted = muted !== null));
    setTimeout(() => void this.loadMore(), moreAfter);
    await this.client.start();
    this.#asked = true;
  }

  /** Handles a message of the loader. */
  hear(message: ToFrame): void {
    switch (message.t) {
      case 'shown':
        this.shown = message.on;
        this.full = message.full;
        if (message.on && message.focus) this.attend();
        if (!message.on) this.keepDraft();
        break;
      case 'page':
        this.#page = message;
        break;
      case 'identify':
        this.identify(message);
        break;
      case 'shutdown':
        void this.client.leave();
        this.#lobby.follow(false);
        this.draft = '';
        clearTimeout(this.#draftTimer);
        this.coming = [];
        this.files?.clear();
        this.kept.clear();
    }
  }

  /** The text of the composer has changed. */
  type(text: string): void {
    this.draft = text;
    // An edit is no new message, for the agent or for the next page.
    if (this.edits) return;
    this.#signals.typed(text);
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.keepDraft(), draftAfter);
  }

  keepDraft(): void {
    clearTimeout(this.#draftTimer);
    this.kept.save('draft', (this.edits ? this.#aside : this.draft) || null);
  }

  get edits(): boolean {
    return this.about?.act === 'edit';
  }

  /** Begins a reply or an edit; null leaves it. */
  aim(about: About | null): void {
    const draft = this.edits ? this.#aside : this.draft;
    this.#aside = draft;
    this.about = about;
    this.draft = about && this.edits ? about.row.text : draft;
    this.attention++;
  }

  /** Sends the draft; returns false if a detail is needed first, whose input then has the focus. */
  send(): boolean {
    const { files } = this;
    if (isBlank(this.draft) && !files?.sendable) return true;
    const { about } = this;
    if (about && this.edits) {
      if (this.draft !== about.row.text)
        this.client.revise({ t: 'message.edit', target: about.seq, text: this.draft });
      this.aim(null);
      return true;
    }
    const contact = this.details.first.read(this.details.needed);
    if (!contact) return false;
    this.identify(contact);
    if (files?.sendable) files.send(this.draft, about?.seq);
    else this.client.send(this.draft, this.later, about?.seq);
    this.about = null;
    this.type('');
    this.keepDraft();
    this.atEnd = true;
    return true;
  }

  /** Asks before the chat ends, or before the visitor leaves the queue. */
  ask(about: 'end' | 'later'): void {
    this.question = about;
    void this.loadMore();
  }

  mute(): void {
    this.muted = !this.muted;
    this.kept.save('muted', this.muted ? '1' : null);
  }

  hide = () => this.host.say({ t: 'hide' });

  resize(): void {
    this.large = !this.large;
    this.host.say({ t: 'size', large: this.large });
  }

  /** Moves the focus to the input; not on a phone, where that opens the keyboard over half of the chat. */
  attend(): void {
    if (!matchMedia('(pointer: coarse)').matches) this.attention++;
  }

  identify({ name, email }: Contact): void {
    const said = { ...(name && { name }), ...(email && { email }) };
    if (name || email) this.client.identify(said);
  }

  /** Attaches files. A list of an input or an event is emptied before the code for them is loaded. */
  attach(files: Iterable<File> | null | undefined): void {
    this.coming = [...this.coming, ...(files ?? [])];
    void this.loadMore();
  }

  /** Loads the parts that no opening needs. */
  async loadMore(): Promise<void> {
    this.more ??= await loaded(() => import('./more.ts'));
  }

  /** Loads what files need: for the first one that a visitor chooses, or that an earlier page left. */
  async loadFiles(): Promise<void> {
    const { Files } = await loaded(() => import('./files.svelte.ts'));
    this.files ??= new Files(this);
  }

  /** Loads the parts that show files. All parts are imported here: so they share the code of the opening. */
  async loadShownFiles(): Promise<void> {
    this.shownFiles ??= await loaded(() => import('./shown-files.ts'));
  }

  /** An open conversation sends its own state, so the lobby is followed only without one. */
  follow(): void {
    // A seq belongs to one conversation.
    if (!this.open && this.about) this.aim(null);
    this.#lobby.follow(this.shown && this.visible && this.ready && !this.open && !this.view.blocked);
  }

  /** Entries on a visible screen are read. */
  read(): void {
    if (!this.shown || !this.visible || !this.atEnd || this.view.unread === 0) return;
    this.client.read();
    this.unread.seen();
  }

  /** Sends the page the state of its button, and whether the next page should load the frame at once. */
  report(): void {
    const { view } = this;
    // The visitor is looking at them.
    const unread = this.shown && this.visible && this.atEnd ? 0 : this.unread.count;
    // Before the session is answered nothing is known, and the page keeps its last state.
    if (!this.ready || view.connection === 'waiting') return;
    const followed =
      view.connection !== 'idle' && view.connection !== 'ended' && view.state?.phase !== 'closed';
    const live = unread > 0 || this.#queued || followed || !!this.files?.view.held.length;
    const words = unread > 0 ? m.unread({ count: unread }) : '';
    const news =
      unread > 0 ? this.unread.news(this.settings.title, !this.muted, this.more?.plainText) : undefined;
    this.host.say({
      ...{ t: 'state', unread, live, words },
      ...(news && { news }),
    });
  }
}

/** Tries to load a part until it is there. */
async function loaded<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, moreAgainAfter));
    }
  }
}

/** The visitor's page, within the protocol's limits. */
function pageOf({ url, title }: PageSeen): PageSeen | undefined {
  return webAddress(url) && url.length <= maxUrlLength
    ? { url, title: title.slice(0, maxTitleLength).toWellFormed().replaceAll('\0', '') }
    : undefined;
}
