/**
 * The messages between the loader (in the customer's page) and the frame (on our origin): one greeting by
 * `postMessage` at an exact origin, which transfers a port, and small messages on that port. Both ends check every
 * message, and drop invalid ones. The checks are written by hand, so that the loader contains no schema library.
 */
import type { Contact } from './client/contact.ts';

export interface PageSeen {
  readonly url: string;
  readonly title: string;
}

/** The first message. It transfers the port. */
export interface Greeting {
  readonly parley: 1;
  /** The answer of `/api/widget/config`; the frame checks its fields. */
  readonly config: unknown;
  readonly page: PageSeen;
}

/** The state of a chat for the page around it. */
export interface Unread {
  readonly unread: number;
  /** There is a chat to return to, so the next page loads the frame at once. */
  readonly live: boolean;
  /** Describes the unread count to screen readers. */
  readonly words: string;
  /** The latest unread message; `alerts.ts` checks the fields. */
  readonly news?: object | undefined;
}

/** A message that the visitor has not seen. */
export interface News {
  readonly id: string;
  /** The agent's name. */
  readonly name: string;
  readonly text: string;
  /** The label of the button that closes the preview. */
  readonly close: string;
  /** New messages make a sound. */
  readonly sound: boolean;
}

export type ToFrame =
  /** The panel was opened or closed. `full`: it fills the screen of a phone. */
  | { readonly t: 'shown'; readonly on: boolean; readonly full: boolean; readonly focus: boolean }
  | ({ readonly t: 'page' } & PageSeen)
  | ({ readonly t: 'identify' } & Contact)
  /** Answers `load` and `save`, by their number. */
  | { readonly t: 'stored'; readonly n: number; readonly value: string | null }
  | { readonly t: 'shutdown' };

export type ToLoader =
  | { readonly t: 'ready' }
  /** The visitor closes the panel from inside. */
  | { readonly t: 'hide' }
  | { readonly t: 'size'; readonly large: boolean }
  | ({ readonly t: 'state' } & Unread)
  /** Uses the page's own storage, if the frame's throws. */
  | { readonly t: 'load'; readonly n: number; readonly key: string }
  | { readonly t: 'save'; readonly n: number; readonly key: string; readonly value: string | null };

/** The kinds of value that each field allows. A `number` is a count. */
type Kinds<M extends { t: string }> = {
  [T in M['t']]: Readonly<Record<Exclude<keyof Extract<M, { t: T }>, 't'>, string>>;
};

const page = { url: 'string', title: 'string' };

const toFrame: Kinds<ToFrame> = {
  shown: { on: 'boolean', full: 'boolean', focus: 'boolean' },
  page,
  identify: { name: 'string undefined', email: 'string undefined' },
  stored: { n: 'number', value: 'string null' },
  shutdown: {},
};

const toLoader: Kinds<ToLoader> = {
  ready: {},
  hide: {},
  size: { large: 'boolean' },
  state: { unread: 'number', live: 'boolean', words: 'string', news: 'object undefined' },
  load: { n: 'number', key: 'string' },
  save: { n: 'number', key: 'string', value: 'string null' },
};

/** In characters. Some dozens of unsent messages; a page's storage has five million in all. */
const longest = 500_000;

/** True if each field has an allowed kind of value. */
export const fits = (kinds: object, value: unknown): boolean =>
  Object.entries(kinds).every(([name, kind]) => {
    const field = (value as Record<string, unknown>)[name];
    if (typeof field === 'number' && field >>> 0 !== field) return false;
    return kind.includes(field === null ? 'null' : typeof field) && !((field as string)?.length > longest);
  });

function read(table: object, data: unknown): unknown {
  const t = (data as { t?: string } | null | undefined)?.t;
  return Object.entries(table).some(([name, kinds]) => name === t && fits(kinds as object, data))
    ? data
    : undefined;
}

/** Returns the message that a preview shows, or undefined if it is invalid. */
export function readNews(data: object | undefined): News | undefined {
  const kinds = { id: 'string', name: 'string', text: 'string', close: 'string', sound: 'boolean' };
  return data && fits(kinds, data) ? (data as News) : undefined;
}

/** Returns the greeting, or undefined if it is invalid. The frame checks `config` itself. */
export function readGreeting(data: unknown): Greeting | undefined {
  const greeting = data as Greeting | null | undefined;
  return greeting?.parley === 1 && greeting.page && fits(page, greeting.page) ? greeting : undefined;
}
/** Returns a message that the frame received on its port, or undefined if it is invalid. */
export const readToFrame = (data: unknown) => read(toFrame, data) as ToFrame | undefined;
/** Returns a message that the loader received on its port, or undefined if it is invalid. */
export const readToLoader = (data: unknown) => read(toLoader, data) as ToLoader | undefined;
