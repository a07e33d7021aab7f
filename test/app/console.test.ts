import { AllowedOrigin, auditKinds, check, isRefusal, type AuditEntry } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deedWords } from '../../app/src/lib/words/audit.ts';
import { changesOf } from '../../app/src/routes/(signed-in)/console/audit/changes.ts';
import {
  contrast,
  contrastHint,
  textOn,
} from '../../app/src/routes/(signed-in)/console/campaigns/contrast.ts';
import { generatePassword, strengthOf } from '../../app/src/routes/(signed-in)/console/users/passwords.ts';
import { embedCode } from '../../app/src/routes/(signed-in)/console/websites/embed.ts';
import { errorText, parseOrigins } from '../../app/src/routes/(signed-in)/console/websites/origins.ts';

test('F8 the code to embed is one script tag', () => {
  expect(embedCode('https://chat.example.com', 'sit_1')).toBe(
    '<script async src="https://chat.example.com/widget.js?site=sit_1"></script>',
  );
});

test('origins are normalised, and a wrong one is reported by its line', () => {
  const text =
    ' https://Shop.Example.com/ \n\nexample.com\nhttps://a.example/path\nhttps://shop.example.com\nftp://x.example';
  const { origins, errors } = parseOrigins(text);
  expect(origins).toEqual(['https://shop.example.com']);
  expect(errors.map(({ line }) => line)).toEqual([3, 4, 6]);
  expect(errorText(errors)).toContain('Line 3: start with https://');
  expect(errorText([])).toBeUndefined();
});

test('the server accepts every origin that the form accepts', () => {
  const given = fc.constantFrom(
    'https://*.a.example',
    'http://localhost:8787',
    'https://*',
    'https://a.example/b',
  );
  const lines = fc.array(fc.oneof(fc.string(), given), { maxLength: 6 });
  fc.assert(
    fc.property(lines, (list) => {
      const { origins } = parseOrigins(list.join('\n'));
      for (const origin of origins) expect(isRefusal(check(AllowedOrigin, origin))).toBe(false);
      expect(new Set(origins).size).toBe(origins.length);
    }),
  );
});

test('text is readable on any colour', () => {
  const colors = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(fc.property(colors, (color) => contrast(color, textOn(color)) >= 4.5));
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrastHint('#fff7cc')).toContain('hard to see');
  expect(contrastHint('#1f5eff')).not.toContain('hard to see');
});

test('F185 a generated password is long, different each time, and strong; an easily guessed password is called weak', () => {
  const made = Array.from({ length: 200 }, generatePassword);
  expect(new Set(made).size).toBe(200);
  for (const password of made) {
    expect(password).toMatch(/^(?:[A-Za-z2-9]{5}-){3}[A-Za-z2-9]{5}$/);
    expect(password).not.toMatch(/[Il0O1]/);
    expect(strengthOf(password)).toBe('strong');
  }
  const said = ['abc', 'aaaaaaaaaaaa', 'abcdefghij', '12345678', 'Tr0ub4dor', 'correct horse battery'];
  expect(said.map(strengthOf)).toEqual(['short', 'weak', 'weak', 'weak', 'fair', 'fair']);
});

const act: AuditEntry = {
  ...{ id: 'aud_1', at: 0, kind: 'user.changed', by: null, address: null, device: '' },
  ...{ subject: { id: 'usr_1', name: 'Ines' }, changes: null },
};

test('AUD-1 a change is listed field by field, under today’s names, in whatever format it was stored', () => {
  const changes = {
    name: ['Ines', 'Inês'],
    roles: [['agent'], ['supervisor', 'agent']],
    groups: [['grp_1'], ['grp_1', 'grp_gone']],
    limits: [{ live: null, nrt: 5 }, null],
    members: [
      ['usr_1', 'usr_2'],
      ['usr_2', 'usr_3'],
    ],
    manages: [true, false],
    campaigns: [['cam_1', 'cam_gone'], null],
    responses: [4, 12],
    later: [{ a: 1 }, 'b'],
  } satisfies AuditEntry['changes'];
  const told = changesOf(
    { ...act, changes },
    new Map([
      ['grp_1', 'Sales'],
      ['cam_1', 'Help'],
    ]),
  );
  expect(told.map(({ label, before, after }) => [label, before, after])).toEqual([
    ['Name', 'Ines', 'Inês'],
    ['Roles', 'Agent', 'Agent, Supervisor'],
    ['Groups', 'Sales', '2 groups'],
    [
      'Limits',
      'live chats: no limit, offline requests: 5',
      'live chats: no limit, offline requests: no limit',
    ],
    ['Users', '2 users', '2 users (+1, −1)'],
    ['Console access', 'yes', 'no'],
    ['Campaigns', '\u2068Help\u2069, \u2068a campaign\u2069', 'All campaigns'],
    ['Responses', '4', '12'],
    ['later', '{"a":1}', 'b'],
  ]);
});

test('AUD-1 the audit log describes every kind and every value', () => {
  for (const kind of auditKinds) expect(deedWords({ ...act, kind })).not.toBe('');
  const fields = fc.constantFrom(
    ...[
      'name',
      'roles',
      'groups',
      'members',
      'limits',
      'sees',
      'language',
      'color',
      'campaigns',
      'responses',
    ],
  );
  const values = fc.tuple(fc.jsonValue(), fc.jsonValue());
  fc.assert(
    fc.property(fc.dictionary(fields, values), (changes) => {
      for (const { before, after } of changesOf({ ...act, changes }, new Map()))
        expect(typeof before + typeof after).toBe('stringstring');
    }),
  );
});
