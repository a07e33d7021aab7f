/** Signing in, and what users prove themselves by: passwords, links by mail, second factors and sessions. */
import * as v from 'valibot';
import { SessionId, UserId } from '../base/ids.ts';
import { maxEmailLength } from '../base/limits.ts';
import { Language, Password } from './people.ts';
import { Role } from './roles.ts';
import { Status } from './statuses.ts';

const givenPassword = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Checked loosely on purpose: an odd email or password is a wrong one, with the same answer. */
export const SignIn = v.strictObject({
  email: v.pipe(v.string(), v.maxLength(maxEmailLength)),
  password: givenPassword,
  /** Of the second factor, where the user has one: six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** What the agent begins with; without it online, or what they were. */
  status: v.optional(Status),
  /** Keep the session when the browser is closed. */
  remember: v.optional(v.boolean()),
});

/** Who is signed in. */
export const Me = v.object({
  id: UserId,
  name: v.string(),
  email: v.string(),
  roles: v.array(Role),
  /** Access to the console has not been taken away. */
  manages: v.boolean(),
  status: Status,
  account: v.object({ id: v.string(), name: v.string(), timeZone: v.string() }),
  language: Language,
  /** The path of their photo. */
  photo: v.nullable(v.string()),
  /** They have a second factor. */
  secondFactor: v.boolean(),
  /** The account asks for one, and they have none yet: until then nothing else is open to them. */
  mustEnroll: v.boolean(),
});
export type Me = v.InferOutput<typeof Me>;

/** One of a user's own sessions. */
export const Session = v.object({
  id: SessionId,
  /** What the browser said that it is (its `User-Agent`). */
  device: v.string(),
  /** Null where the deployment can't tell. */
  address: v.nullable(v.string()),
  createdAt: v.number(),
  /** To the hour. */
  usedAt: v.number(),
  /** It outlives the browser. */
  remembered: v.boolean(),
  /** The one that asks. */
  current: v.boolean(),
});
export type Session = v.InferOutput<typeof Session>;
export const SessionsList = v.object({ sessions: v.array(Session) });

/** What the deployment offers to who is not signed in. */
export const Deployment = v.object({
  /** It can send mail: a forgotten password can be mended. */
  mail: v.boolean(),
  /** The deployment can see client addresses, so users can be limited to some. */
  addresses: v.boolean(),
  /** Where help is found; null where the operator named no place. */
  help: v.nullable(v.string()),
});
export type Deployment = v.InferOutput<typeof Deployment>;

/** Asks for a link by mail with which to set a new password. */
export const ForgottenPassword = v.strictObject({ email: v.pipe(v.string(), v.maxLength(maxEmailLength)) });

/** Sets a password by a link that came by mail: `token` is what the link ends with. */
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

/** Changes one's own password. */
export const ChangePassword = v.strictObject({ current: givenPassword, password: Password });

/** What a second factor begins and ends with: the password and, where there is one already, a code. */
export const ProveYourself = v.strictObject({
  password: givenPassword,
  /** Six digits of the authenticator app, or a recovery code. */
  code: v.optional(v.pipe(v.string(), v.maxLength(40))),
});
/** What an authenticator app needs: the secret in base32, and all of it as an `otpauth:` address for a QR code. */
export const SecondFactorSecret = v.object({ secret: v.string(), uri: v.string() });
export type SecondFactorSecret = v.InferOutput<typeof SecondFactorSecret>;
/** Proof that the app has it. */
export const ConfirmSecondFactor = v.strictObject({ code: v.pipe(v.string(), v.maxLength(40)) });
/** Each lets in once where the app is lost. They are told once. */
export const RecoveryCodes = v.object({ codes: v.array(v.string()) });
export type RecoveryCodes = v.InferOutput<typeof RecoveryCodes>;
