import { expect, test } from 'vitest';
import { settingsOf } from '../../bin/settings.mjs';

test('a start passes on the settings of the environment, and nothing else', () => {
  const given = {
    PUBLIC_URL: 'https://chat.example.com',
    BEHIND_CLOUDFLARE: 'false',
    TRUSTED_ADDRESS_HEADER: 'X-Forwarded-For',
    TRUSTED_PROXIES: '2',
  };
  expect(settingsOf({ ...given, OPERATOR_SECRET: 'x', PATH: '/bin', HELP_URL: '' })).toEqual(given);
  expect(settingsOf({ PUBLIC_URL: ' ', TRUSTED_PROXIES: '' })).toEqual({});
});

test.each([
  ['PUBLIC_URL', 'chat.example.com'],
  ['PUBLIC_URL', 'javascript:alert(1)'],
  ['BEHIND_CLOUDFLARE', 'yes'],
  ['TRUSTED_ADDRESS_HEADER', 'X-Forwarded-For: 1'],
  ['TRUSTED_PROXIES', '0'],
  ['TRUSTED_PROXIES', 'two'],
])('a start refuses %s=%s in one sentence', (name, value) => {
  expect(() => settingsOf({ [name]: value })).toThrow(`${name} is “${value}”. It must be`);
});
