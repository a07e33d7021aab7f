/** The widget of one site on one page: shows its button, loads its frame, and passes their messages. */
import type { Path } from '#protocol/routes';
import { readToLoader, type ToFrame } from '../bridge.ts';
import type { Contact } from '../client/contact.ts';
import type * as Alerts from './alerts.ts';
import { makeLauncher, type Launcher } from './launcher.ts';
import { forget, remember } from './memory.ts';

interface Config {
  readonly label: string;
  readonly settings: { readonly color: string };
  readonly message?: string;
}
type EventName = 'open' | 'close' | 'unread';

const configPath = '/api/widget/config' satisfies Path;

/** A frame that does not answer within this time is loaded again; milliseconds. */
const answerWithin = 20_000;
/**
 * How often the page's address is checked, because a page that routes by itself announces no change; milliseconds.
 */
const lookEvery = 1_000;
/** The time that the frame has to empty its storage; milliseconds. */
const farewell = 500;

export function startWidget({ origin, search }: URL, site: string) {
  const prefix = `parley.${site}.`;
  const listeners: [EventName, (value?: number) => void][] = [];
  let config: Config;
  let launcher: Launcher | undefined;
  let frame: HTMLIFrameElement | undefined;
  let port: MessagePort | undefined;
  let contact: Contact | undefined;
  let open = false;
  let unread = 0;
  let alerted = false;
  let ended = false;

  const tell = (name: EventName, value?: number) => {
    for (const [wanted, listener] of listeners) if (wanted === name) listener(value);
  };
  const say = (message: ToFrame) => port?.postMessage(message);
  // Without our own unread count.
  const page = () => ({ url: location.href, title: document.title.replace(/^\(\d+\) /, '') });
  const shown = (focus = false) => say({ t: 'shown', on: open, full: !!launcher?.full, focus });

  function hear(data: unknown) {
    const message = readToLoader(data);
    if (!message) return;
    if (message.t === 'hide') turn(false);
    if (message.t === 'size') launcher?.enlarge(message.large);
    if (message.t === 'state') {
      const shown = launcher;
      remember('localStorage', `${prefix}live`, message.live ? '1' : null);
      if (shown && (alerted ||= message.unread > 0))
        // A policy that loads this script loads the other one. Without it there is no badge.
        (import(/* @vite-ignore */ `${origin}/widget/alerts.js`) as Promise<typeof Alerts>).then(
          ({ showUnread }) => showUnread(shown.panel, message, prefix, turn),
          Boolean,
        );
      if (message.unread !== unread) tell('unread', (unread = message.unread));
    }
    if (message.t === 'load' || message.t === 'save') {
      const { t, n, key } = message;
      // The frame may store its own keys here, and never reads any other.
      const value = key.startsWith(prefix)
        ? remember('localStorage', key, t === 'save' ? message.value : undefined)
        : null;
      say({ t: 'stored', n, value });
    }
  }

  /**
   * Loads the frame, hidden. The greeting is sent to our server's origin, so that no other page in the frame receives
   * it.
   */
  function load() {
    if (frame || !launcher) return;
    const made = (frame = document.createElement('iframe'));
    const retry = setTimeout(() => {
      made.remove();
      frame = undefined;
      load();
    }, answerWithin);
    made.title = config.label;
    made.allow = '';
    made.src = `${origin}/widget/frame${search}`;
    made.onload = () => {
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = (event) => {
        clearTimeout(retry);
        hear(event.data);
      };
      made.contentWindow?.postMessage({ parley: 1, config, page: page() }, origin, [channel.port2]);
      if (contact) say({ t: 'identify', ...contact });
      shown(open);
    };
    launcher.panel.append(made);
  }

  let last = '';
  const looking = setInterval(() => {
    const now = page();
    if (last !== (last = now.url + now.title)) say({ t: 'page', ...now });
  }, lookEvery);

  /** Opens or closes the panel. The focus moves with a visitor's own action. */
  function turn(on: boolean, focus = true) {
    open = on;
    if (!launcher) return;
    if (on) load();
    launcher.show(on);
    remember('sessionStorage', `${prefix}shown`, on ? '1' : null);
    if (focus) (on ? frame : launcher)?.focus();
    shown(focus);
    tell(on ? 'open' : 'close');
  }

  /** The button needs the configuration; a page that isn't the site's gets neither. */
  async function begin(wait: number): Promise<void> {
    let answer: Response;
    try {
      answer = await fetch(origin + configPath + search, { credentials: 'omit' });
      config = (await answer.json()) as Config;
    } catch {
      setTimeout(() => void begin(wait * 2), wait);
      return;
    }
    if (ended) return;
    if (!answer.ok) {
      console.error('Parley:', config.message);
      return;
    }
    launcher = makeLauncher(config.settings.color, config.label, {
      click: () => turn(!open),
      intent: load,
      escape: () => open && turn(false),
      fit: shown,
    });
    launcher.fit();
    // The panel stays open while the visitor moves between pages of the shop. On a phone it would cover the page.
    if (open) turn(true);
    else if (remember('sessionStorage', `${prefix}shown`) && !launcher.full) turn(true, false);
    else if (remember('localStorage', `${prefix}live`)) load();
  }

  (window.requestIdleCallback ?? setTimeout)(() => void begin(5_000));

  return {
    open: () => turn(true),
    close: () => turn(false, false),
    toggle: () => turn(!open),
    identify(who: Contact) {
      contact = who;
      say({ t: 'identify', ...who });
    },
    on: (name: EventName, listener: (value?: number) => void) => listeners.push([name, listener]),
    /** The customer signs out: no data of the visitor stays on this device. */
    shutdown() {
      ended = true;
      say({ t: 'shutdown' });
      clearInterval(looking);
      turn(false, false);
      hear({ t: 'state', unread: 0, live: false, words: '' });
      forget(prefix);
      setTimeout(launcher?.remove ?? Boolean, farewell);
      launcher = undefined;
    },
  };
}
