/** The routes of files (FIL-1): the same for agents and for visitors, who identify themselves in another way. */
import { check, ConversationId, FileId, fileRoutes, isRefusal, refuse, type Refusal } from '#protocol';
import { Hono } from 'hono';
import type { FoundFile } from '../../actors/contracts/conversation.ts';
import { conversationStub } from '../../actors/stubs.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { visitorOf, type UserPrincipal, type VisitorPrincipal } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { begin, cancel, complete, look, putPart, putThumbnail } from './sending.ts';
import { serveFile, serveThumbnail } from './serving.ts';
import { spaceOf } from './space.ts';

export const files = new Hono<Bound>();

serve(files, fileRoutes.begin, (c, { user, body }) => begin(c, user, body));

serve(files, fileRoutes.get, (c, { user, params }) => look(c, user, params.file));

serve(files, fileRoutes.putPart, (c, { user, params }) => putPart(c, user, params.file, Number(params.part)));

serve(files, fileRoutes.putThumbnail, (c, { user, params, body }) =>
  putThumbnail(c, user, params.file, body),
);

serve(files, fileRoutes.complete, (c, { user, params }) => complete(c, user, params.file));

serve(files, fileRoutes.cancel, (c, { user, params }) => cancel(c, user, params.file));

serve(files, fileRoutes.read, async (c, { user, params, query }) => {
  const found = await find(c, user, params.id, params.file);
  return isRefusal(found) ? found : serveFile(c, found, query.save !== undefined);
});

serve(files, fileRoutes.thumbnail, async (c, { user, params }) => {
  const found = await find(c, user, params.id, params.file);
  return isRefusal(found) ? found : serveThumbnail(c, found);
});

serve(files, fileRoutes.space, (c, { user }) => spaceOf(c, user.account));

serve(files, fileRoutes.visitorBegin, async (c, { body: { site, ...body } }) => {
  const visitor = await visitorOf(c, site);
  if (isRefusal(visitor)) return visitor;
  return visitor.site === site ? begin(c, visitor, body) : refuse('signed_out');
});

serve(files, fileRoutes.visitorGet, async (c, { params: { file } }) => {
  const visitor = await ownerOf(c, file);
  return isRefusal(visitor) ? visitor : look(c, visitor, file);
});

serve(files, fileRoutes.visitorPutPart, async (c, { params: { file, part } }) => {
  const visitor = await ownerOf(c, file);
  if (isRefusal(visitor)) return visitor;
  if (isRefusal(check(fileRoutes.putPart.params.part, part))) return refuse('not_found');
  return putPart(c, visitor, file, Number(part));
});

serve(files, fileRoutes.visitorPutThumbnail, async (c, { params: { file }, body }) => {
  const visitor = await ownerOf(c, file);
  return isRefusal(visitor) ? visitor : putThumbnail(c, visitor, file, body);
});

serve(files, fileRoutes.visitorComplete, async (c, { params: { file } }) => {
  const visitor = await ownerOf(c, file);
  return isRefusal(visitor) ? visitor : complete(c, visitor, file);
});

serve(files, fileRoutes.visitorCancel, async (c, { params: { file } }) => {
  const visitor = await ownerOf(c, file);
  return isRefusal(visitor) ? visitor : cancel(c, visitor, file);
});

serve(files, fileRoutes.visitorRead, async (c, { params: { id, file }, query }) => {
  const found = await findOwn(c, id, file);
  return isRefusal(found) ? found : serveFile(c, found, query.save !== undefined);
});

serve(files, fileRoutes.visitorThumbnail, async (c, { params: { id, file } }) => {
  const found = await findOwn(c, id, file);
  return isRefusal(found) ? found : serveThumbnail(c, found);
});

/** The visitor. Their actor has only their own uploads, so another visitor's id is unknown to it. */
async function ownerOf(c: Exchange, file: string): Promise<VisitorPrincipal | Refusal> {
  const visitor = await visitorOf(c);
  if (isRefusal(visitor)) return visitor;
  return isRefusal(check(FileId, file)) ? refuse('not_found') : visitor;
}

/** FIL-14. The conversation decides at each request who may read it. */
async function find(
  c: Exchange,
  reader: UserPrincipal | VisitorPrincipal,
  conversation: string,
  file: string,
): Promise<FoundFile | Refusal> {
  return conversationStub(c.env, reader.account, conversation).file({ ...reader }, file);
}

async function findOwn(c: Exchange, conversation: string, file: string): Promise<FoundFile | Refusal> {
  const visitor = await ownerOf(c, file);
  if (isRefusal(visitor)) return visitor;
  if (isRefusal(check(ConversationId, conversation))) return refuse('not_found');
  return find(c, visitor, conversation, file);
}
