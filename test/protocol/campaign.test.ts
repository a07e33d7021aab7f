/** The settings of a campaign, by their audience. */
import {
  CampaignAppearance,
  CampaignGreetings,
  CampaignRules,
  CampaignSettings,
  check,
  conversationSettingsOf,
  defaultCampaign,
  isRefusal,
  makeId,
  widgetSettingsOf,
} from '#protocol';
import { expect, test } from 'vitest';

const sale = { id: makeId('code', new Uint8Array(26)), title: 'Sale' };
const support = { id: makeId('code', new Uint8Array(26).fill(1)), title: 'Support' };
const keysOf = (schema: { entries: object }) => Object.keys(schema.entries);

test('S11 each setting of a campaign has one audience', () => {
  const placed = [CampaignAppearance, CampaignGreetings, CampaignRules].flatMap(keysOf);
  expect(['version', ...placed].sort()).toEqual(keysOf(CampaignSettings).sort());
  expect(new Set(placed).size).toBe(placed.length);
});

test('S11 a visitor’s browser gets the appearance and the greetings, and nothing that has no place yet', () => {
  const document = { ...defaultCampaign, color: '#112233', opening: 'Hello', apiKey: 'secret' };
  expect(widgetSettingsOf(document)).toEqual({
    color: '#112233',
    title: 'Chat with us',
    subtitle: 'We usually answer within a few minutes',
    closing: 'Thank you for writing to us.',
    introduction: 'Tell us who you are, so that we can get back to you.',
    askName: 'optional',
    askEmail: 'optional',
    sneakPreview: false,
    opening: 'Hello',
  });
});

test('settings as the first version sent them are valid, so a console tab that was opened before an upgrade can save', () => {
  const first = {
    version: 1,
    color: '#112233',
    title: 'Ask us',
    subtitle: 'Every day',
    opening: 'Hello',
    closing: 'Bye',
    introduction: 'Your name, please.',
    askName: 'required',
    askEmail: 'no',
    sneakPreview: true,
    idleMinutes: 7,
  };
  expect(check(CampaignSettings, first)).toEqual({ ...defaultCampaign, ...first });
});

test('a conversation keeps the settings that its own rules read', () => {
  const routing = { ...defaultCampaign.routing, forwardAfter: 30 };
  const kept = {
    ...{ idleMinutes: 7, sneakPreview: false, forwardAfter: 30 },
    ...{ opening: 'Hello! How can we help?', closing: 'Thank you for writing to us.' },
  };
  const given = { ...defaultCampaign, idleMinutes: 7, routing, codeRequired: true };
  expect(conversationSettingsOf(given)).toEqual(kept);
  expect(conversationSettingsOf({ ...given, codes: [sale, { ...support, archived: true }] })).toEqual({
    ...kept,
    codes: { list: [sale], multiple: false, required: true },
  });
  // A required code that nobody can choose must not keep a conversation open.
  expect(conversationSettingsOf({ ...given, codes: [{ ...sale, archived: true }] })).toEqual(kept);
});

test('SET-14 a campaign has up to 50 success codes with titles of their own', () => {
  const withCodes = (codes: unknown[]) => check(CampaignSettings, { ...defaultCampaign, codes });
  const codes = [sale, { ...support, archived: true }];
  expect(withCodes(codes)).toEqual({ ...defaultCampaign, codes });
  const id = (index: number) => makeId('code', new Uint8Array(26).fill(index + 2));
  const many = Array.from({ length: 32 }, (_, index) => ({ id: id(index), title: `Code ${index}` }));
  const more = many.map((code, index) => ({ id: code.id.replace(/.$/, 'z'), title: `More ${index}` }));
  expect(isRefusal(withCodes([...many, ...more.slice(0, 18)]))).toBe(false);
  const wrong = (codes: unknown[]) => withCodes(codes);
  expect(wrong([...many, ...more.slice(0, 19)])).toMatchObject({ field: 'codes' });
  expect(wrong([sale, { ...support, title: ' SALE ' }])).toMatchObject({ field: 'codes.1.title' });
  expect(wrong([sale, { ...support, title: 'sale', archived: true }])).toMatchObject({
    field: 'codes.1.title',
  });
  expect(wrong([sale, { ...sale, title: 'Another' }])).toMatchObject({ field: 'codes.1.title' });
  expect(wrong([{ ...sale, title: ' ' }])).toMatchObject({ field: 'codes.0.title' });
  expect(wrong([{ ...sale, title: 'x'.repeat(101) }])).toMatchObject({ field: 'codes.0.title' });
  expect(wrong([{ ...sale, id: 'sale' }])).toMatchObject({ field: 'codes.0.id' });
});
