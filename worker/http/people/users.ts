/** An account's users (USR-1). Managers read them, administrators change them. */
import { awaitingEmail, emailTyped, type EmailState } from '#domain/people/emails';
import {
  isRefusal,
  peopleRoutes,
  refuse,
  type AuditKind,
  type Refusal,
  type User,
  type UserBody,
} from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { changesBetween, recordAlone, type Act } from '../../db/audit.ts';
import { dropPendingEmail, isColleagues, prolongPendingEmail } from '../../db/emails.ts';
import { createUser, deleteUser, restoreUser, setPassword, updateUser } from '../../db/user-changes.ts';
import { getUser, listUsers } from '../../db/users.ts';
import { actOf } from '../serving/act.ts';
import { clientAddress, flooding } from '../serving/address.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { linkOrigin } from '../serving/links.ts';
import { newId } from '../serving/new-id.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { changing } from './changes.ts';
import { emailOf, invite, reserveInvitation, withMail } from './invitations.ts';
import { admits } from './ip-rules.ts';
import { tellOwner } from './notices.ts';
import { hashPassword } from './password.ts';
import { hidePhoto } from './photos.ts';
import { problemOf, riskOf, sorted, tidy } from './user-body.ts';

export const users = new Hono<Bound>();

serve(users, peopleRoutes.listUsers, (c, { user, query }) => listUsers(c.env.DB, user.account, query));

serve(
  users,
  peopleRoutes.getUser,
  async (c, { user, params }) => (await getUser(c.env.DB, user.account, params.id)) ?? refuse('not_found'),
);

serve(users, peopleRoutes.addUser, async (c, { user, body: { password, ...body } }) => {
  const origin = linkOrigin(c);
  const problem = problemOf(c, body) ?? (password === undefined && origin === null && refuse('no_mail'));
  if (problem) return problem;
  const hash = password === undefined ? '' : await hashFor(c, user.account, password);
  if (isRefusal(hash)) return hash;
  const { email, ...made } = tidy(body);
  const id = newId('user');
  const act = actOf(c, user, 'user.added', { subject: { id, name: made.name } });
  const row = { ...made, admitted: admits(made.ipRules, clientAddress(c)) };
  const state = emailTyped(null, email, origin !== null);
  const to = origin === null ? null : email;
  const added = await withMail(c, user.account, to, () =>
    createUser(c.env.DB, user.account, id, row, state, hash, act),
  );
  if (origin !== null && !isRefusal(added)) await invite(c, user, added, origin);
  return added;
});

serve(users, peopleRoutes.changeUser, async (c, { user, params: { id }, query, body }) => {
  const problem = problemOf(c, body) ?? (id === user.id ? riskOf(c, user, body, query.sure) : undefined);
  if (problem) return problem;
  const origin = linkOrigin(c);
  const { email, ...after } = tidy(body);
  const row = { ...after, admitted: admits(after.ipRules, clientAddress(c)) };
  const how = (before: User) => {
    if (before.deletedAt !== null) return null;
    const was = emailOf(before);
    const is = emailTyped(was, email, origin !== null);
    const asked = is.pending === was.pending ? null : is.pending;
    const due = awaitingEmail(is) === awaitingEmail(was) ? null : awaitingEmail(is);
    const changes = changesOf(before, { ...after, email: is.email }, is);
    return async (act: Act) => {
      if (asked !== null && (await isColleagues(c.env.DB, user.account, id, asked)))
        return refuse('email_taken', { field: 'email' });
      const changed = await withMail(c, user.account, origin === null ? null : due, () =>
        updateUser(c.env.DB, user.account, id, row, [was, is], { ...act, changes }),
      );
      if (isRefusal(changed) || !before.showsPhoto || changed.showsPhoto) return changed;
      await hidePhoto(c, user, changed);
      return (await getUser(c.env.DB, user.account, id)) ?? refuse('not_found');
    };
  };
  return change(c, user, id, 'user.changed', how, async (changed, before) => {
    const to = awaitingEmail(emailOf(changed));
    if (origin !== null && to !== null && to !== awaitingEmail(emailOf(before)))
      await invite(c, user, changed, origin);
  });
});

serve(users, peopleRoutes.setPassword, async (c, { user, params, body }) => {
  const { account } = user;
  const origin = linkOrigin(c);
  const hash = await hashFor(c, account, body.password);
  if (isRefusal(hash)) return hash;
  const how = (before: User) => async (act: Act) => {
    if (before.deletedAt !== null) return refuse('not_found');
    // Without mail, the administrator vouches that the email is the user's.
    const vouched = origin === null ? before : undefined;
    const to = origin === null || before.emailConfirmed ? null : before.email;
    return withMail(c, account, to, async () => {
      const refusal = await setPassword(c.env.DB, account, before.id, hash, act, vouched);
      return refusal ?? (await getUser(c.env.DB, account, before.id)) ?? refuse('not_found');
    });
  };
  return change(c, user, params.id, 'user.password_set', how, async (changed) => {
    // An unconfirmed mailbox is not taken for the owner's.
    if (changed.emailConfirmed) tellOwner(c, account, changed.id, 'password_changed');
    // Setting the password has ended the invitation to choose one.
    if (origin !== null && !changed.emailConfirmed) await invite(c, user, changed, origin);
  });
});

