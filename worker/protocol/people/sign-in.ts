/** Signing in, and the credentials of users: passwords, mailed links, second factors and sessions. */
import * as v from 'valibot';
import { SessionId, UserId } from '../base/ids.ts';
import { maxEmailLength } from '../base/limits.ts';
import { Language, Password } from './people.ts';
import { Role } from './roles.ts';
import { Status } from './statuses.ts';

const givenPassword = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Deliberately a loose check: a malformed email or password gets the same answer as a wrong one. */
export const SignIn = v.strictObject({
  email: v.pipe(v.string(), v.maxLength(maxEmailLength)),
  password: givenPassword,
  /** The code of the second factor, if the user has one: six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** The status to start with; without it Online, or the status that the agent still has. */
  status: v.optional(Status),
  /** Keep the session when the browser is closed. */
  remember: v.optional(v.boolean()),
});

/** The signed-in user. */
export const Me = v.object({
  id: UserId,
  name: v.string(),
  email: v.string(),
  roles: v.array(Role),
  /** The user has access to the console. */
  manages: v.boolean(),
  status: Status,
  account: v.object({ id: v.string(), name: v.string(), timeZone: v.string() }),
  language: Language,
  /** The path of the photo. */
  photo: v.nullable(v.string()),
  /** The user has a second factor. */
  secondFactor: v.boolean(),
  /** The account requires a second factor that the user has not set up: until then nothing else is open to them. */
  mustEnroll: v.boolean(),
});
export type Me = v.InferOutput<typeof Me>;

/** One of a user's own sessions. */
export const Session = v.object({
  id: SessionId,
  /** The browser's own description (its `User-Agent`). */
  device: v.string(),
  /** Null if the deployment does not know it. */
  address: v.nullable(v.string()),
  createdAt: v.number(),
  /** Rounded to the hour. */
  usedAt: v.number(),
  /** The session survives the end of the browser. */
  remembered: v.boolean(),
  /** This session sent the request. */
  current: v.boolean(),
});
export type Session = v.InferOutput<typeof Session>;
export const SessionsList = v.object({ sessions: v.array(Session) });

/** The features of the deployment, for users who are not signed in. */
export const Deployment = v.object({
  /** The deployment can send mail, so a forgotten password can be replaced. */
  mail: v.boolean(),
  /** The deployment can see client addresses, so users can be limited to some. */
  addresses: v.boolean(),
  /** The address of a help page; null if the operator has set none. */
  help: v.nullable(v.string()),
});
export type Deployment = v.InferOutput<typeof Deployment>;

/** Requests a mailed link that sets a new password. */
export const ForgottenPassword = v.strictObject({ email: v.pipe(v.string(), v.maxLength(maxEmailLength)) });

/** Sets a password by a mailed link: `token` is the end of the link. */
export const RedeemLink = v.strictObject({
  token: v.pipe(v.string(), v.maxLength(200)),
  password: Password,
});

/** The account, user and kind of a mailed link. Reading it does not use the link up. */
export const ReadLink = v.strictObject({ token: v.pipe(v.string(), v.maxLength(200)) });
export const LinkAbout = v.object({
  kind: v.picklist(['reset', 'invitation', 'confirmation']),
  account: v.string(),
  name: v.string(),
  /** The address that the link was mailed to. */
  email: v.string(),
});
export type LinkAbout = v.InferOutput<typeof LinkAbout>;

/** Changes the user's own password. */
export const ChangePassword = v.strictObject({ current: givenPassword, password: Password });

/**
 * Confirms the identity before a second factor is set up or removed: the password and, if there is a second factor
 * already, a code.
 */
export const ProveYourself = v.strictObject({
  password: givenPassword,
  /** Six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
});
/** The data for an authenticator app: the secret in base32, and an `otpauth:` address with all of it for a QR code. */
export const SecondFactorSecret = v.object({ secret: v.string(), uri: v.string() });
export type SecondFactorSecret = v.InferOutput<typeof SecondFactorSecret>;
/** Proves that the app has the secret. */
export const ConfirmSecondFactor = v.strictObject({ code: v.pipe(v.string(), v.maxLength(40)) });
/** Each code signs in once, without the app. The codes are returned only this one time. */
export const RecoveryCodes = v.object({ codes: v.array(v.string()) });
export type RecoveryCodes = v.InferOutput<typeof RecoveryCodes>;
