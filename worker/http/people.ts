/** An account's users and groups (V41). Managers read them, administrators change them. */
import {
  cleanName,
  Group,
  GroupBody,
  GroupId,
  GroupsList,
  GroupsQuery,
  NewUserBody,
  refuse,
  SetPassword,
  User,
  UserBody,
  UserId,
  UsersPage,
  UsersQuery,
  type Refusal,
} from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../actors/stubs.ts';
import { deleteGroup, getGroup, listGroups, putGroup } from '../db/groups.ts';
import {
  canonicalEmail,
  createUser,
  getUser,
  listUsers,
  setDeleted,
  setPassword,
  updateUser,
} from '../db/users.ts';
import { clientAddress } from './address.ts';
import { asks, may, names, takes, tells } from './door.ts';
import { answer, refused, type Bound, type Exchange } from './exchange.ts';
import { admits, badRules } from './ip-rules.ts';
import { newId } from './new-id.ts';
import { hashPassword, turnToHash } from './password.ts';

export const people = new Hono<Bound>();

people.get(
  '/users',
  may('people.read'),
  asks(UsersQuery),
  tells('A page of the account’s users, by name', UsersPage),
  async (c) => {
    const { user } = c.var;
    const query = c.req.valid('query');
    return answer(c, await listUsers(c.env.DB, user.account, query));
  },
);

people.get('/users/:id', may('people.read'), names(UserId), tells('One user', User), async (c) => {
  const { user } = c.var;
  return answer(c, (await getUser(c.env.DB, user.account, c.req.param('id'))) ?? refuse('not_found'));
});

people.post('/users', may('people.write'), takes(NewUserBody), tells('Adds a user', User), async (c) => {
  const { user } = c.var;
  const body = c.req.valid('json');
  const problem = problemOf(c, body) ?? (await turnToHash());
  if (problem) return refused(c, problem);
  const { password, ...rest } = body;
  const made = tidy(rest);
  const hash = hashPassword(password);
  return answer(c, await createUser(c.env.DB, user.account, newId('user'), made, hash, Date.now()));
});

people.patch(
  '/users/:id',
  may('people.write'),
  names(UserId),
  takes(UserBody),
  tells('Changes a user', User),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const id = c.req.param('id');
    const locked = id === user.id && !admits(body.ipRules, clientAddress(c)) && c.req.query('sure') !== '1';
    const problem =
      problemOf(c, body) ?? (locked ? refuse('locks_you_out', { field: 'ipRules' }) : undefined);
    if (problem) return refused(c, problem);
    return changedActive(c, user.account, id, () => updateUser(c.env.DB, user.account, id, tidy(body)));
  },
);

people.put(
  '/users/:id/password',
  may('people.write'),
  names(UserId),
  takes(SetPassword),
  tells('Sets a user’s password', User),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const wait = await turnToHash();
    if (wait) return refused(c, wait);
    const id = c.req.param('id');
    return changedActive(c, user.account, id, async () => {
      await setPassword(c.env.DB, user.account, id, hashPassword(body.password));
      return (await getUser(c.env.DB, user.account, id)) ?? refuse('not_found');
    });
  },
);

people.delete(
  '/users/:id',
  may('people.write'),
  names(UserId),
  tells('Deletes a user, softly', User),
  async (c) => {
    const { user } = c.var;
    const id = c.req.param('id');
    return changed(c, user.account, id, () => setDeleted(c.env.DB, user.account, id, Date.now()));
  },
);

people.post(
  '/users/:id/restore',
  may('people.write'),
  names(UserId),
  tells('Takes a deletion back', User),
  async (c) => {
    const { user } = c.var;
    const id = c.req.param('id');
    return changed(c, user.account, id, () => setDeleted(c.env.DB, user.account, id, null));
  },
);

people.get(
  '/groups',
  may('people.read'),
  asks(GroupsQuery),
  tells('The account’s groups', GroupsList),
  async (c) => {
    const { user } = c.var;
    const query = c.req.valid('query');
    return answer(c, { groups: await listGroups(c.env.DB, user.account, query.search) });
  },
);

people.post('/groups', may('people.write'), takes(GroupBody), tells('Adds a group', Group), async (c) => {
  const { user } = c.var;
  const body = c.req.valid('json');
  const group = { ...body, name: cleanName(body.name) };
  const made = await putGroup(c.env.DB, user.account, newId('group'), group, Date.now());
  return answer(c, made ?? refuse('not_found'));
});

people.patch(
  '/groups/:id',
  may('people.write'),
  names(GroupId),
  takes(GroupBody),
  tells('Changes a group', Group),
  async (c) => {
    const { user } = c.var;
    const body = c.req.valid('json');
    const id = c.req.param('id');
    if (!(await getGroup(c.env.DB, user.account, id))) return refused(c, refuse('not_found'));
    const group = { ...body, name: cleanName(body.name) };
    return answer(c, (await putGroup(c.env.DB, user.account, id, group, Date.now())) ?? refuse('not_found'));
  },
);

people.delete('/groups/:id', may('people.write'), names(GroupId), tells('Deletes a group'), async (c) => {
  const { user } = c.var;
  await deleteGroup(c.env.DB, user.account, c.req.param('id'));
  return c.json({});
});

/** Changes a user's row between two words to their actor: the first makes sure that the second comes about (I14). */
async function changed(
  c: Exchange,
  account: string,
  id: string,
  change: () => Promise<User | Refusal>,
): Promise<Response> {
  if (!(await getUser(c.env.DB, account, id))) return refused(c, refuse('not_found'));
  const agent = agentStub(c.env, account, id);
  await agent.expectChange();
  const user = await change();
  await agent.reread();
  return answer(c, user);
}

/** The same for one who works here: who is deleted stays as they were. */
async function changedActive(...[c, account, id, change]: Parameters<typeof changed>): Promise<Response> {
  const user = await getUser(c.env.DB, account, id);
  return user && user.deletedAt === null ? changed(c, account, id, change) : refused(c, refuse('not_found'));
}

/** What no schema can tell: whether the rules for addresses mean anything here. A wrong one is named by its place. */
function problemOf(c: Exchange, { ipRules }: UserBody): Refusal | undefined {
  const [bad] = badRules(ipRules);
  if (bad !== undefined) return refuse('bad_request', { field: `ipRules.${bad}` });
  if (ipRules.length === 0 || clientAddress(c) !== null) return undefined;
  return refuse('no_addresses', { field: 'ipRules' });
}

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
