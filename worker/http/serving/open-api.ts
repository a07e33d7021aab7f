/** The API's document in OpenAPI 3.1, made from what stands at the doors themselves. */
import { refusals } from '#protocol';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { Hono } from 'hono';
import { findTargetHandler } from 'hono/utils/handler';
import { photoTypes } from '../people/photo-file.ts';
import { sign, type Sign } from './door.ts';
import type { Bound, Exchange } from './exchange.ts';

/** What a door says, put together from the signs that its handlers bear. */
export interface Door extends Sign {
  readonly method: string;
  readonly path: string;
}

/** All doors of the API: its handlers, without what every request passes through. */
export function doorsOf(api: Hono<Bound>): Door[] {
  const doors = new Map<string, Door>();
  for (const { method, path, handler } of api.routes) {
    if (method === 'ALL') continue;
    const signs = (findTargetHandler(handler) as { [sign]?: Sign })[sign];
    const key = `${method} ${path}`;
    doors.set(key, { ...doors.get(key), ...signs, method, path });
  }
  return [...doors.values()];
}

let document: { readonly text: string; readonly tag: string } | undefined;

/** Answers with the document, which each isolate makes once: it never changes under one version of the code. */
export async function apiDocument(c: Exchange, api: Hono<Bound>): Promise<Response> {
  const { text, tag } = (document ??= await tagged(JSON.stringify(openApi(api))));
  c.header('ETag', tag);
  c.header('Cache-Control', 'public, max-age=300');
  // A proxy that compresses makes the tag a weak one.
  if (c.req.header('If-None-Match')?.includes(tag)) return c.body(null, 304);
  return c.body(text, 200, { 'Content-Type': 'application/json' });
}

async function tagged(text: string) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(bytes, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return { text, tag: `"${hex.join('')}"` };
}

/**
 * The operator's doors are left out: the document is for programs that work with an account, and the operator has README and scripts.
 * To hide them protects nothing; their secret does.
 */
function openApi(api: Hono<Bound>): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const door of doorsOf(api)) {
    if (door.right === 'operator') continue;
    const path = door.path.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1');
    (paths[path] ??= {})[door.method.toLowerCase()] = operation(door);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version: '1', description },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-parley' },
        visitor: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Refusal: refusal },
      responses: {
        Refused: { description: 'Refused', content: json({ $ref: '#/components/schemas/Refusal' }) },
      },
    },
  };
}

const description =
  'A request that changes something carries an `Origin` equal to the server’s own. What is not done is refused: see `Refusal`.';

function operation({ path, right = 'anybody', summary, takes, takesPhoto, asks, tells }: Door): object {
  const ids = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));
  const query = Object.entries(asks ? (schemaOf(asks).properties ?? {}) : {}).map(([name, schema]) => {
    return { name, in: 'query', schema };
  });
  const whom = { anybody: [], visitor: [{ visitor: [] }] };
  return {
    summary,
    'x-right': right,
    security: right in whom ? whom[right as keyof typeof whom] : [{ session: [] }],
    parameters: [...ids, ...query],
    ...(takes && { requestBody: { required: true, content: json(schemaOf(takes)) } }),
    ...(takesPhoto && { requestBody: { required: true, content: images } }),
    responses: {
      200: { description: 'Done', content: json(tells ? schemaOf(tells) : { type: 'object' }) },
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

/** The form as it stands on the wire; what no JSON Schema can say, such as a known time zone, is left out. */
function schemaOf(schema: NonNullable<Sign['takes']>) {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' });
  return rest;
}

const images = Object.fromEntries(photoTypes.map((type) => [type, {}]));
const json = (schema: object) => ({ 'application/json': { schema } });

const refusal = {
  type: 'object',
  description: 'What the server answers instead of doing what it was asked; nothing was changed.',
  properties: {
    refused: { type: 'string', enum: Object.keys(refusals) },
    message: { type: 'string' },
    field: { type: 'string', description: 'Which part of the input is meant' },
    fields: {
      type: 'array',
      items: { type: 'string' },
      description: 'All such parts, where there are several',
    },
    retryAfter: { type: 'number', description: 'Milliseconds' },
  },
  required: ['refused', 'message'],
};
