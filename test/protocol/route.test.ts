/** Routes as values: what they state of themselves, and the paths and types that their callers get. */
import {
  conversationRoutes,
  isSchema,
  pathOf,
  peopleRoutes,
  siteRoutes,
  type AnswerOf,
  type Asking,
  type Taken,
} from '#protocol';
import { allRoutes, type RouteAt } from '#protocol/routes';
import { expect, expectTypeOf, test } from 'vitest';

test('S1 each address is declared once, with a schema for each name in its path', () => {
  const addresses = allRoutes.map(({ address }) => address);
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const { address, method, path, params = {} } of allRoutes) {
    expect(`${method} ${path}`).toBe(address);
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(params), address).toEqual(names);
  }
});

test('S1 a route that changes something answers with a schema, and no GET has a body', () => {
  const changing = allRoutes.filter(({ method }) => method !== 'GET');
  expect(changing.filter(({ answer }) => !isSchema(answer))).toEqual([]);
  expect(allRoutes.filter(({ method, body }) => method === 'GET' && body)).toEqual([]);
});

test('a path is filled with its parameters and its query', () => {
  expect(pathOf(conversationRoutes.take, { id: 'con_a' })).toBe('/api/conversations/con_a/take');
  expect(pathOf(peopleRoutes.getUser, { id: '../me?x' })).toBe('/api/users/..%2Fme%3Fx');
  expect(pathOf(peopleRoutes.photoByOldPath, { account: 'a', user: 'b', name: 'c' })).toBe(
    '/api/photos/a/b/c',
  );
  const query = { site: 'sit_a', limit: 20, before: undefined };
  expect(pathOf(siteRoutes.visitorEntries, { id: 'con_a' }, query)).toBe(
    '/api/widget/conversations/con_a/entries?site=sit_a&limit=20',
  );
  expect(pathOf(peopleRoutes.listUsers, {}, { search: 'Zoë & co' })).toBe(
    '/api/users?search=Zo%C3%AB+%26+co',
  );
});

test('a route gives its callers the types of its answer and of its parts', () => {
  expectTypeOf<AnswerOf<typeof conversationRoutes.take>>().toEqualTypeOf<Taken>();
  expectTypeOf<AnswerOf<RouteAt<'POST /api/conversations/:id/take'>>>().toEqualTypeOf<Taken>();
  expectTypeOf<{ params: { id: string } }>().toExtend<Asking<typeof conversationRoutes.take>>();
  expectTypeOf<{ params: { name: string } }>().not.toExtend<Asking<typeof conversationRoutes.take>>();
  expectTypeOf<{ params: { id: string }; body: { generation: string } }>().not.toExtend<
    Asking<typeof conversationRoutes.accept>
  >();
});
