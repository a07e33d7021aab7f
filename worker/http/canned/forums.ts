/** Forums (CAN-1 … CAN-6). Agents list them, managers change them. */
import { cannedRoutes, cleanName, isRefusal, refuse, type ForumBody, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { listCampaigns } from '../../db/campaigns.ts';
import {
  addForum,
  getForum,
  listForums,
  removeForum,
  restoreForum,
  updateForum,
} from '../../db/canned/forums.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { serve } from '../serving/serve.ts';
import { actingOf, notify, placeOf, told } from './place.ts';
import { filesMayGo } from './taking.ts';

export const forums = new Hono<Bound>();

serve(forums, cannedRoutes.list, async (c, { user }) => ({
  forums: await listForums(c.env.DB, user.account, user.id),
}));

serve(forums, cannedRoutes.add, async (c, { user, body: given }) => {
  const body = await tidy(c, user.account, given);
  if (isRefusal(body)) return body;
  const id = newId('forum');
  const act = actingOf(c, user)('forum.added', { id, name: body.title });
  const forum = await addForum(c.env.DB, user.account, id, body, act);
  if (!isRefusal(forum)) notify(c, placeOf(user, id), forum.version);
  return forum;
});

serve(forums, cannedRoutes.change, async (c, { user, params, body: given }) => {
  const place = { ...placeOf(user, params.forum), owner: null };
  if (!(await getForum(c.env.DB, place))) return refuse('not_found');
  const body = await tidy(c, user.account, given);
  if (isRefusal(body)) return body;
  return told(c, place, await updateForum(c.env.DB, place, body, Date.now(), actingOf(c, user)));
});

serve(forums, cannedRoutes.remove, async (c, { user, params }) => {
  const place = { ...placeOf(user, params.forum), owner: null };
  await filesMayGo(c, user);
  const left = await removeForum(c.env.DB, place, Date.now(), actingOf(c, user));
  if (isRefusal(left)) return left;
  notify(c, place, null);
  return { restorableFor: left };
});

serve(forums, cannedRoutes.restore, async (c, { user, params }) => {
  const place = { ...placeOf(user, params.forum), owner: null };
  const forum = await restoreForum(c.env.DB, place, Date.now(), actingOf(c, user));
  if (!isRefusal(forum)) notify(c, place, forum.version);
  return forum;
});

/** Cleans the title. Refuses campaigns that the account does not have. */
async function tidy(
  c: Exchange,
  account: string,
  { title, campaigns }: ForumBody,
): Promise<ForumBody | Refusal> {
  const named = campaigns && [...new Set(campaigns)];
  if (named && named.length > 0) {
    const known = new Set((await listCampaigns(c.env.DB, account)).map(({ id }) => id));
    if (named.some((id) => !known.has(id))) return refuse('bad_request', { field: 'campaigns' });
  }
  return { title: cleanName(title), campaigns: named };
}
