import { expect, test } from 'vitest';
import { admits, badRules } from '../../worker/http/people/ip-rules.ts';

test.each([
  // A rule that is an address admits every form of it.
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['2001:db8::1', '2001:0DB8:0000:0000:0000:0000:0000:0001', true],
  ['2001:db8::1', '2001:db8::2', false],
  // IPv4 inside IPv6 is IPv4, on either side.
  ['203.0.113.7', '::ffff:203.0.113.7', true],
  ['::ffff:203.0.113.7', '203.0.113.7', true],
  ['::ffff:203.0.113.0/120', '203.0.113.200', true],
  ['::ffff:203.0.113.0/120', '203.0.114.1', false],
  // Ranges, their ends, and bits of the host.
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.1.2.3/8', '10.200.0.1', true],
  ['192.168.1.128/25', '192.168.1.127', false],
  ['192.168.1.128/25', '192.168.1.255', true],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '2001:db8::1', true],
  ['::/0', '8.8.8.8', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::7/128', '2001:db8::7', true],
  ['203.0.113.7/32', '203.0.113.7', true],
  // The client's address can be any text.
  ['0.0.0.0/0', 'unknown', false],
  ['0.0.0.0/0', '', false],
  ['0.0.0.0/0', '1.2.3.4, 5.6.7.8', false],
  ['fe80::/10', 'fe80::1%eth0', false],
  ['10.0.0.0/8', '012.0.0.1', false],
])('S13: the rule %s admits %s: %s', (rule, address, expected) => {
  expect(admits([rule], address)).toBe(expected);
  expect(badRules([rule])).toEqual([]);
});

test('S13 F189: an invalid rule is named by its index', () => {
  const bad = [
    '',
    'x',
    '10.0.0',
    '10.0.0.0.0',
    '256.0.0.1',
    '010.0.0.1',
    '0x0a000001',
    '1.2.3.4/33',
    '1.2.3.4/-1',
  ];
  const worse = [
    '1.2.3.4/8/8',
    '1.2.3.4/',
    '::1/129',
    'fe80::1%eth0',
    ':::',
    '::ffff:1.2.3.4/95',
    '1.2.3.4 5.6.7.8',
    '*',
  ];
  expect(badRules([...bad, ...worse])).toEqual([...bad, ...worse].map((_, index) => index));
  expect(badRules(['10.0.0.1', 'x', '::1', '1.2.3.4/99'])).toEqual([1, 3]);
});

test('S13: without rules everybody is admitted; with rules nobody whose address is unknown', () => {
  expect(admits([], null)).toBe(true);
  expect(admits(['0.0.0.0/0', '::/0'], null)).toBe(false);
  expect(admits(['x'], '1.2.3.4')).toBe(false);
});
