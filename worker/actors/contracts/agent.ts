/** The RPC interface of an Agent, and the shapes that cross it. */
import type { LimitName } from '#domain/base/limits';
import type { LinkKind } from '#domain/people/mailed-links';
import type {
  Correction,
  LinkAbout,
  Me,
  Mentioned,
  Principal,
  RecoveryCodes,
  Refusal,
  SecondFactorSecret,
  Session,
  Status,
  Summary,
} from '#protocol';
import type { Person } from '../../db/users.ts';
import type { AgentNote } from './dispatcher.ts';
import type { FileSender } from './files.ts';

/** A known browser, as its cookie carries it. */
export interface Device {
  readonly device: string;
  readonly secret: string;
}

/** Where a session is opened: the browser's description of itself, and the client's address where it is known. */
export interface Origin {
  readonly device: string;
  readonly address: string | null;
}

export interface SignInHow extends Origin {
  readonly remembered: boolean;
  /** The browser's id, where it is known. */
  readonly known?: string | undefined;
  readonly code?: string | undefined;
  readonly status?: Status | undefined;
}

/** A session that was just made. Only this answer contains the secret. */
export interface Opened {
  readonly session: string;
  readonly secret: string;
  readonly expiresAt: number;
  readonly remembered: boolean;
  /** The browser, where it was not known before. */
  readonly device?: Device;
}

/** A user who has proved themselves, and the address rules that still have to admit them. */
export interface Authenticated {
  readonly principal: Extract<Principal, { kind: 'user' }>;
  readonly ipRules: readonly string[];
}

/** An attempt to count: under which limit, for which device or session. */
export interface Tried {
  readonly limit: LimitName;
  readonly of: string;
}

/** Attempts that were counted together. */
export type TakenTries = readonly (Tried & { readonly count: number; readonly since: number })[];

/** The result of counting: the time to wait in milliseconds, and where that is 0, the counted attempts. */
export interface Attempted {
  wait: number;
  taken: TakenTries;
}

/** A change that the user is notified of, so that one that was not theirs does not go unseen. */
export type Notice = 'password_changed' | 'second_factor_on' | 'second_factor_off';

/** A note that mentions a user, in its present form. A repeat changes nothing. */
export type MentionNote = Omit<Mentioned, 'seen'> & { readonly deleted?: boolean };

/** A mail with a link that was asked for. */
export interface LinkOrder {
  readonly kind: LinkKind;
  /** The origin that the link begins with. */
  readonly origin: string;
  /** The name of the user who invites. */
  readonly by?: string;
  /** The address that the link confirms, where it is not the user's email yet. */
  readonly to?: string;
}
export type MailOrder = LinkOrder | { readonly kind: Notice };

/** The proofs of a user: sessions, known devices, counted attempts, links by mail, the second factor. */
export interface AgentIdentity {
  /**
   * Counts an attempt on a device under these limits. Null where the device is not known, or is not of the user who
   * has this email.
   */
  tryOnDevice(email: string, given: Device, limits: readonly LimitName[]): Promise<Attempted | null>;
  /** Counts an attempt at the password, or at a code, in a session. */
  tryInSession(session: string): Attempted;
  /** Takes attempts back that came to nothing, and forgets what others have counted. */
  settleTries(back: TakenTries, forgotten: TakenTries): void;
  /** Makes the browser a known device of a user who has proved themselves. */
  addDevice(): Promise<Device | null>;
  /** Forgets all known devices but the one of this id. */
  forgetDevices(but?: string): void;
  sessions(current: string): Session[];
  /** The user's row is about to change … */
  expectChange(): void;
  /** … and has changed. */
  reread(): Promise<void>;
  /** Has a mail sent to the user, who may never have signed in. */
  mail(user: Person, order: MailOrder): Promise<void>;
  /** The account, user and kind of a link; null if it is not valid. */
  linkAbout(secret: string): Promise<LinkAbout | null>;
  /** Uses up a link that sets a password or confirms an email; false if it is not valid. */
  redeemLink(secret: string): Promise<boolean>;
  /**
   * The reason why a code does not prove the user in this session; null where it does, or there is no second factor.
   */
  checkCode(code: string | undefined, session: string): Promise<Refusal | null>;
  /** Cancels the confirmation of an email. */
  dropConfirmation(): void;
  beginSecondFactor(): SecondFactorSecret | Refusal;
  confirmSecondFactor(code: string, session: string): Promise<RecoveryCodes | Refusal>;
  removeSecondFactor(): Promise<void>;
}

export interface AgentActor extends AgentIdentity, FileSender {
  /** Makes a session for a user whose password was right; a second factor is checked here. */
  signIn(user: Person, how: SignInHow): Promise<Opened | Refusal>;
  /** Makes a session for a user who has proved themselves by another one. */
  goOn(user: Person, from: Origin, remembered: boolean): Promise<Opened | Refusal>;
  authenticate(session: string, secret: string): Promise<Authenticated | Refusal>;
  /** For a floor that has an incomplete row of the agent. */
  note(): { agent: AgentNote; seq: number } | null;
  me(): Me | Refusal;
  /** Ends a session, and closes its sockets wherever they are. */
  signOut(session: string): Promise<void>;
  /** Registers a conversation that is about to accept a socket of a session, to be closed when the session ends. */
  attached(session: string, conversation: string): Refusal | null;
  /** Passes a change of one of the agent's conversations to their tabs. */
  summaryNoted(summary: Summary): void;
  /** Takes a note that mentions the agent, or its revision. An agent who never signed in stores nothing. */
  mentionNoted(note: MentionNote): void;
  /** Sets the status that the agent has chosen. */
  setStatus(status: Status): Promise<Refusal | null>;
  /** Sets the status that a supervisor has chosen for them. */
  setStatusBy(status: Status, by: { id: string; name: string }): Promise<Refusal | null>;
  /** Changes the status without a choice, only where it is still `from`. Returns whether it is `to` now. */
  correctStatus(from: Status, to: Status, why: Correction): boolean;
  /** Writes the whole log to the time table again. */
  rearchive(): Promise<void>;
  /** A socket's upgrade. The Worker has authenticated the principal. */
  fetch(request: Request): Response | Promise<Response>;
}
