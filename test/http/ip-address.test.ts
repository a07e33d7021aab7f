import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientAddress, clientNetwork, clientNetworks } from '../../worker/http/serving/address.ts';
import type { Exchange } from '../../worker/http/serving/exchange.ts';
import { canonicalAddress, forwardedFor, networksOf } from '../../worker/http/serving/ip-address.ts';
import { ask, env } from './client.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:CB00:7107', '203.0.113.7'],
  ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8::0:1', '2001:db8::1'],
  // Programs parse these differently, or they are no addresses.
  ['203.0.113.07', null],
  ['203.0.113', null],
  ['0xcb007107', null],
  ['3405803783', null],
  ['203.0.113.7:80', null],
  ['[2001:db8::1]', null],
  ['fe80::1%eth0', null],
  ['2001:db8::1%25eth0', null],
  ['unknown', null],
  ['_hidden', null],
  ['', null],
  ['::ffff:203.0.113.7.', null],
  [`${'0'.repeat(50)}::1`, null],
])('S13 the address %s is %s', (text, address) => {
  expect(canonicalAddress(text)).toBe(address);
});

test.each([
  // The proxy appended the right end; the client wrote the rest.
  ['203.0.113.7', 1, '203.0.113.7'],
  ['1.1.1.1, 203.0.113.7', 1, '203.0.113.7'],
  ['1.1.1.1,2.2.2.2,203.0.113.7', 1, '203.0.113.7'],
  ['1.1.1.1, 203.0.113.7, 10.0.0.2', 2, '203.0.113.7'],
  ['::ffff:203.0.113.7', 1, '203.0.113.7'],
  ['  2001:DB8::1  ', 1, '2001:db8::1'],
  // Invalid text before the trusted part does not hide the client: that would be a way to avoid being counted.
  ['rubbish, 203.0.113.7', 1, '203.0.113.7'],
  [',,,203.0.113.7', 1, '203.0.113.7'],
  [`${'9'.repeat(5_000)},203.0.113.7`, 1, '203.0.113.7'],
  // Invalid text within it gives no address.
  ['203.0.113.7,', 1, null],
  ['203.0.113.7, unknown', 1, null],
  ['203.0.113.7, fe80::1%eth0', 1, null],
  ['203.0.113.7, 10.0.0.2:443', 1, null],
  ['203.0.113.7, rubbish, 10.0.0.2', 2, null],
  ['203.0.113.7, rubbish', 2, null],
  // The request did not come through all proxies.
  ['203.0.113.7', 2, null],
  ['', 1, null],
])('S13 of the list “%s” behind %i proxies the client is %s', (header, proxies, address) => {
  expect(forwardedFor(header, proxies)).toBe(address);
});

test('S13 a client’s address is the one that the outermost proxy saw, whatever the client writes into the list', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const property = fc.property(
    fc.string(),
    address,
    fc.array(address, { maxLength: 3 }),
    (written, client, proxies) => {
      const header = [...(written ? [written] : []), client, ...proxies].join(', ');
      expect(forwardedFor(header, proxies.length + 1)).toBe(canonicalAddress(client));
    },
  );
  fc.assert(property);
});

test('S13 an address is counted in its networks, narrowest first and each in one form', () => {
  expect(networksOf('203.0.113.7')).toEqual(['203.0.113.7']);
  expect(networksOf('::ffff:203.0.113.7')).toEqual(['203.0.113.7']);
  const networks = ['2001:db8:1:2fe::/64', '2001:db8:1:200::/56', '2001:db8:1::/48'];
  expect(networksOf('2001:db8:1:2fe:3:4:5:6')).toEqual(networks);
  expect(networksOf('2001:0DB8:0001:02FE::')).toEqual(networks);
  expect(networksOf('2001:db8:1:201::1')).toEqual(['2001:db8:1:201::/64', ...networks.slice(1)]);
  expect(networksOf('fe80::1%eth0')).toEqual([]);
});

/** The address that a handler gets for a request with these headers, under these settings. */
function seen(settings: Partial<typeof env>, headers: Record<string, string>) {
  const header = (name: string) => new Headers(headers).get(name) ?? undefined;
  const c = { env: { ...env, ...settings }, req: { header } } as unknown as Exchange;
  return { address: clientAddress(c), network: clientNetwork(c), networks: clientNetworks(c) };
}
const nobody = { address: null, network: null, networks: [] };
const headers = { 'CF-Connecting-IP': '198.51.100.1', 'X-Forwarded-For': '1.1.1.1, 203.0.113.7' };

test('S13 only the header that the deployment names is believed', () => {
  const proxied = { TRUSTED_ADDRESS_HEADER: 'X-Forwarded-For' };
  const cloudflare = { address: '198.51.100.1', network: '198.51.100.1', networks: ['198.51.100.1'] };
  const client = { address: '203.0.113.7', network: '203.0.113.7', networks: ['203.0.113.7'] };
  const first = { address: '1.1.1.1', network: '1.1.1.1', networks: ['1.1.1.1'] };
  expect(seen({}, headers)).toEqual(nobody);
  expect(seen({ BEHIND_CLOUDFLARE: 'true' }, headers)).toEqual(cloudflare);
  expect(seen({ BEHIND_CLOUDFLARE: 'true', ...proxied }, headers)).toEqual(cloudflare);
  expect(seen(proxied, headers)).toEqual(client);
  expect(seen({ ...proxied, TRUSTED_PROXIES: '2' }, headers)).toEqual(first);
  expect(seen({ ...proxied, TRUSTED_PROXIES: '3' }, headers)).toEqual(nobody);
  expect(seen({ TRUSTED_ADDRESS_HEADER: 'X-Real-IP' }, headers)).toEqual(nobody);
  expect(seen({ BEHIND_CLOUDFLARE: 'true' }, { 'CF-Connecting-IP': 'rubbish' })).toEqual(nobody);
});

test.each(['0', '-1', '1.5', '10', 'one', ' ', '1e0'])(
  'S13 “%s” proxies give no client address',
  (TRUSTED_PROXIES) => {
    expect(seen({ TRUSTED_ADDRESS_HEADER: 'X-Forwarded-For', TRUSTED_PROXIES }, headers)).toEqual(nobody);
  },
);

test('S13 a header with an invalid name gives no client address', () => {
  expect(seen({ TRUSTED_ADDRESS_HEADER: 'X Forwarded: For' }, headers)).toEqual(nobody);
});

test('F189 a deployment says whether it knows addresses', async () => {
  const told = async (bindings: Partial<typeof env>) =>
    (await ask<{ addresses: boolean }>('GET', '/api/deployment', { headers, env: bindings })).body.addresses;
  expect(await told({})).toBe(false);
  expect(await told({ TRUSTED_ADDRESS_HEADER: 'X-Forwarded-For' })).toBe(true);
});
