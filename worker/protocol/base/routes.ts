/** The routes of the server itself. */
import * as v from 'valibot';
import { file, route } from './route.ts';

const Health = v.object({ ok: v.literal(true) });

export const health = route('GET /api/health', {
  right: 'anybody',
  summary: 'Reports that the server answers',
  answer: Health,
});

export const openApi = route('GET /api/openapi.json', {
  right: 'anybody',
  summary: 'Returns this document',
  answer: file(['application/json']),
});
