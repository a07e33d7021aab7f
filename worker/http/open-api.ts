/** The API's document, made from the doors themselves. */
import { refusals } from '#protocol';
import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import type { Bound } from './exchange.ts';

let made: Promise<object> | undefined;

/** OpenAPI 3.1 of all that `api` serves; made once, when it is first asked for. */
export function openApi(api: Hono<Bound>): Promise<object> {
  made ??= generateSpecs(api, {
    documentation: {
      info: {
        title: 'Parley',
        version: '1',
        description:
          'Every request that changes something carries an `Origin` equal to the server’s own. What is not done is refused: see `Refusal`.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: '__Host-parley' },
          visitor: { type: 'http', scheme: 'bearer' },
          operator: { type: 'http', scheme: 'bearer' },
        },
        schemas: { Refusal: refusalSchema },
      },
    },
    defaultValidationErrorResponse: refusalResponse,
    defaultOptions: { ALL: {} },
    excludeStaticFile: false,
  });
  return made;
}

const refusalSchema = {
  type: 'object' as const,
  description: 'What a server answers instead of doing what it was asked; nothing was changed.',
  properties: {
    refused: { type: 'string' as const, enum: Object.keys(refusals) },
    message: { type: 'string' as const },
    field: { type: 'string' as const },
    retryAfter: { type: 'number' as const, description: 'Milliseconds' },
  },
  required: ['refused', 'message'],
};
const refusalResponse = {
  description: 'Refused',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
};
