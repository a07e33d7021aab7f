/** PHO-1: photos of users: which files are accepted, who may set one, how it is served, and who sees it. */
import { userBodyOf, type ConversationState, type Entry, type Me, type User } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  ask,
  bearer,
  call,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  say,
  type TestAccount,
} from './client.ts';
import { bytes, comment, exif, jfif, jpeg, png, webp } from './photo-files.ts';

let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  [mine, theirs] = [await newAccount(), await newAccount()];
});

const put = (path: string, cookie: string, body: Uint8Array, type = 'image/png') =>
  ask<Me & User>('PUT', path, { cookie, body, headers: { 'Content-Type': type } });
const putMine = (body: Uint8Array, type?: string) => put('/api/me/photo', mine.agent, body, type);
const aPath = expect.stringMatching(/^\/api\/photos\/pho_[0-9a-z]{26}$/) as string;
const nameIn = (path: string | null) => path?.split('/').at(-1) ?? '';
const stored = async (path: string | null) => {
  const { objects } = await env.FILES.list();
  return objects.some(({ key }) => key.endsWith(nameIn(path)));
};

test.each([
  ['a PNG', 'image/png', png()],
  ['the smallest', 'image/png', png(32)],
  ['the largest', 'image/png', png(512)],
  [
    'a PNG with a palette',
    'image/png',
    png(64, 64, [
      ['sRGB', 'x'],
      ['PLTE', 'xyz'],
      ['tRNS', 'x'],
    ]),
  ],
  ['a JPEG', 'image/jpeg', jpeg()],
  ['a JPEG without a header of its own', 'image/jpeg', jpeg(64, 64, [])],
  ['a lossy WebP', 'image/webp', webp.lossy()],
  ['a lossless WebP', 'image/webp', webp.lossless()],
  ['a transparent WebP', 'image/webp', webp.transparent()],
  ['a type with a parameter, in capitals', 'IMAGE/PNG; x=y', png()],
])('F186 %s is accepted, and served unchanged', async (_, type, body) => {
  const { status, body: me } = await putMine(body, type);
  expect([status, me.photo]).toEqual([200, aPath]);
  const served = await call('GET', me.photo ?? '');
  expect(served.status).toBe(200);
  expect(Object.fromEntries(served.headers)).toMatchObject({
    'content-type': type.split(';')[0]?.toLowerCase(),
    'content-length': `${body.length}`,
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(served.headers.getSetCookie()).toEqual([]);
  expect(new Uint8Array(await served.arrayBuffer())).toEqual(body);
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>';
const html = '<!doctype html><script>alert(1)</script>';
const gif = bytes('GIF89a', [64, 0, 64, 0, 0, 0, 0, 0x3b]);
const wrong: [string, string, Uint8Array][] = [
  ['nothing', 'image/png', bytes()],
  ['SVG said to be PNG', 'image/png', bytes(svg)],
  ['HTML behind the first bytes of PNG', 'image/png', bytes('\x89PNG\r\n\x1a\n', html)],
  ['HTML behind the first bytes of JPEG', 'image/jpeg', bytes([0xff, 0xd8, 0xff, 0xe0], html)],
  ['HTML behind the first bytes of WebP', 'image/webp', bytes('RIFF', [48, 0, 0, 0], 'WEBP', html)],
  ['a GIF', 'image/png', gif],
  ['a JPEG said to be PNG', 'image/png', jpeg()],
  ['a PNG said to be JPEG', 'image/jpeg', png()],
  ['a PNG said to be WebP', 'image/webp', png()],
  ['too small', 'image/png', png(31)],
  ['too large', 'image/png', png(513)],
  ['a bomb', 'image/png', png(10_000)],
  ['a bomb in JPEG', 'image/jpeg', jpeg(10_000)],
  ['a bomb in WebP', 'image/webp', webp.lossless(10_000)],
  ['a small one on a large canvas', 'image/webp', webp.transparent(64, 10_000)],
  ['not square', 'image/png', png(64, 65)],
  ['not square in JPEG', 'image/jpeg', jpeg(65, 64)],
  ['not square in WebP', 'image/webp', webp.lossy(64, 65)],
  ['animated PNG', 'image/png', png(64, 64, [['acTL', 'xxxxxxxx']])],
  ['animated WebP', 'image/webp', webp.with(0x02, 'ANIM')],
  ['frames of an animation without its flag', 'image/webp', webp.with(0, 'ANMF')],
  ['EXIF in PNG', 'image/png', png(64, 64, [['eXIf', 'MM\0*']])],
  ['text in PNG', 'image/png', png(64, 64, [['tEXt', 'Comment\0x']])],
  ['a colour profile in PNG', 'image/png', png(64, 64, [['iCCP', 'x']])],
  ['a second header in PNG', 'image/png', png(64, 64, [['IHDR', 'x'.repeat(13)]])],
  ['EXIF in JPEG', 'image/jpeg', jpeg(64, 64, [jfif, exif])],
  ['a comment in JPEG', 'image/jpeg', jpeg(64, 64, [comment])],
  ['EXIF in WebP', 'image/webp', webp.with(0x08, 'EXIF', true)],
  ['EXIF in WebP without its flag', 'image/webp', webp.with(0, 'EXIF', true)],
  ['XMP in WebP', 'image/webp', webp.with(0x04, 'XMP ', true)],
  ['a colour profile in WebP', 'image/webp', webp.with(0x20, 'ICCP')],
  ['something after a PNG', 'image/png', bytes(png(), html)],
  ['something after a JPEG', 'image/jpeg', bytes(jpeg(), html)],
  ['something after a WebP', 'image/webp', bytes(webp.lossy(), html)],
  ['a ZIP after a PNG', 'image/png', bytes(png(), 'PK\x05\x06', new Uint8Array(18))],
];

test.each(wrong)('F186 %s is refused', async (_, type, body) => {
  expect(await putMine(body, type)).toMatchObject({
    status: 400,
    body: { refused: 'bad_request', field: 'photo' },
  });
});

test.each([
  ['PNG', 'image/png', png()],
  ['JPEG', 'image/jpeg', jpeg()],
  ['lossy WebP', 'image/webp', webp.lossy()],
  ['lossless WebP', 'image/webp', webp.lossless()],
  ['transparent WebP', 'image/webp', webp.transparent()],
] as const)(
  'F186 a %s is refused wherever it is cut off',
  async (_, type, whole) => {
    for (let length = 0; length < whole.length; length += whole.length > 100 ? 7 : 1) {
      const { status } = await putMine(whole.slice(0, length), type);
      expect([length, status]).toEqual([length, 400]);
    }
  },
  60_000,
);

test('F186 another content type is refused, and so is an image at another route, and a file over 64 KiB', async () => {
  const types = [
    'application/json',
    'image/svg+xml',
    'image/gif',
    'text/html',
    'application/octet-stream',
    '',
  ];
  for (const type of types)
    expect((await putMine(png(), type)).body).toMatchObject({
      refused: 'bad_request',
      field: 'content-type',
    });
  const elsewhere = await put('/api/me/password', mine.agent, png());
  expect(elsewhere.body).toMatchObject({ refused: 'bad_request', field: 'content-type' });
  const padding: [string, string][] = [['PLTE', 'x'.repeat(65_536)]];
  expect((await putMine(png(64, 64, padding))).body).toMatchObject({ refused: 'too_large' });
});

test('F186 a new photo gets a new name, and the old one is deleted; so is one that is removed', async () => {
  const first = (await putMine(png())).body.photo;
  const second = (await putMine(jpeg(), 'image/jpeg')).body.photo;
  expect(second).not.toBe(first);
  expect([(await call('GET', first ?? '')).status, (await call('GET', second ?? '')).status]).toEqual([
    404, 200,
  ]);
  const me = await ask<Me>('DELETE', '/api/me/photo', { cookie: mine.agent });
  expect(me).toMatchObject({ status: 200, body: { photo: null } });
  expect([await stored(first), await stored(second)]).toEqual([false, false]);
  expect((await call('DELETE', '/api/me/photo', { cookie: mine.agent })).status).toBe(200);
});

test('F186 an administrator sets and removes a user’s photo; the audit log has both', async () => {
  const path = `/api/users/${mine.users.supervisor}`;
  const set = await put(`${path}/photo`, mine.administrator, webp.lossy(), 'image/webp');
  expect(set).toMatchObject({
    status: 200,
    body: { id: mine.users.supervisor, photo: aPath },
  });
  expect((await ask<Me>('GET', '/api/me', { cookie: mine.supervisor })).body.photo).toBe(set.body.photo);
  const gone = await ask<User>('DELETE', `${path}/photo`, { cookie: mine.administrator });
  expect(gone.body.photo).toBeNull();
  const { body } = await ask<{ entries: object[] }>('GET', `/api/audit?user=${mine.users.supervisor}`, {
    cookie: mine.administrator,
  });
  const subject = { id: mine.users.supervisor };
  expect(body.entries).toMatchObject([
    { kind: 'user.changed', subject, changes: { photo: [set.body.photo, null] } },
    { kind: 'user.changed', subject, changes: { photo: [null, set.body.photo] } },
  ]);
});

test('F186 the photo of another account’s user, of a deleted or an unknown one cannot be set', async () => {
  const before = await env.FILES.list();
  const missing = { status: 404, body: { refused: 'not_found' } };
  const deleted = `/api/users/${theirs.users.agent}`;
  await call('DELETE', deleted, { cookie: theirs.administrator });
  for (const [path, cookie] of [
    [`/api/users/${theirs.users.supervisor}`, mine.administrator],
    [deleted, theirs.administrator],
    [`/api/users/${id('user')}`, mine.administrator],
  ] as const) {
    expect(await put(`${path}/photo`, cookie, png())).toMatchObject(missing);
    expect(await ask('DELETE', `${path}/photo`, { cookie })).toMatchObject(missing);
  }
  expect((await put('/api/me/photo', theirs.agent, png())).status).toBe(401);
  expect((await env.FILES.list()).objects.length).toBe(before.objects.length);
});

test('F186 a path without a photo is a 404 that is not cached', async () => {
  const { photo } = (await putMine(png())).body;
  const [account, user, name] = [mine.id, mine.users.agent, nameIn(photo)];
  const paths = [
    [id('photo')],
    [name.toUpperCase()],
    ['..%2F..%2Fx'],
    [theirs.id, user, name],
    [account, theirs.users.agent, name],
    [account, user, id('photo')],
    [account, user, name.toUpperCase()],
    [account, user, '..%2F..%2Fx'],
    ['..', user, name],
  ];
  for (const parts of paths) {
    const response = await call('GET', `/api/photos/${parts.join('/')}`);
    expect([parts, response.status]).toEqual([parts, 404]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

test('PHO-7 a photo is also served at its earlier path, which contained the account and the user', async () => {
  const { photo } = (await putMine(png())).body;
  const earlier = `/api/photos/${mine.id}/${mine.users.agent}/${nameIn(photo)}`;
  const served = await call('GET', earlier);
  expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(new Uint8Array(await served.arrayBuffer())).toEqual(png());
  await putMine(jpeg(), 'image/jpeg');
  expect((await call('GET', earlier)).status).toBe(404);
});

test('RED-4 a visitor gets a photo’s path without the agent’s id', async () => {
  const { site } = await newSite(mine);
  const { photo } = (await put('/api/me/photo', mine.administrator, png())).body;
  const visitor = await newVisitor(site);
  const { conversation } = await say(site, visitor.token);
  await eventually(async () => {
    const path = `/api/conversations/${conversation}/take`;
    expect((await call('POST', path, { cookie: mine.administrator })).status).toBe(200);
  });
  const entries = await call('GET', `/api/widget/conversations/${conversation}/entries`, {
    headers: bearer(visitor.token),
  });
  const text = await entries.text();
  expect(text).toContain(`"photo":"${photo}"`);
  for (const hidden of [...Object.values(mine.users), mine.id]) expect(text).not.toContain(hidden);
});

test('F187 a chat’s owner is seen with their photo if visitors may see it, in the state and on arrival, and nowhere else', async () => {
  const { site } = await newSite(mine);
  const agent = mine.users.administrator;
  const { photo } = (await put('/api/me/photo', mine.administrator, png())).body;
  const take = async () => {
    const visitor = await newVisitor(site);
    const { conversation } = await say(site, visitor.token);
    await eventually(async () => {
      const path = `/api/conversations/${conversation}/take`;
      expect((await call('POST', path, { cookie: mine.administrator })).status).toBe(200);
    });
    const stub = conversationStub(env, mine.id, conversation);
    const { owner } = (await stub.state()) as ConversationState;
    const { entries } = JSON.parse((await stub.range('visitor', undefined, 100)) as string) as {
      entries: Entry[];
    };
    const assigned = entries.find((entry) => entry.kind === 'agent.assigned');
    await stub.unassign(1, 'vanished');
    const rest = (await stub.range('agent', undefined, 100)) as string;
    return {
      owner: owner?.photo,
      assigned: assigned?.agent.photo,
      times: rest.split('/api/photos/').length - 1,
    };
  };
  expect(await take()).toEqual({ owner: photo, assigned: photo, times: 1 });
  const { body: user } = await ask<User>('GET', `/api/users/${agent}`, { cookie: mine.administrator });
  await ask('PATCH', `/api/users/${agent}`, {
    cookie: mine.administrator,
    body: { ...userBodyOf(user), showsPhoto: false },
  });
  // The path that visitors received before is no longer served.
  expect((await call('GET', photo ?? '')).status).toBe(404);
  const { body: me } = await ask<Me>('GET', '/api/me', { cookie: mine.administrator });
  expect((await call('GET', me.photo ?? '')).status).toBe(200);
  expect(await take()).toEqual({ owner: undefined, assigned: undefined, times: 0 });
});
