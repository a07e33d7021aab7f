import {
  maxForumLength,
  maxResponses,
  maxTemplates,
  ownForum,
  type AuditPage,
  type Forum,
  type ForumFile,
  type ForumUses,
  type ResponseDetails,
} from '#protocol';
import { beforeEach, expect, test } from 'vitest';
import { holdClock } from '../actors/scene.ts';
import { added, bodyOf, newForum, put, texts, uuid } from './canned.ts';
import { ask, env, id, newAccount, type TestAccount } from './client.ts';

let account: TestAccount;
let forum: string;
let supervisor: string;
let agent: string;
beforeEach(async () => {
  account = await newAccount();
  ({ supervisor, agent } = account);
  forum = (await newForum(account)).id;
});

const refused = (status: number, code: string, more = {}) =>
  expect.objectContaining({ status, body: expect.objectContaining({ refused: code, ...more }) as unknown });
const done = (body: unknown) => ({ status: 200, body });
const pathOf = (response: string, of = forum) => `/api/forums/${of}/responses/${response}`;
const get = (response: string, cookie = agent) => ask<ResponseDetails>('GET', pathOf(response), { cookie });
const fileOf = async (of = forum, cookie = agent) =>
  (await ask<ForumFile>('GET', `/api/forums/${of}/responses`, { cookie })).body;
const headingOf = async (of = forum, cookie = agent) =>
  (await ask<{ forums: Forum[] }>('GET', '/api/forums', { cookie })).body.forums.find(({ id }) => id === of);

test('CAN-7 CAN-8 a response is added and changed by the version that the client has', async () => {
  const clock = holdClock();
  const response = id('response');
  const changedBy = { id: account.users.supervisor, name: 'Zoë supervisor 🦊' };
  const rest = { previous: null, uses: { count: 0, lastAt: null } };
  const first = { id: response, ...texts, version: 1, changedAt: clock.now, changedBy, ...rest };
  expect(await put(supervisor, forum, response)).toEqual(done(first));
  expect(await get(response)).toEqual(done(first));

  clock.by(5);
  const answer = 'Within *60 days*.';
  const second = { ...first, answer, version: 2, changedAt: clock.now, previous: texts };
  expect(await put(supervisor, forum, response, { answer, version: 1 })).toEqual(done(second));
  expect(await fileOf()).toEqual({
    ...{ forum, version: 3 },
    responses: [{ id: response, ...texts, answer, version: 2 }],
  });
  expect(await headingOf()).toMatchObject({ version: 3, count: 1 });

  for (const version of [0, 1, 3])
    expect(await put(supervisor, forum, response, { answer: 'Never.', version })).toEqual(
      refused(409, 'conflict'),
    );
  expect(await get(response)).toEqual(done(second));
  expect(await put(supervisor, forum, id('response'), { version: 1 })).toEqual(refused(404, 'not_found'));
  expect(await get(id('response'))).toEqual(refused(404, 'not_found'));
});

test('CAN-9 a repeat of the same texts answers the stored response and changes nothing', async () => {
  const response = id('response');
  const edit = uuid();
  const first = await put(supervisor, forum, response, { edit });
  for (const again of [{ edit }, {}, { version: 7 }])
    expect(await put(supervisor, forum, response, again)).toEqual(first);
  const second = await put(supervisor, forum, response, { answer: 'Other', version: 1, edit });
  expect(await put(supervisor, forum, response, { answer: 'Other', version: 1, edit })).toEqual(second);
  expect((await fileOf()).version).toBe(3);
});

