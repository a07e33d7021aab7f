/**
 * Caps on what a client without a sign-in can create or hold. README lists each of them by its name, with the code that a client
 * gets beyond it and the test. A deployment changes them by the setting CAPS, JSON such as `{"waitingPerCampaign": 1000}`.
 */

export const caps = {
  /** Sockets of the visitor in a conversation: tabs that show it at once. */
  visitorSockets: 8,
  /** Entries of a conversation. The entry that reaches the cap is the last but one: the end follows it. */
  conversationEntries: 20_000,
  /** The same in bytes of the entries, as they are stored. */
  conversationBytes: 20_000_000,
  /** New conversations of a visitor within an hour. */
  conversationsPerVisitor: 5,
  /** Waiting conversations of a campaign. */
  waitingPerCampaign: 300,
  /** Messages by HTTP at once, of a visitor; then one a second. */
  messagesAtOnce: 60,
  /** Sockets of a campaign's lobby. The platform holds 32,768; a broadcast to so many is still quick. */
  lobbySockets: 9_000,
  /** Sockets of a campaign's lobby from a network. */
  lobbySocketsPerNetwork: 500,
} as const;

export type Cap = keyof typeof caps;
export type Caps = Readonly<Record<Cap, number>>;

/** A cap per hour counts what was begun within so long, in milliseconds. */
export const hour = 3_600_000;

let read: { setting: string | undefined; caps: Caps } = { setting: undefined, caps };

/** The caps of a deployment. A name that is unknown, or a value that is no whole number above 0, changes nothing. */
export function capsOf({ CAPS }: { readonly CAPS?: string }): Caps {
  if (read.setting !== CAPS) read = { setting: CAPS, caps: { ...caps, ...changed(CAPS) } };
  return read.caps;
}

function changed(setting: string | undefined): Partial<Record<Cap, number>> {
  let given: unknown;
  try {
    given = JSON.parse(setting ?? '{}');
  } catch {
    return {};
  }
  const fits = ([name, value]: [string, unknown]) =>
    Object.hasOwn(caps, name) && Number.isSafeInteger(value) && (value as number) > 0;
  return Object.fromEntries(Object.entries(given ?? {}).filter(fits));
}
