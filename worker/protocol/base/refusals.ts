/**
 * Refusals: the closed list of errors that a server may answer instead of the requested action. A refusal means that
 * nothing was changed. HTTP (with the status beside the code) and sockets use the same codes.
 */
import * as v from 'valibot';

/** Code → [HTTP status, a sentence for developers]. Screens word each code themselves, in the user's language. */
export const refusals = {
  bad_request: [400, 'The request does not match the schema of this route. Correct the named field.'],
  bad_frame: [400, 'The frame does not match a schema of this socket. Correct the named field.'],
  file_type: [
    415,
    'Files of this type cannot be sent, or the content is not of the type that the name states.',
  ],
  file_quota: [413, 'The limit of bytes for files is reached. Send a smaller file, or wait.'],
  too_large: [413, 'The body, message or frame is over the size limit. Send less.'],
  signed_out: [401, 'There is no valid session. Sign in first.'],
  wrong_credentials: [401, 'The email or the password is wrong.'],
  code_needed: [401, 'A second factor is required. Send the code of the authenticator app too.'],
  wrong_code: [401, 'The code is wrong or was already used. Use a new one.'],
  wrong_password: [403, 'The present password is wrong.'],
  second_factor_needed: [403, 'The account requires a second factor. Set one up first.'],
  forbidden: [403, 'Your roles do not permit this action.'],
  wrong_address: [403, 'Your address rules do not permit this address. Ask your administrator.'],
  wrong_origin: [403, 'Requests from this origin are not allowed on this route.'],
  blocked: [403, 'An agent has blocked this visitor.'],
  not_found: [404, 'Not found. Check the ids and the path.'],
  method_not_allowed: [405, 'This route does not support the method.'],
  already_taken: [409, 'Another agent has taken this conversation.'],
  id_reused: [409, 'The id was already used for another command. Make a new one.'],
  conversation_closed: [409, 'The conversation is closed. A new message begins another one.'],
  conversation_full: [
    409,
    'The conversation has reached its greatest size and accepts no more notes or edits.',
  ],
  forum_full: [409, 'The forum has reached its greatest size. Remove responses, or use another forum.'],
  out_of_order: [409, 'The previous command has not arrived yet. Send that first, then this one again.'],
  not_owner: [409, 'You do not own this conversation.'],
  not_online: [409, 'Your status is Offline. Change it to see and take conversations.'],
  not_receiving: [409, 'The agent receives no conversations now. Choose another agent.'],
  no_place: [409, 'The agent has no capacity for another conversation.'],
  offered: [409, 'There is a pending offer of this conversation to another agent.'],
  offer_over: [409, 'The offer has ended.'],
  too_late: [409, 'The time limit for this change is over.'],
  stale_generation: [409, 'The conversation has changed owners since then. Read its state again.'],
  conflict: [409, 'Another change was made in the meantime. Read again and repeat.'],
  last_administrator: [409, 'This is the last administrator who can sign in. Appoint another one first.'],
  own_rights: [409, 'This changes your own rights and signs you out. Confirm it to proceed.'],
  locks_you_out: [409, 'The address rules exclude your present address. Add it.'],
  no_addresses: [409, 'Client addresses are unknown here. Set BEHIND_CLOUDFLARE or TRUSTED_ADDRESS_HEADER.'],
  no_mail: [409, 'This deployment sends no mail. Set SMTP_URL, MAIL_FROM and PUBLIC_URL.'],
  email_taken: [409, 'The email is already in use. Choose another one.'],
  email_held: [409, 'Another user has already confirmed this email, so it was not confirmed here.'],
  link_expired: [410, 'The link was already used or has expired. Request another one.'],
  code_required: [422, 'The campaign requires a success code. Send `codes` with the command.'],
  unsupported: [426, 'This server does not support that version of the protocol. Update the client.'],
  too_many_invitations: [429, 'Too many invitations were sent. Try again tomorrow.'],
  slow_down: [429, 'Too many requests. Try again after `retryAfter`.'],
  queue_full: [429, 'The campaign’s queue is full. Try again after `retryAfter`.'],
  too_many_chats: [429, 'Too many new conversations within an hour. Try again after `retryAfter`.'],
  internal: [500, 'An unexpected error was logged. Try again.'],
  unavailable: [503, 'A part of the server is not reachable now. Try again.'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof refusals;

export const RefusalCode = v.picklist(Object.keys(refusals) as [RefusalCode, ...RefusalCode[]]);

/** Why a session has ended, other than by signing out. */
export type SessionEnding = 'rights' | 'password' | 'addresses' | 'deleted' | 'expired';

/** A refusal as a value. `by` names the user who got the conversation first; `retryAfter` is in milliseconds. */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly message: string;
  readonly by?: { readonly id: string; readonly name: string };
  readonly retryAfter?: number;
  /** The wrong field of the input, as a path with dots. */
  readonly field?: string;
  /** All wrong fields, where several are possible; `field` is the first. */
  readonly fields?: readonly string[];
  /** With `signed_out`: why the session has ended, if that is known. */
  readonly reason?: SessionEnding;
}

/** Makes a refusal with the code's default sentence. */
export function refuse(code: RefusalCode, extra: Omit<Partial<Refusal>, 'refused'> = {}): Refusal {
  return { refused: code, message: refusals[code][1], ...extra };
}

/** True for a refusal, false for any other answer. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** True if the same command may succeed later, unchanged. All other refusals are final for that command. */
export function isTransient(code: RefusalCode): boolean {
  return ['slow_down', 'queue_full', 'out_of_order', 'internal', 'unavailable'].includes(code);
}

/** Close codes of sockets. Each has a defined reaction of the client. */
export const closeCodes = {
  /** The frames are not of this protocol: do not reconnect. */
  badFrame: 4400,
  /** The credential is no longer valid: get a new one, then reconnect. */
  signedOut: 4401,
  /** Not allowed: do not reconnect. */
  forbidden: 4403,
  /** The socket's subject does not exist (any more): do not reconnect. */
  notFound: 4404,
  /** No sign of life for longer than the lease: resume. */
  leaseLost: 4408,
  /** The visitor has too many sockets in this conversation: resume after a pause. */
  crowded: 4409,
  /** A frame was too large: do not send it again; resume. */
  tooLarge: 4413,
  /** Too many frames: resume after a pause. */
  slowDown: 4429,
  /** The client is too far behind the entries that it was sent: resume. */
  lagging: 4508,
} as const;

/** True if a client must not reconnect by itself. */
export function isFinalClose(code: number): boolean {
  return code === closeCodes.badFrame || code === closeCodes.forbidden || code === closeCodes.notFound;
}
