/** The API's document in OpenAPI 3.1, made from the routes. */
import { isSchema, refusals, socket, type FileForm, type Route } from '#protocol';
import { allRoutes } from '#protocol/routes';
import { toJsonSchema } from '@valibot/to-json-schema';
import type { Exchange } from './exchange.ts';

let document: { readonly text: string; readonly tag: string } | undefined;

/** Answers with the document, which each isolate makes once: it never changes within one version of the code. */
export async function apiDocument(c: Exchange): Promise<Response> {
  const { text, tag } = (document ??= await tagged(JSON.stringify(openApi())));
  c.header('ETag', tag);
  c.header('Cache-Control', 'public, max-age=300');
  // A proxy that compresses turns the tag into a weak one.
  if (c.req.header('If-None-Match')?.includes(tag)) return c.body(null, 304);
  return c.body(text, 200, { 'Content-Type': 'application/json' });
}

async function tagged(text: string) {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = [...new Uint8Array(bytes, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return { text, tag: `"${hex.join('')}"` };
}

/**
 * The operator's routes are left out: the document is for programs that work with an account, and the operator has the
 * README and scripts. Leaving the routes out protects nothing; their secret does.
 */
function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of allRoutes) {
    if (route.right === 'operator') continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route);
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
  'A request that changes something carries an `Origin` equal to the server’s own. Every error is a `Refusal`.';

function operation({ right, summary, params = {}, query, body, answer }: Route): object {
  const ids = Object.entries(params).map(([name, schema]) => ({
    ...{ name, in: 'path', required: true },
    schema: schemaOf(schema),
  }));
  const { properties = {}, required = [] } = query ? schemaOf(query) : {};
  const asked = Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', schema },
    ...(required.includes(name) && { required: true }),
  }));
  const whom = { anybody: [], visitor: [{ visitor: [] }] };
  return {
    summary,
    'x-right': right,
    security: right in whom ? whom[right as keyof typeof whom] : [{ session: [] }],
    parameters: [...ids, ...asked],
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      ...(answer === socket
        ? { 101: { description: 'The socket is open' } }
        : { 200: { description: 'Done', content: contentOf(answer) } }),
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

function contentOf(form: Schema | FileForm): object {
  return isSchema(form) ? json(schemaOf(form)) : Object.fromEntries(form.media.map((type) => [type, {}]));
}

type Schema = NonNullable<Route['query']> | Exclude<Route['answer'], FileForm | string>;

/** The form on the wire. Checks that JSON Schema cannot express, such as a known time zone, are left out. */
function schemaOf(schema: Schema) {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' });
  return rest;
}

const json = (schema: object) => ({ 'application/json': { schema } });

const refusal = {
  type: 'object',
  description: 'The answer to a request that the server refuses. Nothing was changed.',
  properties: {
    refused: { type: 'string', enum: Object.keys(refusals) },
    message: { type: 'string' },
    field: { type: 'string', description: 'The wrong field of the input' },
    fields: {
      type: 'array',
      items: { type: 'string' },
      description: 'All wrong fields, where several are possible',
    },
    retryAfter: { type: 'number', description: 'Milliseconds' },
  },
  required: ['refused', 'message'],
};
