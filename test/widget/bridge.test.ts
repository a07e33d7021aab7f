import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGreeting, readNews, readToFrame, readToLoader } from '../../widget/bridge.ts';
import { acceptGreeting, readConfig } from '../../widget/frame/greeting.ts';
import { expectedFile, recordedVersions } from '../fixtures/folder.ts';
import type { Seen } from '../fixtures/seen.ts';

const page = { url: 'https://shop.example/tents', title: 'Tents' };
const greeting = { parley: 1, config: {}, page };
const news = { id: 'x', name: 'Anna', text: 'Yes.', close: 'Dismiss', sound: true };

describe('the frame’s check of a greeting', () => {
  const parent = {};
  const port = {} as MessagePort;
  const arrival = { source: parent, origin: 'https://shop.example', data: greeting, ports: [port] };
  const allowed = ['https://shop.example', 'https://*.shop.example'];

  it('SIT-6 accepts the embedding page, at an origin of the site', () => {
    expect(acceptGreeting(arrival, parent, allowed)).toEqual({ greeting, port });
    expect(acceptGreeting({ ...arrival, origin: 'https://de.shop.example' }, parent, allowed)).toBeDefined();
    expect(acceptGreeting(arrival, parent, null)).toBeDefined();
  });

  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that ends alike', { origin: 'https://evilshop.example' }],
    ['an origin that begins alike', { origin: 'https://shop.example.evil.example' }],
    ['another scheme', { origin: 'http://shop.example' }],
    ['another port', { origin: 'https://shop.example:8443' }],
    ['a page without an origin', { origin: 'null' }],
    ['no origin at all', { origin: '' }],
    ['another window', { source: {} }],
    ['no window', { source: null }],
    ['no port', { ports: [] }],
    ['two ports', { ports: [port, port] }],
    ['no data', { data: null }],
    ['a text', { data: 'parley' }],
    ['another version', { data: { ...greeting, parley: 2 } }],
    ['no page', { data: { parley: 1, config: {} } }],
    ['a page that is none', { data: { ...greeting, page: { url: 1, title: '' } } }],
  ])('SIT-6 rejects %s', (_, change) => {
    expect(acceptGreeting({ ...arrival, ...change }, parent, allowed)).toBeUndefined();
  });

  it('SIT-6 rejects every greeting outside of a frame', () => {
    expect(acceptGreeting({ ...arrival, source: null }, null, allowed)).toBeUndefined();
    expect(acceptGreeting(arrival, null, null)).toBeUndefined();
  });

  it('rejects a page without an origin, also where the frame does not list the origins', () => {
    expect(acceptGreeting({ ...arrival, origin: 'null' }, parent, null)).toBeUndefined();
  });
});

describe('the preview of an unread message', () => {
  it('passes if each field is of its kind', () => expect(readNews(news)).toEqual(news));

  it.each([
    undefined,
    {},
    { ...news, id: undefined },
    { ...news, name: 7 },
    { ...news, text: null },
    { ...news, sound: 'yes' },
  ])('is dropped: %j', (wrong) => expect(readNews(wrong)).toBeUndefined());
});

