import { expect, test } from 'vitest';
import { counters } from '../../app/src/lib/floor/counters.ts';
import { group } from '../../app/src/lib/floor/roster.ts';
import { home, loginPath, safePath } from '../../app/src/lib/return-path.ts';
import { hueOf, initials } from '../../app/src/lib/ui/avatar.ts';
import { statusNews } from '../../app/src/lib/words/statuses.ts';
import { deedOf, step } from '../../app/src/routes/(signed-in)/workspace/keys.ts';
import { ada, ben, row } from './makers.ts';

const groups = group(
  [
    row({ id: 'con_1' }),
    row({ id: 'con_2' }),
    row({ id: 'con_3', phase: 'active', owner: ben, unread: 7 }),
    row({ id: 'con_4', phase: 'active', owner: ben }),
    row({ id: 'con_5', phase: 'active', owner: ada, unread: 3 }),
  ],
  ben.id,
);

test('F31 an agent’s red counter counts their own unread chats, not the messages', () => {
  expect(counters(groups, ['agent']).red).toBe(1);
});

test('F32 F33 a supervisor’s red counter includes waiting chats, each chat once', () => {
  expect(counters(groups, ['supervisor']).red).toBe(3);
  expect(counters(groups, ['agent', 'administrator']).red).toBe(3);
});

test('an unanswered chat counts as a waiting one', () => {
  const left = row({ id: 'con_6', visitor: { id: 'vis_one', here: false } });
  const more = group([...[groups.waiting, groups.yours, groups.others].flat(), left], ben.id);
  expect(counters(more, ['supervisor'])).toEqual({ red: 4, blue: 3 });
});

test('F34 the blue counter counts waiting chats, for every role', () => {
  expect(counters(groups, ['agent']).blue).toBe(2);
});

test('F6 sign-in leads agents to the workspace and managers to the console', () => {
  expect(home({ roles: ['agent'], manages: true })).toBe('/workspace');
  expect(home({ roles: ['agent', 'supervisor'], manages: true })).toBe('/console');
  expect(home({ roles: ['administrator'], manages: true })).toBe('/console');
  expect(home({ roles: ['supervisor'], manages: false })).toBe('/workspace');
});

test('the way back leads to a page of the app, or nowhere', () => {
  expect(safePath('/workspace/con_1?a=b')).toBe('/workspace/con_1?a=b');
  expect(safePath('/console')).toBe('/console');
  for (const path of [
    '//evil.example',
    'https://evil.example',
    '/\\evil',
    '/workspaces',
    '/login',
    '',
    null,
  ]) {
    expect(safePath(path)).toBeNull();
  }
  expect(loginPath('/workspace/con_1')).toBe('/login?to=%2Fworkspace%2Fcon_1');
});

const key = { ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, isComposing: false };

test('arrow keys work within the list only, and single keys can be turned off', () => {
  expect(deedOf({ ...key, key: 'ArrowDown' }, { inList: true, singleKeys: false })).toBe('next');
  expect(deedOf({ ...key, key: 'ArrowDown' }, { inList: false, singleKeys: true })).toBeNull();
  expect(deedOf({ ...key, key: 'j' }, { inList: false, singleKeys: true })).toBe('next');
  expect(deedOf({ ...key, key: 'j' }, { inList: true, singleKeys: false })).toBeNull();
  expect(deedOf({ ...key, key: 't', ctrlKey: true }, { inList: true, singleKeys: true })).toBeNull();
});

test('a step stays within the list', () => {
  expect([step(-1, 3, 'next'), step(-1, 3, 'previous'), step(2, 3, 'next'), step(0, 3, 'previous')]).toEqual([
    0, 2, 2, 0,
  ]);
});

test('initials are whole letters of any script', () => {
  expect(['Ada Lindqvist', 'Иван Петров', 'Yuki', 'é́a', '😀', 'Visitor 3F2A'].map(initials)).toEqual([
    'AL',
    'ИП',
    'Y',
    'É́',
    '?',
    'V3',
  ]);
  expect(hueOf('vis_one')).toBe(hueOf('vis_one'));
});

test('an agent who missed too many offers is told how many, and what to do', () => {
  const now = { status: 'invisible', why: 'missed' } as const;
  const rest = ' Your status is now “Invisible”. Go online to get new chats.';
  expect([1, 3, null].map((limit) => statusNews('online', now, limit))).toEqual([
    `You missed an offer.${rest}`,
    `You missed 3 offers in a row.${rest}`,
    `You missed too many offers in a row.${rest}`,
  ]);
});
