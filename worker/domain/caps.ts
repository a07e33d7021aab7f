/**
 * Caps on what a client without a sign-in can create or hold. README lists each of them by its name, with the code that a client
 * gets beyond it and the test. A deployment changes them by the setting CAPS, JSON such as `{"visitorSockets": 4}`.
 */

export const caps = {
  /** Sockets of the visitor in a conversation: tabs that show it at once. */
  visitorSockets: 8,
  /** Entries of a conversation. The entry that reaches the cap is the last but one: the end follows it. */
  conversationEntries: 20_000,
  /** The same in bytes of the entries, as they are stored. */
  conversationBytes: 20_000_000,
} as const;

export type Cap = keyof typeof caps;
export type Caps = Readonly<Record<Cap, number>>;

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
