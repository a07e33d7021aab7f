/**
 * The routes for signing in, and for a user's own password, sessions, second factor and photo (SGN-1, PWD-9, TWO-1,
 * PHO-1).
 */
import { SessionId } from '../base/ids.ts';
import { Done, file, route } from '../base/route.ts';
import { photoTypes } from './photos.ts';
import {
  ChangePassword,
  ConfirmSecondFactor,
  Deployment,
  ForgottenPassword,
  LinkAbout,
  Me,
  ProveYourself,
  ReadLink,
  RecoveryCodes,
  RedeemLink,
  SecondFactorSecret,
  SessionsList,
  SignIn,
} from './sign-in.ts';

export const deployment = route('GET /api/deployment', {
  right: 'anybody',
  summary: 'Returns what the deployment offers to users who are not signed in',
  answer: Deployment,
});

export const signIn = route('POST /api/login', {
  right: 'anybody',
  summary: 'Signs in',
  body: SignIn,
  answer: Me,
});

export const signOut = route('POST /api/logout', {
  right: 'anybody',
  summary: 'Signs out',
  answer: Done,
});

export const me = route('GET /api/me', {
  right: 'session',
  enrolling: true,
  summary: 'Returns the signed-in user',
  answer: Me,
});

/* Links by mail. */

export const forgotPassword = route('POST /api/password/forgotten', {
  right: 'anybody',
  summary: 'Mails a link that sets a new password, if a user has the email',
  body: ForgottenPassword,
  answer: Done,
});

export const readLink = route('POST /api/password/link', {
  right: 'anybody',
  summary: 'Returns the owner and the purpose of a mailed link',
  body: ReadLink,
  answer: LinkAbout,
});

export const redeemLink = route('POST /api/password/redeem', {
  right: 'anybody',
  summary: 'Sets a password by a mailed link',
  body: RedeemLink,
  answer: Done,
});

export const confirmEmail = route('POST /api/email/confirm', {
  right: 'anybody',
  summary: 'Confirms the email that a link was mailed to',
  body: ReadLink,
  answer: Done,
});

/* The user's own credentials, sessions and photo. */

export const changePassword = route('PUT /api/me/password', {
  right: 'session',
  summary: 'Changes the user’s own password',
  body: ChangePassword,
  answer: Me,
});

export const beginSecondFactor = route('POST /api/me/second-factor', {
  right: 'session',
  enrolling: true,
  summary: 'Begins a second factor: returns the secret for an authenticator app',
  body: ProveYourself,
  answer: SecondFactorSecret,
});

export const confirmSecondFactor = route('PUT /api/me/second-factor', {
  right: 'session',
  enrolling: true,
  summary: 'Sets up the second factor that was begun: returns the recovery codes',
  body: ConfirmSecondFactor,
  answer: RecoveryCodes,
});

export const removeSecondFactor = route('POST /api/me/second-factor/remove', {
  right: 'session',
  summary: 'Removes the user’s own second factor',
  body: ProveYourself,
  answer: Done,
});

export const sessions = route('GET /api/me/sessions', {
  right: 'session',
  summary: 'Lists the user’s own sessions',
  answer: SessionsList,
});

export const endSession = route('DELETE /api/me/sessions/:id', {
  right: 'session',
  summary: 'Ends one of the user’s own sessions',
  params: { id: SessionId },
  answer: Done,
});

export const endOtherSessions = route('DELETE /api/me/sessions', {
  right: 'session',
  summary: 'Ends all sessions of the user but this one',
  answer: Done,
});

export const setPhoto = route('PUT /api/me/photo', {
  right: 'session',
  summary: 'Sets the user’s own photo',
  body: file(photoTypes),
  answer: Me,
});

export const removePhoto = route('DELETE /api/me/photo', {
  right: 'session',
  summary: 'Removes the user’s own photo',
  answer: Me,
});
