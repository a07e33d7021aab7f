/**
 * Caps on what a client without a sign-in can create or use. README lists each by its name, with the code that a
 * client gets beyond it and the test. A deployment changes them with the setting CAPS, JSON such as
 * `{"waitingPerCampaign": 1000}`.
 */

export const caps = {
  /** Sockets of the visitor in a conversation: tabs that show it at once. */
  visitorSockets: 8,
  /** Entries of a conversation. The entry that reaches the cap is the last but one: after it the conversation ends. */
  conversationEntries: 20_000,
  /** The same in bytes of the entries, as they are stored. */
  conversationBytes: 20_000_000,
  /** New conversations of a visitor within an hour. */
  conversationsPerVisitor: 5,
  /** Waiting conversations of a campaign. */
  waitingPerCampaign: 300,
  /** Messages by HTTP that a visitor may post at once; then one a second. */
  messagesAtOnce: 60,
  /** Files that a visitor begins to send within a day, and their bytes. */
  filesPerVisitor: 200,
  fileBytesPerVisitor: 524_288_000,
  /** Bytes of the files in a conversation's messages. */
  fileBytesPerConversation: 2_000_000_000,
  /** The same of an account, as its history counts them. */
  fileBytesPerAccount: 107_374_182_400,
  /** Sockets of a campaign's lobby. The platform permits 32,768; a broadcast to this many is still quick. */
  lobbySockets: 9_000,
  /** Sockets of a campaign's lobby from a network. */
  lobbySocketsPerNetwork: 500,
} as const;

export type Cap = keyof typeof caps;
export type Caps = Readonly<Record<Cap, number>>;

/** The period of a cap per hour, in milliseconds. */
export const hour = 3_600_000;
export const day = 24 * hour;

let read: { setting: string | undefined; caps: Caps } = { setting: undefined, caps };

/** The caps of a deployment. An unknown name, or a value that is no whole number above 0, is ignored. */
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
