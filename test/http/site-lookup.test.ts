/** The cost of invented site ids for the database, and their effect on real sites. */
import type { Refusal } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { ask, env, failing, id, newAccount, newSite, standingClock } from './client.ts';

let site: string;
beforeAll(async () => {
  site = (await newSite(await newAccount())).site;
});

/** The database, with a count of its queries. */
function counted() {
  const count = { queries: 0 };
  const DB = new Proxy(env.DB, {
    get(database, name) {
      if (name === 'prepare') count.queries++;
      const member: unknown = Reflect.get(database, name);
      return typeof member === 'function' ? (member.bind(database) as unknown) : member;
    },
  });
  return { count, env: { DB } };
}

const headers = { Origin: 'https://shop.example' };
const config = (of: string, bindings: Partial<typeof env> = {}) =>
  ask<Partial<Refusal>>('GET', `/api/widget/config?site=${of}`, { headers, env: bindings });
const unknown = { status: 404, body: { refused: 'not_found' } };

test('L6 an id that no site has costs one query, however often it is requested', async () => {
  const { count, env: bindings } = counted();
  const nobodys = id('site');
  for (let i = 0; i < 50; i++) expect(await config(nobodys, bindings)).toMatchObject(unknown);
  expect(count.queries).toBe(1);
});

test('L6 sites that exist use up no look-ups', async () => {
  const account = await newAccount();
  standingClock();
  const sites = [];
  for (let i = 0; i < 45; i++) sites.push((await newSite(account)).site);
  for (const one of sites) expect((await config(one)).status).toBe(200);
});

test('L6 invented ids cost a limited number of queries a second, are refused beyond, and displace no site', async () => {
  const { count, env: bindings } = counted();
  const clock = standingClock();
  expect((await config(site, bindings)).status).toBe(200);
  const ids = Array.from({ length: 1_500 }, () => id('site'));
  const answers = [];
  count.queries = 0;
  for (const made of ids.slice(0, 300)) answers.push(await config(made, bindings));
  const refused = answers.filter(({ status }) => status === 429);
  expect(count.queries).toBeLessThanOrEqual(40);
  expect(count.queries + refused.length).toBe(300);
  expect(refused.at(-1)?.body).toMatchObject({ refused: 'slow_down', retryAfter: 50 });
  // The site is served without the database.
  expect((await config(site, failing('down'))).status).toBe(200);
  // Over a minute, more ids than are remembered.
  for (let from = 300; from < ids.length; from += 40) {
    clock.mockReturnValue(Date.now() + 2_000);
    for (const made of ids.slice(from, from + 40))
      expect(await config(made, bindings)).toMatchObject(unknown);
  }
  expect((await config(site, failing('down'))).status).toBe(200);
});
