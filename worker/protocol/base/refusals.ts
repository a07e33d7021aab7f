/**
 * Refusals: the closed list of what a server may answer instead of doing what it was asked. A refusal is an answer; nothing
 * was changed. The same codes serve HTTP (with the status beside them) and sockets.
 */
import * as v from 'valibot';

/** Code → [HTTP status, the sentence that a person may be shown]. */
export const refusals = {
  bad_request: [400, 'The request is not of the form that this address takes.'],
  bad_frame: [400, 'The frame is not one that this socket takes.'],
  too_large: [413, 'That is too large.'],
  signed_out: [401, 'Sign in first.'],
  wrong_credentials: [401, 'The email or the password is wrong.'],
  code_needed: [401, 'Give the code of your authenticator app too.'],
  wrong_code: [401, 'That code is wrong, or was used already.'],
  wrong_password: [403, 'That is not your password.'],
  second_factor_needed: [403, 'This company asks for a second factor. Set one up first.'],
  forbidden: [403, 'You may not do that.'],
  wrong_address: [403, 'You may not work from this address. Ask your administrator.'],
  wrong_origin: [403, 'This address does not serve that page.'],
  blocked: [403, 'You can no longer write here.'],
  not_found: [404, 'There is no such thing here.'],
  method_not_allowed: [405, 'This address does not take that method.'],
  already_taken: [409, 'Someone else has taken this conversation.'],
  id_reused: [409, 'That id was already used for something else.'],
  conversation_closed: [409, 'This conversation has ended.'],
  out_of_order: [409, 'What you gave before this has not come yet.'],
  not_owner: [409, 'This conversation is not yours.'],
  not_online: [409, 'You are offline. Go online to see and take conversations.'],
  not_receiving: [409, 'They take no new conversations just now.'],
  no_place: [409, 'There is no place left for another conversation.'],
  offered: [409, 'This conversation is being offered to someone else.'],
  offer_over: [409, 'This offer no longer stands.'],
  stale_generation: [409, 'This conversation has changed hands since.'],
  conflict: [409, 'Someone changed this in the meantime.'],
  last_administrator: [409, 'An account keeps an administrator who can sign in and open the console.'],
  own_rights: [409, 'This changes your own rights, and signs you out.'],
  locks_you_out: [409, 'By these rules you could not come back from where you are.'],
  no_addresses: [409, 'This deployment can’t tell from which address somebody comes.'],
  no_mail: [409, 'This deployment can’t send mail.'],
  email_taken: [409, 'That email is already in use.'],
  email_held: [409, 'This email already belongs to another user of Parley. It was not confirmed.'],
  link_expired: [410, 'This link was used already, or is too old. Ask for another one.'],
  unsupported: [426, 'This version of the protocol is not spoken here.'],
  too_many_invitations: [429, 'Too many invitations have been sent. Try again tomorrow.'],
  slow_down: [429, 'Too much at once. Wait a moment.'],
  queue_full: [429, 'Many people are waiting just now. Try again in a moment.'],
  too_many_chats: [429, 'Too many new chats within an hour. Try again later.'],
  internal: [500, 'Something went wrong here. Try again.'],
  unavailable: [503, 'Not reachable just now. Try again.'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof refusals;

export const RefusalCode = v.picklist(Object.keys(refusals) as [RefusalCode, ...RefusalCode[]]);

/** Why a session has ended, other than by time and by signing out. */
export type SessionEnding = 'rights' | 'password' | 'addresses' | 'deleted' | 'expired';

/** A refusal as a value. `by` names who won where another did; `retryAfter` is in milliseconds. */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly message: string;
  readonly by?: { readonly id: string; readonly name: string };
  readonly retryAfter?: number;
  /** Which field of the input is meant, as a path with dots. */
  readonly field?: string;
  /** All wrong fields, where several are possible; `field` is the first. */
  readonly fields?: readonly string[];
  /** With `signed_out`: what ended the session, where there is more to say. */
  readonly reason?: SessionEnding;
}

/** Makes a refusal with the code's own sentence. */
export function refuse(code: RefusalCode, extra: Omit<Partial<Refusal>, 'refused'> = {}): Refusal {
  return { refused: code, message: refusals[code][1], ...extra };
}

/** Tells a refusal from any other answer. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** Where a refused command may do better later, unchanged. All others are final for that command. */
export function isTransient(code: RefusalCode): boolean {
  return ['slow_down', 'queue_full', 'out_of_order', 'internal', 'unavailable'].includes(code);
}

/** Close codes of sockets. Each tells the client what to do next. */
export const closeCodes = {
  /** The frames are not of this protocol: do not come back. */
  badFrame: 4400,
  /** The credential no longer holds: get a new one, then come back. */
  signedOut: 4401,
  /** Not allowed: do not come back. */
  forbidden: 4403,
  /** What the socket follows does not exist (any more): do not come back. */
  notFound: 4404,
  /** No sign of life for longer than the lease: resume. */
  leaseLost: 4408,
  /** The visitor has as many sockets in this conversation as there may be: resume after a pause. */
  crowded: 4409,
  /** A frame was over the size: do not send it again; resume. */
  tooLarge: 4413,
  /** Too many frames: resume after a pause. */
  slowDown: 4429,
  /** The client lags behind what it was sent: resume. */
  lagging: 4508,
} as const;

/** True where a client must not reconnect by itself. */
export function isFinalClose(code: number): boolean {
  return code === closeCodes.badFrame || code === closeCodes.forbidden || code === closeCodes.notFound;
}
