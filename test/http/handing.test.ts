/**
 * The refusals, by code, of the routes for assigning chats, statuses and the time table (TIM-1, OFR-1, TRF-1, DEC-1,
 * AGT-17).
 */
import { beforeAll, expect, test } from 'vitest';
import { ask, id, newAccount, newSite, newVisitor, say, type TestAccount } from './client.ts';

let account: TestAccount;
let site: string;
let campaign: string;
let conversation: string;
beforeAll(async () => {
  account = await newAccount();
  ({ site, campaign } = await newSite(account));
  ({ conversation } = await say(site, (await newVisitor(site)).token));
});

const refused = (status: number, code: string, field?: string) => ({
  status,
  body: { refused: code, ...(field !== undefined && { field }) },
});
const post = (deed: string, body: unknown, cookie = account.supervisor) =>
  ask('POST', `/api/conversations/${conversation}/${deed}`, { cookie, body });

const user = id('user');
test.each<[deed: string, body: unknown, field?: string]>([
  ['accept', {}, 'generation'],
  ['accept', { generation: '1' }, 'generation'],
  ['accept', { generation: -1 }, 'generation'],
  ['accept', { generation: 0.5 }, 'generation'],
  ['accept', { generation: 1, agent: user }, 'agent'],
  ['accept', 'no JSON'],
  ['decline', {}, 'generation'],
  ['decline', { generation: null }, 'generation'],
  ['decline', { generation: 1, reason: 'busy' }, 'reason'],
  ['transfer', {}, 'to'],
  ['transfer', { to: { kind: 'company', id: user } }, 'to.kind'],
  ['transfer', { to: { kind: 'group', id: user } }, 'to.id'],
  ['transfer', { to: { kind: 'agent', id: user, name: 'Ben' } }, 'to.name'],
  ['transfer', { to: { kind: 'agent', id: user }, note: 7 }, 'note'],
  ['assign', {}, 'agent'],
  ['assign', { agent: 'ben' }, 'agent'],
  ['assign', { agent: user, note: {} }, 'note'],
  ['assign', { agent: user, to: user }, 'to'],
])('OFR-1 TRF-1 %s refuses the body %j', async (deed, body, field) => {
  expect(await post(deed, body)).toMatchObject(refused(400, 'bad_request', field));
});

test('OFR-10 TRF-1 answers to offers that do not exist, and transfers by others than the owner, are refused by code', async () => {
  for (const deed of ['accept', 'decline'])
    expect(await post(deed, { generation: 1 })).toMatchObject(refused(409, 'offer_over'));
  const to = { kind: 'agent', id: account.users.agent };
  expect(await post('transfer', { to })).toMatchObject(refused(409, 'not_owner'));
  expect(await post('transfer', { to: { kind: 'group', id: id('group') } })).toMatchObject(
    refused(404, 'not_found', 'to'),
  );
  expect(await post('transfer', { to: { kind: 'campaign', id: id('campaign') } })).toMatchObject(
    refused(404, 'not_found', 'to'),
  );
  expect(await post('transfer', { to: { kind: 'campaign', id: campaign } }, account.agent)).toMatchObject(
    refused(409, 'not_owner'),
  );
  // The account has no user with that id, and an agent who is not present gets nothing.
  expect(await post('assign', { agent: id('user') })).toMatchObject(refused(404, 'not_found'));
  expect(await post('assign', { agent: account.users.agent }, account.agent)).toMatchObject(
    refused(403, 'forbidden'),
  );
});

test('DEC-1 decisions of ids that are no conversation are refused', async () => {
  const of = (which: string, cookie?: string) =>
    ask('GET', `/api/conversations/${which}/decisions`, { cookie });
  expect(await of('x', account.supervisor)).toMatchObject(refused(404, 'not_found'));
  expect(await of(id('user'), account.supervisor)).toMatchObject(refused(404, 'not_found'));
  expect(await of(conversation)).toMatchObject(refused(401, 'signed_out'));
});

test.each<[body: unknown, field?: string]>([
  [{}, 'status'],
  [{ status: 'asleep' }, 'status'],
  [{ status: null }, 'status'],
  [{ status: 'dinner', why: 'hungry' }, 'why'],
  ['no JSON'],
])('AGT-17 a status refuses the body %j', async (body, field) => {
  const path = `/api/users/${account.users.agent}/status`;
  const answer = await ask('PUT', path, { cookie: account.supervisor, body });
  expect(answer).toMatchObject(refused(400, 'bad_request', field));
});

test('AGT-17 the status of a signed-out user, of an unknown one, or one that the account has off is refused', async () => {
  const other = await newAccount('Somebody else’s');
  const set = (of: string, status: string, cookie = other.supervisor) =>
    ask('PUT', `/api/users/${of}/status`, { cookie, body: { status } });
  const { agent } = other.users;
  expect(await set(agent, 'offline_processing')).toMatchObject(refused(400, 'bad_request', 'status'));
  expect(await set(agent, 'dinner')).toMatchObject({ status: 200 });
  expect(await set(agent, 'online', other.agent)).toMatchObject(refused(403, 'forbidden'));
  expect(await set(agent, 'online', account.supervisor)).toMatchObject(refused(404, 'not_found'));
  expect(await set(id('user'), 'online')).toMatchObject(refused(404, 'not_found'));
  await ask('POST', '/api/logout', { cookie: other.agent });
  expect(await set(agent, 'online')).toMatchObject(refused(409, 'conflict'));
});

test.each<[query: string, field: string]>([
  ['', 'day'],
  ['day=today', 'day'],
  ['day=2025-02-30', 'day'],
  ['day=2025-6-4', 'day'],
  ['day=2025-06-04&group=sales', 'group'],
])('TIM-1 the time table refuses the query “%s”', async (query, field) => {
  expect(await ask('GET', `/api/time-table?${query}`, { cookie: account.supervisor })).toMatchObject(
    refused(400, 'bad_request', field),
  );
});
