/** The settings of a campaign, by their audience. */
import {
  CampaignAppearance,
  CampaignGreetings,
  CampaignRules,
  CampaignSettings,
  check,
  conversationSettingsOf,
  defaultCampaign,
  widgetSettingsOf,
} from '#protocol';
import { expect, test } from 'vitest';

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
  expect(conversationSettingsOf({ ...defaultCampaign, idleMinutes: 7, routing })).toEqual({
    idleMinutes: 7,
    sneakPreview: false,
    forwardAfter: 30,
  });
});
