import { expect, test } from 'vitest';
import { api } from '../../worker/http/api.ts';
import { ask, call } from './client.ts';

interface Operation {
  summary?: string;
  'x-right'?: string;
  requestBody?: object;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

test('V42 the document lists every route but the operator’s: its purpose, who may use it and its body', async () => {
  const { status, body } = await ask<Document>('GET', '/api/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const served = api.routes.filter(
    ({ method, path }) => method !== 'ALL' && !path.startsWith('/api/operator/'),
  );
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
  expect(JSON.stringify(body)).not.toContain('operator');
});

test('V42 a client that has the document is not sent it again', async () => {
  const first = await call('GET', '/api/openapi.json');
  const tag = first.headers.get('ETag') ?? '';
  expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
  expect(first.headers.get('Cache-Control')).toBe('public, max-age=300');
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`]) {
    const again = await call('GET', '/api/openapi.json', { headers: { 'If-None-Match': known } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  }
  const other = await call('GET', '/api/openapi.json', { headers: { 'If-None-Match': '"other"' } });
  expect([other.status, await other.text()]).toEqual([200, await first.text()]);
});
