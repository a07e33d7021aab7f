/** An account's groups (V41). Managers read them, administrators change them; a change reaches its members' actors at once. */
import { cleanName, Group, GroupBody, GroupId, GroupsList, GroupsQuery, refuse } from '#protocol';
import { Hono } from 'hono';
import { changesBetween } from '../../db/audit.ts';
import { deleteGroup, getGroup, listGroups, putGroup } from '../../db/groups.ts';
import { actOf } from '../serving/act.ts';
import { asks, may, names, takes, tells } from '../serving/door.ts';
import { answer, refused, type Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { changing } from './changes.ts';

export const groups = new Hono<Bound>();

groups.get('/', may('people.read'), asks(GroupsQuery), tells('The account’s groups', GroupsList), async (c) =>
  answer(c, { groups: await listGroups(c.env.DB, c.var.user.account, c.req.valid('query').search) }),
);

groups.post('/', may('people.write'), takes(GroupBody), tells('Adds a group', Group), async (c) => {
  const { user } = c.var;
  const group = tidy(c.req.valid('json'));
  const id = newId('group');
  const act = actOf(c, user, 'group.added', { subject: { id, name: group.name } });
  const put = () => putGroup(c.env.DB, user.account, id, group, act);
  return answer(c, (await changing(c.env, user.account, group.members, put)) ?? refuse('not_found'));
});

groups.patch(
  '/:id',
  may('people.write'),
  names(GroupId),
  takes(GroupBody),
  tells('Changes a group', Group),
  async (c) => {
    const { user } = c.var;
    const before = await getGroup(c.env.DB, user.account, c.req.param('id'));
    if (!before) return refused(c, refuse('not_found'));
    const { id, ...known } = before;
    const group = tidy(c.req.valid('json'));
    const moved = difference(known.members, group.members);
    const changes = changesBetween(known, group);
    const act = actOf(c, user, 'group.changed', { subject: { id, name: known.name }, changes });
    const put = () => putGroup(c.env.DB, user.account, id, group, act);
    return answer(c, (await changing(c.env, user.account, moved, put)) ?? refuse('not_found'));
  },
);

groups.delete('/:id', may('people.write'), names(GroupId), tells('Deletes a group'), async (c) => {
  const { user } = c.var;
  const group = await getGroup(c.env.DB, user.account, c.req.param('id'));
  if (!group) return c.json({});
  const act = actOf(c, user, 'group.deleted', { subject: { id: group.id, name: group.name } });
  await changing(c.env, user.account, group.members, () =>
    deleteGroup(c.env.DB, user.account, group.id, act),
  );
  return c.json({});
});

function tidy(body: GroupBody): GroupBody {
  return { name: cleanName(body.name), members: [...new Set(body.members)].sort() };
}

/** Who is in one of the lists and not in the other. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  return [...a.filter((id) => !b.includes(id)), ...b.filter((id) => !a.includes(id))];
}
