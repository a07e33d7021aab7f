import { env, exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';

test('the Worker answers, and the database has its migrations', async () => {
  const response = await exports.default.fetch('http://example.test/login', {
    headers: { Accept: 'text/html' },
  });
  expect(response.status).toBe(200);
  const { results } = await env.DB.prepare('SELECT name FROM d1_migrations').all();
  expect(results).toHaveLength(env.MIGRATIONS.length);
});
