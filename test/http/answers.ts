/** Holds the server's answers to the schemas of their routes. */
import { isSchema } from '#protocol';
import { allRoutes } from '#protocol/routes';
import * as v from 'valibot';
import { expect } from 'vitest';

const patterns = allRoutes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`),
}));

/** Fails where the answer to a request that was accepted has another shape than its route declares, or a field more. */
export async function expectDeclared(method: string, path: string, response: Response): Promise<void> {
  if (response.status !== 200 || method === 'HEAD' || !path.startsWith('/api/')) return;
  const [pathname = ''] = path.split('?');
  const found = patterns.find(({ route, pattern }) => route.method === method && pattern.test(pathname));
  if (!found) throw new Error(`${method} ${pathname} is answered, and is no route`);
  const { address, answer } = found.route;
  if (!isSchema(answer)) return;
  const body: unknown = await response.clone().json();
  const { success, output, issues } = v.safeParse(answer, body);
  const problems = (issues ?? []).map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
  expect(problems, address).toEqual([]);
  // A schema drops the fields that it does not name.
  if (success) expect(output, address).toEqual(body);
}
