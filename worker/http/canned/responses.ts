/** The responses of forums (CAN-5 … CAN-18). */
import { cannedRoutes, isRefusal, refuse } from '#protocol';
import { Hono } from 'hono';
import { getForum } from '../../db/canned/forums.ts';
import {
  getResponse,
  readFile,
  removeResponse,
  restoreResponse,
  saveResponse,
} from '../../db/canned/responses.ts';
import { listUses } from '../../db/canned/uses.ts';
import type { Bound, Exchange } from '../serving/exchange.ts';
import { notModified, serve } from '../serving/serve.ts';
import { filesMayGo, takeFiles } from './taking.ts';
import { authorOf, placeOf, told, writable } from './place.ts';

export const responses = new Hono<Bound>();

serve(responses, cannedRoutes.responses, async (c, { user, params }) => {
  const place = placeOf(user, params.forum);
  const asked = c.req.header('If-None-Match');
  // The version alone costs one row, where the file costs up to five thousand.
  const known = asked === undefined ? null : await getForum(c.env.DB, place);
  if (known && asked?.includes(tag(c, known))) return notModified;
  const file = await readFile(c.env.DB, place);
  if (!file) return refuse('not_found');
  tag(c, file);
  return file;
});

/** Sets the headers with which a browser stores the file, and asks each time whether it is still the present one. */
function tag(c: Exchange, { version }: { version: number }): string {
  const etag = `"${version}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', 'private, no-cache');
  return etag;
}

serve(responses, cannedRoutes.uses, async (c, { user, params }) => {
  const place = placeOf(user, params.forum);
  if (!(await getForum(c.env.DB, place))) return refuse('not_found');
  return { uses: await listUses(c.env.DB, place) };
});

serve(responses, cannedRoutes.getResponse, (c, { user, params }) =>
  getResponse(c.env.DB, placeOf(user, params.forum), params.response),
);

serve(responses, cannedRoutes.putResponse, async (c, { user, params, body }) => {
  const place = await writable(c, user, params.forum);
  if (isRefusal(place)) return place;
  const refusal = await takeFiles(c, user, place, params.response, body.files);
  if (refusal) return refusal;
  const author = authorOf(c, user, place);
  const saved = await saveResponse(c.env.DB, place, params.response, body, author, Date.now());
  return told(c, place, saved);
});

serve(responses, cannedRoutes.removeResponse, async (c, { user, params }) => {
  const place = await writable(c, user, params.forum);
  if (isRefusal(place)) return place;
  await filesMayGo(c, user);
  const author = authorOf(c, user, place);
  const left = told(c, place, await removeResponse(c.env.DB, place, params.response, author, Date.now()));
  return isRefusal(left) ? left : { restorableFor: left };
});

serve(responses, cannedRoutes.restoreResponse, async (c, { user, params }) => {
  const place = await writable(c, user, params.forum);
  if (isRefusal(place)) return place;
  const author = authorOf(c, user, place);
  return told(c, place, await restoreResponse(c.env.DB, place, params.response, author, Date.now()));
});
