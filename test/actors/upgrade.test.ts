/** The socket upgrades that an actor admits, and the versions of the protocol that they may offer. */
import { makeId, subprotocol, type IdKind } from '#protocol';
import { expect, test } from 'vitest';
import { readUpgrade, refuseProtocol } from '../../worker/runtime/upgrade.ts';

const id = (kind: IdKind) => makeId(kind, crypto.getRandomValues(new Uint8Array(26)));
const user = {
  ...{ kind: 'user', account: id('account'), id: id('user'), name: 'Zoe', roles: ['agent'] },
  ...{ manages: false, session: id('session') },
};
const visitor = { kind: 'visitor', account: id('account'), id: id('visitor'), site: id('site') };

function upgrade(principal: unknown, protocols: string | null = subprotocol): Request {
  const headers = new Headers({ Upgrade: 'websocket' });
  if (protocols !== null) headers.set('Sec-WebSocket-Protocol', protocols);
  const told = typeof principal === 'string' ? principal : JSON.stringify(principal);
  headers.set('x-parley-principal', told);
  return new Request('https://parley.test/socket', { headers });
}
const statusOf = (answer: unknown) => (answer instanceof Response ? answer.status : 'admitted');
const all = () => true;

test('a principal of an accepted kind is admitted, with all its fields', () => {
  const agent = { ...user, photo: '/api/photos/x', offline: true, mustEnroll: false };
  expect(readUpgrade(upgrade(agent), ['user'], all)).toEqual(agent);
  expect(readUpgrade(upgrade(visitor), ['user', 'visitor'], all)).toEqual(visitor);
});

test('a principal of another kind, or one that the actor does not admit, is refused', () => {
  expect(statusOf(readUpgrade(upgrade(visitor), ['user'], all))).toBe(403);
  expect(statusOf(readUpgrade(upgrade({ kind: 'operator' }), ['user', 'visitor'], all))).toBe(403);
  expect(statusOf(readUpgrade(upgrade(user), ['user'], () => false))).toBe(403);
});

test.each([
  'null',
  '{}',
  '{"kind":"user"',
  '[]',
  { ...user, roles: ['owner'] },
  { ...user, roles: 'agent' },
  { ...user, id: visitor.id },
  { ...user, manages: 'yes' },
  { ...user, offline: 'no' },
  { ...user, session: undefined },
  { ...visitor, site: 'x' },
])('an invalid principal is refused: %o', (principal) => {
  expect(statusOf(readUpgrade(upgrade(principal), ['user', 'visitor'], all))).toBe(403);
});

test.each([
  [subprotocol, undefined],
  [`token.x, ${subprotocol}`, undefined],
  [`${subprotocol},token.x`, undefined],
  [null, 426],
  ['', 426],
  [`${subprotocol}0`, 426],
  [`x${subprotocol}`, 426],
  [`token.${subprotocol}`, 426],
])('SOC-1 the protocol version must match a whole offered name: %s', (offered, status) => {
  const request = upgrade(user, offered);
  expect(refuseProtocol(request)?.status).toBe(status);
  expect(statusOf(readUpgrade(request, ['user'], all))).toBe(status ?? 'admitted');
});
