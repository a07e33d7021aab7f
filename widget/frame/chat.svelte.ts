/**
 * The live state of the frame: the view, and the visitor's actions. It makes no decision that belongs to the server.
 */
import { sideOf } from '#domain/conversation/parties';
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
import type { Host } from './host.ts';
import { timeline } from './timeline.ts';
import { TypingSignals } from './typing.ts';

export type Settings = WidgetConfig['settings'];

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
  /** The first message, held while the visitor is asked for a name or an email. */
  held: string | null = $state(null);
  /** The campaign's availability, for a visitor without a conversation. */
  availability: Availability = $state('available');
  /** The generation of the chat when the visitor chose an answer later, while the email is asked for. */
  #deferring: number | null = $state(null);
  /** The session has been answered, or took too long. */
  #asked = $state(false);
  /** The id of the closed conversation that the visitor has left. */
  #left: string | null = $state(null);
  #skipped = $state(false);
  /** The last seq that this page has shown; ahead of the server's mark. */
  #readTo = $state(0);

  readonly phase = $derived.by((): 'writing' | 'asking' | 'closed' | 'blocked' => {
    if (this.view.blocked) return 'blocked';
    if (this.held !== null || this.deferring) return 'asking';
    if (this.view.state?.phase === 'closed' && !this.fresh && !this.#queued) return 'closed';
    return 'writing';
  });
  /** A new chat begins below the closed one. */
  readonly fresh = $derived.by(
    () => this.view.state?.phase === 'closed' && this.#left === this.view.state.id,
  );
  readonly rows = $derived(timeline(this.view, { held: this.held, fresh: this.fresh, now: Date.now() }));
  readonly #queued = $derived(this.view.pending.some(({ frame }) => frame.t === 'message.send'));
  /** There is no message yet, in this conversation or before it. */
  readonly empty = $derived(!this.view.more && !this.rows.some((row) => row.kind === 'message'));
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
  readonly deferring = $derived(this.waits && this.#deferring === this.view.state?.generation);
  /** The fields that the visitor is asked for: an answer later needs an email. */
  readonly asks = $derived.by(() => {
    const { askName, askEmail, introduction } = this.settings;
    if (!this.later && !this.deferring) return { askName, askEmail, introduction };
    return { askName: this.deferring ? 'no' : askName, askEmail: 'required', introduction: m.later_where() };
  });
  readonly unread = $derived(
    Math.min(
      this.view.unread,
      this.view.entries.filter(
        ({ kind, by, seq }) => kind === 'message.sent' && sideOf(by) === 'agent' && seq > this.#readTo,
      ).length,
    ),
  );

  readonly #client: VisitorChat;
  readonly #lobby: Lobby;
  readonly #carrier: Carrier;
  readonly #draftKey: string;
  readonly #signals: TypingSignals;
  #page: PageSeen;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ env, base, config, host, carrier, page }: ChatOptions) {
    const { site, settings } = config;
    this.settings = settings;
    this.host = host;
    this.#carrier = carrier;
    this.#page = page;
    this.#draftKey = `parley.${site}.draft`;
    this.#client = new VisitorChat({
      env,
      base,
      site,
      carrier,
      page: () => pageOf(this.#page),
      onChange: (view) => (this.view = view),
    });
    this.view = this.#client.view;
    this.availability = config.availability ?? 'available';
    this.#lobby = new Lobby({ env, base, site, onChange: (state) => (this.availability = state) });
    this.#signals = new TypingSignals({
      env,
      typing: (on) => this.#client.typing(on),
      preview: settings.sneakPreview ? (text) => this.#client.preview(text) : null,
    });
  }

  async start(): Promise<void> {
    setTimeout(() => (this.#asked = true), patience);
    void this.#carrier.load(this.#draftKey).then(
      (draft) => (this.draft ||= draft ?? ''),
      () => undefined,
    );
    await this.#client.start();
    this.#asked = true;
  }

  /** Handles a message of the loader. */
  hear(message: ToFrame): void {
    switch (message.t) {
      case 'shown':
        this.shown = message.on;
        this.full = message.full;
        if (message.on && message.focus) this.attention++;
        if (!message.on) this.keepDraft();
        break;
      case 'page':
        this.#page = message;
        break;
      case 'identify':
        this.#identify(message);
        break;
      case 'shutdown':
        void this.#client.leave();
        this.#lobby.follow(false);
        this.draft = '';
        clearTimeout(this.#draftTimer);
        for (const name of ['draft', 'unsent'])
          void this.#carrier.save(this.#draftKey.replace('draft', name), null);
    }
  }

  /** The text of the composer has changed. */
  type(text: string): void {
    this.draft = text;
    this.#signals.typed(text);
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.keepDraft(), draftAfter);
  }

  keepDraft(): void {
    clearTimeout(this.#draftTimer);
    this.#carrier.save(this.#draftKey, this.draft || null).catch(() => undefined);
  }

  send(): void {
    if (isBlank(this.draft)) return;
    if (this.#mustAsk()) this.held = this.draft;
    else this.#deliver(this.draft);
  }

  /** Sends the held message with the visitor's contact; or stops waiting in the chat. */
  introduce(contact: Contact): void {
    this.#identify(contact);
    if (this.deferring) this.defer();
    this.#skipped = true;
    if (this.held !== null) this.#deliver(this.held);
    this.attention++;
  }

  /** Returns from the questions to the message. */
  unhold(): void {
    this.held = this.#deferring = null;
    this.attention++;
  }

  /** Asks for an answer later, by the visitor's email if it is known. */
  defer(): void {
    if (!this.view.contact.email) {
      this.#deferring = this.view.state?.generation ?? null;
      return;
    }
    this.#client.defer();
    this.#deferring = null;
  }

  startAnew(): void {
    this.#left = this.view.state?.id ?? null;
    this.attention++;
  }

  retry = (id: string) => this.#client.retry(id);
  discard = (id: string) => this.#client.discard(id);
  older = () => void this.#client.older();
  end = () => this.#client.close();
  hide = () => this.host.say({ t: 'hide' });

  resize(): void {
    this.large = !this.large;
    this.host.say({ t: 'size', large: this.large });
  }

  #deliver(text: string): void {
    this.#client.send(text, this.later);
    this.held = null;
    this.type('');
    this.keepDraft();
    this.atEnd = true;
  }

  #identify({ name, email }: Contact): void {
    const said = { ...(name && { name }), ...(email && { email }) };
    if (name || email) this.#client.identify(said);
  }

  /** Before a conversation: whether the campaign asks for a field that is not known yet. */
  #mustAsk(): boolean {
    const { view, asks } = this;
    if (this.open || this.#queued) return false;
    const lacking = [!view.contact.name && asks.askName, !view.contact.email && asks.askEmail];
    return lacking.includes('required') || (lacking.includes('optional') && !this.#skipped);
  }

  /** An open conversation sends its own state, so the lobby is followed only without one. */
  follow(): void {
    this.#lobby.follow(this.shown && this.visible && this.ready && !this.open && !this.view.blocked);
  }

  /** Entries on a visible screen are read. */
  read(): void {
    if (!this.shown || !this.visible || !this.atEnd || this.view.unread === 0) return;
    this.#client.read();
    this.#readTo = this.view.entries.at(-1)?.seq ?? 0;
  }

  /** Sends the page the state of its button, and whether the next page should load the frame at once. */
  report(): void {
    const { view, unread } = this;
    // Before the session is answered nothing is known, and the page keeps its last state.
    if (!this.ready || view.connection === 'waiting') return;
    const followed =
      view.connection !== 'idle' && view.connection !== 'ended' && view.state?.phase !== 'closed';
    const words = unread > 0 ? m.unread({ count: unread }) : '';
    this.host.say({ t: 'state', unread, live: unread > 0 || this.#queued || followed, words });
  }
}

/** The visitor's page, within the protocol's limits. */
function pageOf({ url, title }: PageSeen): PageSeen | undefined {
  return webAddress(url) && url.length <= maxUrlLength
    ? { url, title: title.slice(0, maxTitleLength).toWellFormed().replaceAll('\0', '') }
    : undefined;
}
