/** An account's users (V41). Managers read them, administrators change them. */
import {
  cleanName,
  isRefusal,
  NewUserBody,
  refuse,
  SetPassword,
  SetStatusBody,
  User,
  UserBody,
  UserId,
  UsersPage,
  UsersQuery,
  type AuditKind,
  type Refusal,
} from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../actors/stubs.ts';
import { changesBetween, recordAlone } from '../db/audit.ts';
import { canonicalEmail } from '../db/keys.ts';
import { createUser, setDeleted, setPassword, updateUser } from '../db/user-changes.ts';
import { getUser, listUsers } from '../db/users.ts';
import { actOf } from './act.ts';
import { clientAddress, flooding } from './address.ts';
import { changing } from './changes.ts';
import { asks, may, names, takes, tells } from './door.ts';
import { answer, refused, type Bound, type Exchange } from './exchange.ts';
import { admits, badRules } from './ip-rules.ts';
import { invite, reserveInvitation } from './invitations.ts';
import { linkOrigin } from './links.ts';
import { newId } from './new-id.ts';
import { tellOwner } from './notices.ts';
import { hashPassword } from './password.ts';
import { hidePhoto } from './photos.ts';
import type { User as Principal } from './principal.ts';

export const users = new Hono<Bound>();

users.get(
  '/',
  may('people.read'),
  asks(UsersQuery),
  tells('A page of the account’s users, by name', UsersPage),
  async (c) => answer(c, await listUsers(c.env.DB, c.var.user.account, c.req.valid('query'))),
);

users.get('/:id', may('people.read'), names(UserId), tells('One user', User), async (c) =>
  answer(c, (await getUser(c.env.DB, c.var.user.account, c.req.param('id'))) ?? refuse('not_found')),
);

users.post('/', may('people.write'), takes(NewUserBody), tells('Adds a user', User), async (c) => {
  const { user } = c.var;
  const { password, ...body } = c.req.valid('json');
  const origin = linkOrigin(c);
  const problem = problemOf(c, body) ?? (password === undefined && origin === null && refuse('no_mail'));
  if (problem) return refused(c, problem);
  const hash = password === undefined ? '' : await hashFor(c, user.account, password);
  if (isRefusal(hash)) return refused(c, hash);
  const made = tidy(body);
  const invitation =
    password === undefined ? await reserveInvitation(c, user.account, made.email) : undefined;
  if (isRefusal(invitation)) return refused(c, invitation);
  const id = newId('user');
  const act = actOf(c, user, 'user.added', { subject: { id, name: made.name } });
  const row = { ...made, admitted: admits(made.ipRules, clientAddress(c)) };
  const added = await createUser(c.env.DB, user.account, id, row, hash, act);
  if (isRefusal(added)) await invitation?.giveBack();
  else if (invitation) await invite(c, user, id, origin ?? '');
  return answer(c, added);
});

users.patch(
  '/:id',
  may('people.write'),
  names(UserId),
  takes(UserBody),
  tells('Changes a user', User),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const id = c.req.param('id');
    const problem = problemOf(c, body) ?? (id === user.id ? riskOf(c, user, body) : undefined);
    if (problem) return refused(c, problem);
    const after = tidy(body);
    const row = { ...after, admitted: admits(after.ipRules, clientAddress(c)) };
    return change(c, c.var.user, 'user.changed', (before) => {
      if (before.deletedAt !== null) return null;
      const known = before as UserBody;
      const fields = Object.keys(after) as (keyof UserBody)[];
      const same = Object.fromEntries(fields.map((field) => [field, known[field]])) as UserBody;
      const changes = changesBetween(sorted(same), sorted(after));
      return async (act) => {
        const changed = await updateUser(c.env.DB, user.account, id, row, { ...act, changes });
        if (isRefusal(changed) || !before.showsPhoto || changed.showsPhoto) return changed;
        await hidePhoto(c, user, changed);
        return (await getUser(c.env.DB, user.account, id)) ?? refuse('not_found');
      };
    });
  },
);

users.put(
  '/:id/password',
  may('people.write'),
  names(UserId),
  takes(SetPassword),
  tells('Sets a user’s password', User),
  async (c) => {
    const { account } = c.var.user;
    const hash = await hashFor(c, account, c.req.valid('json').password);
    if (isRefusal(hash)) return refused(c, hash);
    const response = await change(c, c.var.user, 'user.password_set', (before) => async (act) => {
      if (before.deletedAt !== null) return refuse('not_found');
      await setPassword(c.env.DB, account, before.id, hash, act);
      return (await getUser(c.env.DB, account, before.id)) ?? refuse('not_found');
    });
    if (response.ok) tellOwner(c, account, c.req.param('id'), 'password_changed');
    return response;
  },
);

users.put(
  '/:id/status',
  may('conversation.assign'),
  names(UserId),
  takes(SetStatusBody),
  tells('Sets the status of an agent who is signed in'),
  async (c) => {
    const { account, id, name: shown, fullName: name = shown } = c.var.user;
    const user = await getUser(c.env.DB, account, c.req.param('id'));
    if (!user || user.deletedAt !== null) return refused(c, refuse('not_found'));
    const set = agentStub(c.env, account, user.id).setStatusBy(c.req.valid('json').status, { id, name });
    return answer(c, (await set) ?? {});
  },
);

