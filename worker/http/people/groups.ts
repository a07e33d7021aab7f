/**
 * An account's groups (USR-6). Managers read them, administrators change them; a change reaches the actors of its
 * members at once.
 */
import { cleanName, peopleRoutes, refuse, type GroupBody } from '#protocol';
import { Hono } from 'hono';
import { changesBetween } from '../../db/audit.ts';
import { deleteGroup, getGroup, listGroups, putGroup } from '../../db/groups.ts';
import { actOf } from '../serving/act.ts';
import type { Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { serve } from '../serving/serve.ts';
import { changing } from './changes.ts';

export const groups = new Hono<Bound>();

serve(groups, peopleRoutes.listGroups, async (c, { user, query }) => ({
  groups: await listGroups(c.env.DB, user.account, query.search),
}));

serve(groups, peopleRoutes.addGroup, async (c, { user, body }) => {
  const group = tidy(body);
  const id = newId('group');
  const act = actOf(c, user, 'group.added', { subject: { id, name: group.name } });
  const put = () => putGroup(c.env.DB, user.account, id, group, act);
  return (await changing(c.env, user.account, group.members, put)) ?? refuse('not_found');
});

serve(groups, peopleRoutes.changeGroup, async (c, { user, params, body }) => {
  const before = await getGroup(c.env.DB, user.account, params.id);
  if (!before) return refuse('not_found');
  const { id, ...known } = before;
  const group = tidy(body);
  const moved = difference(known.members, group.members);
  const changes = changesBetween(known, group);
  const act = actOf(c, user, 'group.changed', { subject: { id, name: known.name }, changes });
  const put = () => putGroup(c.env.DB, user.account, id, group, act);
  return (await changing(c.env, user.account, moved, put)) ?? refuse('not_found');
});

serve(groups, peopleRoutes.deleteGroup, async (c, { user, params }) => {
  const group = await getGroup(c.env.DB, user.account, params.id);
  if (!group) return {};
  const act = actOf(c, user, 'group.deleted', { subject: { id: group.id, name: group.name } });
  await changing(c.env, user.account, group.members, () =>
    deleteGroup(c.env.DB, user.account, group.id, act),
  );
  return {};
});

function tidy(body: GroupBody): GroupBody {
  return { name: cleanName(body.name), members: [...new Set(body.members)].sort() };
}

/** The ids that only one of the two lists contains. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  return [...a.filter((id) => !b.includes(id)), ...b.filter((id) => !a.includes(id))];
}
