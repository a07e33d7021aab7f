/** Import and export of a forum's responses (CAN-19 … CAN-22). */
import { cannedRoutes, isRefusal, refuse } from '#protocol';
import { Hono } from 'hono';
import { getForum } from '../../db/canned/forums.ts';
import { importResponses } from '../../db/canned/import.ts';
import { readFile } from '../../db/canned/responses.ts';
import type { Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { serve } from '../serving/serve.ts';
import { readCsv, writeCsv } from './csv.ts';
import { authorOf, placeOf, told, writable } from './place.ts';

export const cannedFiles = new Hono<Bound>();

const makeIds = (count: number) => Array.from({ length: count }, () => newId('response'));

serve(cannedFiles, cannedRoutes.importFile, async (c, { user, params, query, body }) => {
  const place = await writable(c, user, params.forum);
  if (isRefusal(place)) return place;
  const read = readCsv(body.bytes);
  if (isRefusal(read)) return read;
  const how = { check: query.mode === 'check', makeIds };
  const { acting } = authorOf(c, user, place);
  return told(c, place, await importResponses(c.env.DB, place, read, how, acting, Date.now()));
});

serve(cannedFiles, cannedRoutes.exportFile, async (c, { user, params }) => {
  const place = placeOf(user, params.forum);
  const [forum, file] = await Promise.all([getForum(c.env.DB, place), readFile(c.env.DB, place)]);
  if (!forum || !file) return refuse('not_found');
  return c.body(writeCsv(file.responses), 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="responses.csv"; filename*=UTF-8''${fileName(forum.title)}`,
  });
});

/** The title as RFC 8187 encodes it. An own forum has none. */
function fileName(title: string): string {
  const name = encodeURIComponent(title.replaceAll(/[/\\:*?"<>|]/g, '-') || 'templates');
  return `${name.replaceAll(/['()*]/g, (found) => `%${found.charCodeAt(0).toString(16)}`)}.csv`;
}