users.post('/:id/invite', may('people.write'), names(UserId), tells('Invites them again'), async (c) => {
  const user = await getUser(c.env.DB, c.var.user.account, c.req.param('id'));
  const origin = linkOrigin(c);
  if (!user || user.deletedAt !== null) return refused(c, refuse('not_found'));
  // They have chosen a password meanwhile.
  if (!user.invited) return refused(c, refuse('conflict'));
  if (origin === null) return refused(c, refuse('no_mail'));
  const invitation = await reserveInvitation(c, c.var.user.account, user.email);
  if (isRefusal(invitation)) return refused(c, invitation);
  await invite(c, c.var.user, user.id, origin);
  const subject = { id: user.id, name: user.name };
  await recordAlone(c.env.DB, actOf(c, c.var.user, 'user.invited', { subject }));
  return c.json({});
});

users.delete(
  '/:id/second-factor',
  may('people.write'),
  names(UserId),
  tells('Takes a user’s second factor away: they have lost it'),
  async (c) => {
    const { user } = c.var;
    const theirs = await getUser(c.env.DB, user.account, c.req.param('id'));
    if (!theirs || theirs.deletedAt !== null) return refused(c, refuse('not_found'));
    await agentStub(c.env, user.account, theirs.id).removeSecondFactor();
    await recordAlone(
      c.env.DB,
      actOf(c, user, 'second_factor.off', { subject: { id: theirs.id, name: theirs.name } }),
    );
    if (theirs.secondFactor) tellOwner(c, user.account, theirs.id, 'second_factor_off');
    return c.json({});
  },
);

users.delete('/:id', may('people.write'), names(UserId), tells('Deletes a user, softly', User), async (c) =>
  change(
    c,
    c.var.user,
    'user.deleted',
    ({ id }) =>
      (act) =>
        setDeleted(c.env.DB, c.var.user.account, id, act.at, act),
  ),
);

users.post(
  '/:id/restore',
  may('people.write'),
  names(UserId),
  tells('Takes a deletion back', User),
  async (c) =>
    change(
      c,
      c.var.user,
      'user.restored',
      ({ id }) =>
        (act) =>
          setDeleted(c.env.DB, c.var.user.account, id, null, act),
    ),
);

/** Who does it. */
type By = Pick<Principal, 'account' | 'id' | 'name' | 'fullName'>;
type Change = (act: ReturnType<typeof actOf>) => Promise<User | Refusal>;

/** Changes the user whom the address names, where there is one and `how` finds it possible. */
async function change(
  c: Exchange,
  by: By,
  kind: AuditKind,
  how: (before: User) => Change | null,
): Promise<Response> {
  const before = await getUser(c.env.DB, by.account, c.req.param('id') ?? '');
  const make = before && how(before);
  if (!make) return refused(c, refuse('not_found'));
  const act = actOf(c, by, kind, { subject: { id: before.id, name: before.name } });
  return answer(c, await changing(c.env, by.account, [before.id], () => make(act)));
}

/** Hashes a colleague's password. Each account has so many a minute, so that none keeps the others from signing in. */
async function hashFor({ env }: Exchange, account: string, password: string): Promise<string | Refusal> {
  return (await flooding(env, 'hash', account)) ?? (await hashPassword(env, password, 'known'));
}

/**
 * Checks that no schema can make: whether the address rules are usable here. The fields of the refusal are the wrong
 * lines.
 */
function problemOf(c: Exchange, { ipRules }: UserBody): Refusal | undefined {
  const fields = badRules(ipRules).map((bad) => `ipRules.${bad}`);
  const [field] = fields;
  if (field !== undefined) return refuse('bad_request', { field, fields });
  if (ipRules.length === 0 || clientAddress(c) !== null) return undefined;
  return refuse('no_addresses', { field: 'ipRules' });
}

/** The unconfirmed risk of a change to one's own row: `sure` lists the confirmed ones, or is `1` for all. */
function riskOf(c: Exchange, user: Principal, { roles, manages, ipRules }: UserBody): Refusal | undefined {
  const sure = (c.req.query('sure') ?? '').split(',');
  const confirmed = (risk: string) => sure.includes('1') || sure.includes(risk);
  const same = manages === user.manages && rolesOf(roles) === rolesOf(user.roles);
  if (!same && !confirmed('rights')) return refuse('own_rights', { field: 'roles' });
  if (admits(ipRules, clientAddress(c)) || confirmed('addresses')) return undefined;
  return refuse('locks_you_out', { field: 'ipRules' });
}

const rolesOf = (roles: readonly string[]): string => [...new Set(roles)].sort().join();

function tidy(body: UserBody): UserBody {
  return {
    ...body,
    email: canonicalEmail(body.email),
    name: cleanName(body.name),
    nickname: cleanName(body.nickname),
    roles: [...new Set(body.roles)],
    groups: [...new Set(body.groups)],
    ipRules: body.ipRules.map((rule) => rule.trim()),
  };
}

/** Roles and groups are sets: their order is no change. */
function sorted(body: UserBody): UserBody {
  return { ...body, roles: [...body.roles].sort(), groups: [...body.groups].sort() };
}
