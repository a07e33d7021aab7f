/** Files of canned responses: read, and copied to an upload of the user (CAN-32, CAN-33). */
import { cannedRoutes, isRefusal, refuse, type Refusal } from '#protocol';
import { Hono } from 'hono';
import { agentStub } from '../../actors/stubs.ts';
import { findFile, type CannedFile } from '../../db/canned/files.ts';
import { getForum } from '../../db/canned/forums.ts';
import { copyObject } from '../files/copying.ts';
import { isAccountFull } from '../files/space.ts';
import { serveFile, serveThumbnail } from '../files/serving.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import type { UserPrincipal } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { placeOf } from './place.ts';

export const attachments = new Hono<Bound>();

serve(attachments, cannedRoutes.readFile, async (c, { user, params, query }) => {
  const found = await find(c, user, params.file);
  return isRefusal(found) ? found : serveFile(c, shown(found), query.save !== undefined);
});

serve(attachments, cannedRoutes.readThumbnail, async (c, { user, params }) => {
  const found = await find(c, user, params.file);
  return isRefusal(found) ? found : serveThumbnail(c, shown(found));
});

serve(attachments, cannedRoutes.copyFile, async (c, { user, params, body: { id } }) => {
  const found = await find(c, user, params.file);
  if (isRefusal(found)) return found;
  const { info, small, key } = found;
  if (await isAccountFull(c, user.account, info.size)) return refuse('file_quota');
  const actor = agentStub(c.env, user.account, user.id);
  const copying = { id, info: { ...info, id }, ...(small && { small }) };
  const begun = await actor.beginCopy(copying);
  if (isRefusal(begun) || !('key' in begun)) return begun;
  if (!(await copyObject(c.env.FILES, { key, small }, begun.key))) return refuse('unavailable');
  return actor.copied(copying);
});

const shown = ({ info, key, small }: CannedFile) => ({ info, key, ...(small && { small }) });

/** A file of a forum that the user can read. */
async function find(c: Exchange, user: UserPrincipal, file: string): Promise<CannedFile | Refusal> {
  const found = await findFile(c.env.DB, user.account, file);
  const forum = found?.stored && (await getForum(c.env.DB, placeOf(user, found.forum)));
  return found && forum ? found : refuse('not_found');
}