serve(users, peopleRoutes.setStatus, async (c, { user: supervisor, params, body }) => {
  const { account, id, name: shown, fullName: name = shown } = supervisor;
  const user = await getUser(c.env.DB, account, params.id);
  if (!user || user.deletedAt !== null) return refuse('not_found');
  return (await agentStub(c.env, account, user.id).setStatusBy(body.status, { id, name })) ?? {};
});

serve(users, peopleRoutes.inviteUser, async (c, { user: administrator, params }) => {
  const { account } = administrator;
  const user = await getUser(c.env.DB, account, params.id);
  const origin = linkOrigin(c);
  if (!user || user.deletedAt !== null) return refuse('not_found');
  const to = user.invited ? user.email : awaitingEmail(emailOf(user));
  // Meanwhile the user has chosen a password, or confirmed the email.
  if (to === null) return refuse('conflict');
  if (origin === null) return refuse('no_mail');
  const invitation = await reserveInvitation(c, account, to);
  if (isRefusal(invitation)) return invitation;
  await prolongPendingEmail(c.env.DB, account, user.id, to, Date.now());
  await invite(c, administrator, user, origin);
  const subject = { id: user.id, name: user.name };
  await recordAlone(c.env.DB, actOf(c, administrator, 'user.invited', { subject }));
  return {};
});

serve(users, peopleRoutes.dropPendingEmail, (c, { user, params }) => {
  const { account } = user;
  return change(c, user, params.id, 'user.changed', (before) => {
    const { id, pendingEmail, deletedAt } = before;
    if (deletedAt !== null) return null;
    if (pendingEmail === null) return () => Promise.resolve(before);
    return async (act) => {
      await dropPendingEmail(c.env.DB, account, id, {
        ...act,
        changes: { pendingEmail: [pendingEmail.email, null] },
      });
      await agentStub(c.env, account, id).dropConfirmation();
      return (await getUser(c.env.DB, account, id)) ?? refuse('not_found');
    };
  });
});

serve(users, peopleRoutes.removeSecondFactor, async (c, { user, params }) => {
  const theirs = await getUser(c.env.DB, user.account, params.id);
  if (!theirs || theirs.deletedAt !== null) return refuse('not_found');
  await agentStub(c.env, user.account, theirs.id).removeSecondFactor();
  const subject = { id: theirs.id, name: theirs.name };
  await recordAlone(c.env.DB, actOf(c, user, 'second_factor.off', { subject }));
  if (theirs.secondFactor) tellOwner(c, user.account, theirs.id, 'second_factor_off');
  return {};
});

serve(users, peopleRoutes.deleteUser, (c, { user, params }) =>
  change(
    c,
    user,
    params.id,
    'user.deleted',
    ({ id }) =>
      (act) =>
        deleteUser(c.env.DB, user.account, id, act),
  ),
);

serve(users, peopleRoutes.restoreUser, (c, { user, params }) => {
  const origin = linkOrigin(c);
  const how = (before: User) => (act: Act) =>
    withMail(
      c,
      user.account,
      origin === null ? null : before.email,
      () => restoreUser(c.env.DB, user.account, before, origin !== null, act),
      (restored) => !restored.emailConfirmed,
    );
  return change(c, user, params.id, 'user.restored', how, async (restored) => {
    if (origin !== null && !restored.emailConfirmed) await invite(c, user, restored, origin);
  });
});

/** The user who makes the change. */
type By = Pick<UserPrincipal, 'account' | 'id' | 'name' | 'fullName'>;
type Change = (act: Act) => Promise<User | Refusal>;

/** Changes the user with this id, if there is one and `how` permits it. */
async function change(
  c: Exchange,
  by: By,
  id: string,
  kind: AuditKind,
  how: (before: User) => Change | null,
  then?: (changed: User, before: User) => Promise<void>,
): Promise<User | Refusal> {
  const before = await getUser(c.env.DB, by.account, id);
  const make = before && how(before);
  if (!make) return refuse('not_found');
  const act = actOf(c, by, kind, { subject: { id: before.id, name: before.name } });
  const changed = await changing(c.env, by.account, [before.id], () => make(act));
  if (!isRefusal(changed)) await then?.(changed, before);
  return changed;
}

/**
 * Hashes a colleague's password. Each account has a limit per minute, so that no account keeps the users of others
 * from signing in.
 */
async function hashFor({ env }: Exchange, account: string, password: string): Promise<string | Refusal> {
  return (await flooding(env, 'hash', account)) ?? (await hashPassword(env, password, 'known'));
}

/** The changes for the audit log. An email that its owner has not confirmed yet has changed nothing. */
function changesOf(before: User, after: UserBody, { pending }: EmailState): NonNullable<Act['changes']> {
  const known = before as UserBody;
  const fields = Object.keys(after) as (keyof UserBody)[];
  const same = Object.fromEntries(fields.map((field) => [field, known[field]])) as UserBody;
  return {
    ...changesBetween(sorted(same), sorted(after)),
    ...changesBetween({ pendingEmail: emailOf(before).pending }, { pendingEmail: pending }),
  };
}