describe('a message over the bridge', () => {
  it.each([
    { t: 'shown', on: true, full: false, focus: true },
    { t: 'page', ...page },
    { t: 'identify' },
    { t: 'identify', name: 'Ann', email: 'ann@example.com' },
    { t: 'stored', n: 0, value: null },
    { t: 'stored', n: 7, value: 'x' },
    { t: 'shutdown' },
  ])('to the frame passes: %j', (message) => expect(readToFrame(message)).toEqual(message));

  it.each([
    { t: 'ready' },
    { t: 'hide' },
    { t: 'size', large: true },
    { t: 'state', unread: 0, live: false, words: '' },
    { t: 'state', unread: 1, live: true, words: '1 new message', news },
    { t: 'load', n: 1, key: 'parley.sit_x.unsent' },
    { t: 'save', n: 2, key: 'parley.sit_x.unsent', value: null },
  ])('to the loader passes: %j', (message) => expect(readToLoader(message)).toEqual(message));

  it.each([
    undefined,
    null,
    '',
    'hide',
    0,
    [],
    {},
    { t: 'toString' },
    { t: '__proto__' },
    { t: 'constructor' },
    { t: ['hide'] },
    { t: 'shown', on: true, full: false, focus: true },
    { t: 'size' },
    { t: 'size', large: 1 },
    { t: 'state', unread: -1, live: true, words: '' },
    { t: 'state', unread: 1.5, live: true, words: '' },
    { t: 'state', unread: NaN, live: true, words: '' },
    { t: 'state', unread: '1', live: true, words: '' },
    { t: 'load', n: 1, key: null },
    { t: 'load', n: 1, key: 'x'.repeat(500_001) },
    { t: 'save', n: 1, key: 'a' },
    { t: 'save', n: 1, key: 'a', value: {} },
    { t: 'save', n: 1, key: 'a', value: 'x'.repeat(500_001) },
    { t: 'save', n: '1', key: 'a', value: 'x' },
  ])('%j is dropped by the loader', (message) => expect(readToLoader(message)).toBeUndefined());

  it.each([
    undefined,
    null,
    { t: 'hide' },
    { t: 'shown', on: 'yes', full: false, focus: true },
    { t: 'shown', on: true, full: false },
    { t: 'page', url: 'https://shop.example' },
    { t: 'identify', name: 1 },
    { t: 'identify', name: null },
    { t: 'stored', n: 1 },
    { t: 'stored', n: 2 ** 40, value: null },
  ])('%j is dropped by the frame', (message) => expect(readToFrame(message)).toBeUndefined());

  it.each([undefined, null, 1, 'x', {}, { parley: 1 }, { parley: '1', page }])('%j is no greeting', (data) =>
    expect(readGreeting(data)).toBeUndefined(),
  );
});

describe('the configuration in the greeting', () => {
  const settings = {
    color: '#1f5eff',
    title: '',
    subtitle: '',
    opening: '',
    closing: '',
    introduction: '',
    askName: 'no',
    askEmail: 'no',
    sneakPreview: false,
  };
  const config = { site: 'sit_x', campaign: 'cam_x', settings };

  it('is accepted whole', () => {
    const whole = {
      ...config,
      settings: { ...settings, title: 'Chat', askName: 'required', sneakPreview: true },
    };
    expect(readConfig(whole)).toEqual(whole);
  });
  it.each(recordedVersions())(
    'is accepted as version %s sent it: a page that was opened then passes it to today’s frame',
    (version) => {
      const { seen } = JSON.parse(readFileSync(expectedFile(version), 'utf8')) as { seen: Seen };
      const sent = Object.values(seen.widgets).map((widget) => widget.config);
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.filter((each) => !readConfig(each))).toEqual([]);
    },
  );
  // The colour is no such setting: the loader has always needed it.
  it.each(Object.keys(settings).filter((key) => key !== 'color'))(
    'gets a default for %s, as if an earlier version had not known that setting',
    (key) => {
      const earlier = Object.entries(settings).filter(([name]) => name !== key);
      expect(readConfig({ ...config, settings: Object.fromEntries(earlier) })).toEqual(config);
    },
  );
  it.each([
    undefined,
    null,
    {},
    { ...config, site: 1 },
    { ...config, settings: null },
    { ...config, settings: {} },
    { ...config, settings: 'x' },
    { ...config, settings: { ...settings, title: undefined } },
    { ...config, settings: { ...settings, sneakPreview: 'yes' } },
    { ...config, settings: { ...settings, color: 'red;}' } },
    { ...config, settings: { ...settings, color: '#1F5EFF' } },
    { ...config, settings: { ...settings, color: ['#1f5eff'] } },
  ])('%j is rejected', (data) => expect(readConfig(data)).toBeUndefined());
});
