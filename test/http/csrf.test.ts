/** Requests that a page of another site can make a browser send, with all of the browser's cookies for us. */
import { subprotocol } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { call, origin, type Call } from './client.ts';
import { urlOf, askedRoutes, probe, type AskedRoute } from './routes.ts';
import { newSide, stateOf, strangers, type Side } from './principals.ts';

let a: Side;
/** An administrator's browser, whose user is also a visitor of the account's site. */
let cookie: string;
beforeAll(async () => {
  a = await newSide('A');
  const administrator = a.principals.find(({ kind }) => kind === 'administrator');
  cookie = `${administrator?.credential.cookie}; __Host-parley-visitor-${a.site}=${a.things.token}`;
});

const foreign = {
  'no origin': undefined,
  'the origin null': 'null',
  'another origin': 'https://evil.test',
  'a name that begins like ours': 'https://parley.test.evil.test',
  'a name that ends like ours': 'https://evilparley.test',
  'a name below ours': 'https://evil.parley.test',
  'no encryption': 'http://parley.test',
  'another port': 'https://parley.test:8443',
  'two origins': 'https://parley.test, https://evil.test',
};
const foreignTypes = [
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'TEXT/PLAIN; charset=UTF-8',
];

interface Attack extends Call {
  readonly name: string;
  readonly method: string;
  readonly address: string;
}

/** A body as a form sends it: JSON in a field's name, or field by field. */
function asForm(body: unknown): string {
  const fields = Object.entries((body ?? {}) as Record<string, unknown>);
  return new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
}

function attacksOn(route: AskedRoute): Attack[] {
  const { method } = route;
  const address = urlOf(route, a.things, a.things);
  const body = route.line.body?.(a.things);
  const text = JSON.stringify(body ?? {});
  const common = { method, address, cookie };
  const attacks: Attack[] = Object.entries(foreign).map(([name, Origin]) => {
    const headers = { 'Content-Type': route.line.type ?? 'application/json', Origin };
    return { ...common, name: `its own body with ${name}`, ...(body !== undefined && { body }), headers };
  });
  for (const type of foreignTypes) {
    const asked = { ...common, body: type.startsWith('application') ? asForm(body) : text };
    const headers = { 'Content-Type': type };
    attacks.push({ ...asked, name: `${type} from elsewhere`, headers: { ...headers, Origin: 'null' } });
    // Even if a foreign origin were believed by mistake: no such body is read.
    attacks.push({ ...asked, name: `${type} from here`, headers: { ...headers, Origin: origin } });
  }
  const upper = { 'Content-Type': 'APPLICATION/JSON', Origin: 'https://evil.test' };
  attacks.push({ ...common, name: 'JSON in capitals', body: text, headers: upper });
  const override = { 'X-HTTP-Method-Override': method, Origin: undefined };
  for (const other of ['GET', 'HEAD']) {
    const query = `${address.includes('?') ? '&' : '?'}_method=${method}&${asForm(body)}`;
    attacks.push({ name: other, method: other, address: address + query, cookie, headers: override });
  }
  const post = { ...override, 'Content-Type': 'text/plain', Origin: 'https://evil.test' };
  if (method !== 'POST')
    attacks.push({ ...common, name: 'another method meant', method: 'POST', body: text, headers: post });
  return attacks;
}

let asked = 0;
const changing = askedRoutes.filter(({ method }) => method !== 'GET');

test.each(changing.map((route) => [route.address, route] as const))(
  'S10 %s does nothing for a page of another site',
  async (_, route) => {
    const before = await stateOf(a);
    const done = [];
    for (const { name, method, address, ...options } of attacksOn(route)) {
      const response = await call(method, address, options);
      asked++;
      const read = method === 'GET' || method === 'HEAD';
      if ((response.ok && !read) || response.headers.getSetCookie().length > 0)
        done.push(`${name}: ${response.status}`);
      expect(response.headers.get('Access-Control-Allow-Origin'), name).toBeNull();
    }
    expect(done).toEqual([]);
    expect(await stateOf(a)).toEqual(before);
  },
);

test('S10 a page of another site can open no socket', async () => {
  for (const route of askedRoutes.filter(({ socket }) => socket)) {
    for (const Origin of Object.values(foreign)) {
      const headers = { Origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': subprotocol };
      const address = urlOf(route, a.things, a.things);
      const response = await call('GET', address, { cookie, headers });
      asked++;
      expect([route.address, Origin, response.status, response.webSocket]).toEqual([
        route.address,
        Origin,
        403,
        null,
      ]);
    }
    // The same from our own page is admitted.
    expect((await probe(route, { cookie }, a.things, a.things)).outcome).toBe('through');
  }
});

test('S10 the same request from our own page succeeds', async () => {
  const administrator = a.principals.find(({ kind }) => kind === 'administrator');
  // The visitor signs out last, because that ends the credential.
  const ends = ({ address }: (typeof changing)[number]) => address === 'DELETE /api/widget/session';
  for (const route of changing.toSorted((x, y) => Number(ends(x)) - Number(ends(y)))) {
    const operator = strangers.find(({ kind }) => kind === 'operator');
    const mine = (await administrator?.fresh()) ?? {};
    const things = { ...(await a.newThings()), ...(route.line.personal && { session: mine.session ?? '' }) };
    const visitor = `__Host-parley-visitor-${a.site}=${things.token}`;
    const own = route.right === 'operator' ? operator?.credential : { cookie: `${mine.cookie}; ${visitor}` };
    expect([route.address, (await probe(route, own ?? {}, things, things)).outcome]).toEqual([
      route.address,
      'through',
    ]);
  }
  console.log(`S10 routes ${changing.length}, requests ${asked}, state changes 0`);
});
