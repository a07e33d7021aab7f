import { expect, test } from 'vitest';
import { forwarded } from '../../worker/http/serving/principal.ts';
import { id, origin } from './client.ts';

test('S2 an actor gets the principal only from the Worker, and no credential', () => {
  const principal = {
    kind: 'user' as const,
    account: id('account'),
    id: id('user'),
    name: 'Zoë 🦊 Łukasz',
    roles: ['agent' as const],
    manages: true,
    session: id('session'),
  };
  const headers = {
    Upgrade: 'websocket',
    Cookie: '__Host-parley=secret',
    Authorization: 'Bearer secret',
    'Sec-WebSocket-Protocol': 'parley.1, token.secret',
    'X-Parley-Principal': '{"kind":"operator"}',
    'x-parley-anything': 'else',
  };
  const request = forwarded(new Request(`${origin}/api/agent/socket`, { headers }), principal);
  const { 'x-parley-principal': told, ...rest } = Object.fromEntries(request.headers);
  expect(JSON.parse(told ?? '')).toEqual(principal);
  expect(told).toMatch(/^[ -~]*$/);
  expect(rest).toEqual({ upgrade: 'websocket', 'sec-websocket-protocol': 'parley.1' });
});