test('CAN-8 of two who save at once exactly one wins, and the other is told', async () => {
  for (let round = 0; round < 5; round++) {
    const response = await added(supervisor, forum);
    const names = ['one', 'two', 'three', 'four'];
    const answers = await Promise.all(
      names.map((answer) => put(supervisor, forum, response.id, { answer, version: 1 })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual(
      Array.from({ length: 3 }, () => refused(409, 'conflict') as unknown),
    );
    expect(await get(response.id)).toEqual(winners[0]);
  }
  expect(await headingOf()).toMatchObject({ version: 11, count: 5 });
});

test('CAN-6 changes of different responses at once are all stored, and each raises the version', async () => {
  const many = Array.from({ length: 5 }, () => id('response'));
  const answers = await Promise.all(many.map((response) => put(supervisor, forum, response)));
  expect(answers.map(({ status }) => status)).toEqual(many.map(() => 200));
  const file = await fileOf();
  expect([file.version, file.responses.map((each) => each.id).sort()]).toEqual([6, many.toSorted()]);
  expect(await headingOf()).toMatchObject({ version: 6, count: 5 });
});

test('CAN-10 F75 the saves of one visit to the editor are one change, which previous undoes', async () => {
  const response = id('response');
  const [first, second, third] = [uuid(), uuid(), uuid()];
  const save = async (version: number, edit: string, answer: string) =>
    (await put(supervisor, forum, response, { version, edit, answer })).body;
  expect((await save(0, first, 'a')).previous).toBeNull();
  expect((await save(1, first, 'ab')).previous).toBeNull();
  expect((await save(2, second, 'abc')).previous).toEqual({ ...texts, answer: 'ab' });
  expect((await save(3, second, 'abcd')).previous).toEqual({ ...texts, answer: 'ab' });
  // Undo, and undo of that.
  expect(await save(4, third, 'ab')).toMatchObject({ answer: 'ab', previous: { ...texts, answer: 'abcd' } });
  expect(await save(5, uuid(), 'abcd')).toMatchObject({
    answer: 'abcd',
    previous: { ...texts, answer: 'ab' },
  });

  const { entries } = (await ask<AuditPage>('GET', '/api/audit', { cookie: account.administrator })).body;
  const kinds = entries.map(({ kind }) => kind).filter((kind) => kind.startsWith('response.'));
  expect(kinds.sort()).toEqual([
    'response.added',
    ...['response.changed', 'response.changed', 'response.changed'],
  ]);
});

test('CAN-11 CAN-12 F80 a removed response returns unchanged at 9.9 seconds, and not at 10.1', async () => {
  const clock = holdClock();
  const { id: response } = await added(supervisor, forum);
  await put(supervisor, forum, response, { answer: 'Other', version: 1 });
  const before = await get(response);
  const path = pathOf(response);
  const cookie = supervisor;

  expect(await ask('DELETE', path, { cookie })).toEqual(done({ restorableFor: 10_000 }));
  expect(await get(response)).toEqual(refused(404, 'not_found'));
  expect(await put(supervisor, forum, response, { version: 2 })).toEqual(refused(404, 'not_found'));
  expect(await put(supervisor, forum, response, { version: 0 })).toEqual(refused(404, 'not_found'));
  expect(await headingOf()).toMatchObject({ version: 4, count: 0 });
  clock.by(9_900);
  // A repeat neither fails nor extends the time, nor raises the version.
  expect(await ask('DELETE', path, { cookie })).toEqual(done({ restorableFor: 100 }));
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual(before);
  expect(await ask('POST', `${path}/restore`, { cookie })).toEqual(before);
  expect(await get(response)).toEqual(before);
  expect(await headingOf()).toMatchObject({ version: 5, count: 1 });

  await ask('DELETE', path, { cookie });
  clock.by(10_100);
  for (const _ of ['judged by the row', 'and after it is deleted']) {
    expect(await ask('POST', `${path}/restore`, { cookie })).toEqual(refused(409, 'too_late'));
    expect(await ask('DELETE', path, { cookie })).toEqual(refused(404, 'not_found'));
    clock.by(60_000);
    await added(supervisor, forum);
    const row = env.DB.prepare('SELECT 1 FROM responses WHERE account_id = ? AND id = ?');
    expect(await row.bind(account.id, response).first()).toBeNull();
  }
  const acts = (await ask<AuditPage>('GET', '/api/audit', { cookie: account.administrator })).body.entries;
  expect(acts.filter(({ kind }) => kind === 'response.deleted')).toHaveLength(2);
  expect(acts.filter(({ kind }) => kind === 'response.restored')).toHaveLength(1);
});

test('CAN-13 agents write no response of the account, and each user those of their own forum', async () => {
  const { id: response } = await added(supervisor, forum);
  const path = pathOf(response);
  const before = await fileOf();
  const forbidden = refused(403, 'forbidden');
  expect(await put(agent, forum, response, { version: 1, answer: 'Mine' })).toEqual(forbidden);
  expect(await put(agent, forum, id('response'))).toEqual(forbidden);
  expect(await ask('DELETE', path, { cookie: agent })).toEqual(forbidden);
  expect(await ask('POST', `${path}/restore`, { cookie: agent })).toEqual(forbidden);
  expect(await fileOf()).toEqual(before);

  const own = ownForum(account.users.agent);
  const mine = await added(agent, own);
  expect(await fileOf(own)).toMatchObject({ version: 1, responses: [{ id: mine.id }] });
  expect(await ask('DELETE', pathOf(mine.id, own), { cookie: agent })).toEqual(
    done({ restorableFor: 10_000 }),
  );
  expect(await ask('POST', `${pathOf(mine.id, own)}/restore`, { cookie: agent })).toEqual(done(mine));
  // Personal templates are no act on the account.
  const acts = (await ask<AuditPage>('GET', '/api/audit', { cookie: account.administrator })).body.entries;
  expect(
    acts.filter(({ kind, by }) => kind.startsWith('response') && by?.id === account.users.agent),
  ).toEqual([]);
});

test('F73 CAN-2 another user’s own forum is not found, by administrators either, before and after it has a template', async () => {
  const own = ownForum(account.users.agent);
  const missing = refused(404, 'not_found');
  const attempts = async () => {
    const paths = `/api/forums/${own}`;
    const response = id('response');
    for (const cookie of [supervisor, account.administrator]) {
      const body = bodyOf();
      expect(await ask('GET', `${paths}/responses`, { cookie })).toEqual(missing);
      expect(await ask('GET', `${paths}/uses`, { cookie })).toEqual(missing);
      expect(await ask('GET', pathOf(response, own), { cookie })).toEqual(missing);
      expect(await ask('PUT', pathOf(response, own), { cookie, body })).toEqual(missing);
      expect(await ask('DELETE', pathOf(response, own), { cookie })).toEqual(missing);
      expect(await ask('POST', `${pathOf(response, own)}/restore`, { cookie })).toEqual(missing);
      expect(await ask('DELETE', paths, { cookie })).toEqual(missing);
      expect(await ask('PATCH', paths, { cookie, body: { title: 'x', campaigns: null } })).toEqual(missing);
    }
    // An agent learns as little of a colleague's.
    const theirs = ownForum(account.users.supervisor);
    expect(await put(agent, theirs, response)).toEqual(missing);
  };
  await attempts();
  await added(agent, own);
  await added(supervisor, ownForum(account.users.supervisor));
  await attempts();
  expect((await fileOf(own)).responses).toHaveLength(1);
});

test('I13 another account’s forum can be neither read nor changed', async () => {
  const stranger = await newAccount();
  const { id: response } = await added(supervisor, forum);
  const before = await fileOf();
  const cookie = stranger.administrator;
  const missing = refused(404, 'not_found');
  expect(await ask('GET', `/api/forums/${forum}/responses`, { cookie })).toEqual(missing);
  expect(await ask('GET', pathOf(response), { cookie })).toEqual(missing);
  expect(await put(cookie, forum, response, { version: 1, answer: 'Theirs' })).toEqual(missing);
  expect(await put(stranger.agent, forum, response, { version: 1 })).toEqual(missing);
  expect(await ask('DELETE', pathOf(response), { cookie })).toEqual(missing);
  expect(await ask('DELETE', `/api/forums/${forum}`, { cookie })).toEqual(missing);
  expect(await fileOf()).toEqual(before);
});

test.each([
  ['key', 'two words'],
  ['key', '#returns'],
  ['key', '\u200b\u2060'],
  ['key', 'k'.repeat(41)],
  ['question', 'two\nlines'],
  ['question', 'q'.repeat(201)],
  ['answer', ' \n\u200b'],
  ['answer', 'a'.repeat(4_001)],
  ['answer', 'a\0b'],
  ['edit', 'no id'],
  ['version', -1],
  ['version', 0.5],
])('CAN-15 a %s %j is refused', async (field, value) => {
  expect(await put(supervisor, forum, id('response'), { [field]: value })).toEqual(
    refused(400, 'bad_request', { field }),
  );
});

test('CAN-15 the longest texts are accepted, and a body that is too large is refused', async () => {
  const longest = { key: '😀'.repeat(40), question: '😀'.repeat(200), answer: '😀'.repeat(4_000) };
  expect(await put(supervisor, forum, id('response'), longest)).toMatchObject(
    done({ ...longest, version: 1 }),
  );
  const tooLarge = { answer: 'a'.repeat(70_000) };
  expect(await put(supervisor, forum, id('response'), tooLarge)).toEqual(refused(413, 'too_large'));
});

const setForum = (of: string, values: { count?: number; size?: number }) =>
  env.DB.batch(
    Object.entries(values).map(([column, value]) =>
      env.DB.prepare(`UPDATE forums SET ${column} = ? WHERE account_id = ? AND id = ?`).bind(
        ...[value, account.id, of],
      ),
    ),
  );

test('CAN-14 a forum at its greatest number takes no response, but changes of those that it has', async () => {
  const full = refused(409, 'forum_full');
  const own = ownForum(account.users.agent);
  for (const [of, cookie, most] of [
    [forum, supervisor, maxResponses],
    [own, agent, maxTemplates],
  ] as const) {
    const { id: response } = await added(cookie, of);
    await setForum(of, { count: most - 1 });
    await added(cookie, of);
    expect(await put(cookie, of, id('response'))).toEqual(full);
    expect(await put(cookie, of, response, { version: 1, answer: 'Changed' })).toMatchObject({ status: 200 });
    await ask('DELETE', pathOf(response, of), { cookie });
    await added(cookie, of);
    // Its place was taken meanwhile.
    expect(await ask('POST', `${pathOf(response, of)}/restore`, { cookie })).toEqual(full);
  }
});

test('CAN-14 the texts of a forum have a greatest length, and a full one can be made shorter', async () => {
  const { id: response } = await added(supervisor, forum);
  const length = Object.values(texts).join('').length;
  await setForum(forum, { size: maxForumLength - length });
  const full = refused(409, 'forum_full');
  expect(await put(supervisor, forum, id('response'), { answer: `${texts.answer}!` })).toEqual(full);
  const other = await added(supervisor, forum);
  expect(await put(supervisor, forum, response, { version: 1, answer: `${texts.answer}!` })).toEqual(full);
  expect(await put(supervisor, forum, response, { version: 1, answer: 'Shorter' })).toMatchObject({
    status: 200,
  });
  await ask('DELETE', pathOf(other.id), { cookie: supervisor });
  const row = env.DB.prepare('SELECT count, size FROM forums WHERE account_id = ? AND id = ?');
  const difference = 'Shorter'.length - texts.answer.length;
  expect(await row.bind(account.id, forum).first()).toEqual({
    ...{ count: 1, size: maxForumLength - length + difference },
  });
});

test('CAN-16 keys may repeat', async () => {
  await added(supervisor, forum);
  await added(supervisor, forum);
  expect((await fileOf()).responses.map(({ key }) => key)).toEqual(['returns', 'returns']);
});

test('CAN-18 uses are counted by response, also those of personal templates', async () => {
  const used = await added(supervisor, forum);
  const unused = await added(supervisor, forum);
  const own = ownForum(account.users.agent);
  const mine = await added(agent, own);
  const use = env.DB.prepare(
    'INSERT INTO canned_uses (account_id, response_id, conversation_id, seq, at) VALUES (?, ?, ?, ?, ?)',
  );
  await env.DB.batch([
    use.bind(account.id, used.id, id('conversation'), 3, 1_000),
    use.bind(account.id, used.id, id('conversation'), 3, 3_000),
    use.bind(account.id, mine.id, id('conversation'), 4, 2_000),
    use.bind(id('account'), used.id, id('conversation'), 5, 9_000),
  ]);
  const usesOf = (of: string) => ask<ForumUses>('GET', `/api/forums/${of}/uses`, { cookie: agent });
  expect(await usesOf(forum)).toEqual(done({ uses: [{ id: used.id, count: 2, lastAt: 3_000 }] }));
  expect(await usesOf(own)).toEqual(done({ uses: [{ id: mine.id, count: 1, lastAt: 2_000 }] }));
  expect((await get(used.id)).body.uses).toEqual({ count: 2, lastAt: 3_000 });
  expect((await get(unused.id)).body.uses).toEqual({ count: 0, lastAt: null });
  const saved = await put(supervisor, forum, used.id, { version: 1, answer: 'Other' });
  expect(saved.body.uses).toEqual({ count: 2, lastAt: 3_000 });
});
