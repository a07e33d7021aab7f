import { expect, test } from 'vitest';
import { api } from '../../worker/http/api.ts';
import { ask } from './client.ts';

interface Operation {
  summary?: string;
  'x-right'?: string;
  requestBody?: object;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

test('V42 the document names every door, what it does, who may come in and what it takes', async () => {
  const { status, body } = await ask<Document>('GET', '/api/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const served = api.routes.filter(({ method }) => method !== 'ALL');
  const doors = new Set(
    served.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace(/\/$/, '')}`),
  );
  const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      door: `${method.toUpperCase()} ${path.replace(/\/$/, '')}`,
      operation,
    })),
  );
  expect(new Set(documented.map(({ door }) => door))).toEqual(doors);
  for (const { door, operation } of documented) {
    expect(operation.summary, door).toEqual(expect.any(String));
    expect(operation['x-right'], door).toEqual(expect.any(String));
    if (/^(PATCH|PUT) /.test(door)) expect(operation.requestBody, door).toBeDefined();
  }
  expect(JSON.stringify(body)).not.toContain('undefined');
});
