import { expect, test } from 'vitest';
import { allRoutes } from '#protocol/routes';
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

test('S1 every route is served, and every address that is served is a route', () => {
  const served = api.routes.filter(({ method }) => method !== 'ALL');
  const addresses = served.map(({ method, path }) => `${method} ${path}`);
  expect(addresses.toSorted()).toEqual(allRoutes.map(({ address }) => address).toSorted());
});

test('REQ-10 the document lists every route but the operator’s: its purpose, who may use it and its body', async () => {
  const { status, body } = await ask<Document>('GET', '/api/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const routes = allRoutes
    .filter(({ right }) => right !== 'operator')
    .map(({ address }) => address.replace(/:(\w+)/g, '{$1}'));
  const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      address: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  expect(documented.map(({ address }) => address).toSorted()).toEqual(routes.toSorted());
  for (const { address, operation } of documented) {
    expect(operation.summary, address).toEqual(expect.any(String));
    expect(operation['x-right'], address).toEqual(expect.any(String));
    if (/^(PATCH|PUT) /.test(address)) expect(operation.requestBody, address).toBeDefined();
  }
  expect(JSON.stringify(body)).not.toContain('undefined');
  expect(JSON.stringify(body)).not.toContain('operator');
});

test('REQ-10 a client that has the document is not sent it again', async () => {
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
