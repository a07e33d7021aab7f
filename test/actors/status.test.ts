/** Agents' statuses over time: signed in, with a status; the effects of being offline; and the time table. */
import { openEnd } from '#domain/people/activity';
import { isRefusal, statuses, type Status } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { dispatcherStub } from '../../worker/actors/stubs.ts';
import { getPerson } from '../../worker/db/users.ts';
import { eventually } from '../helpers/eventually.ts';
import { env, id, maybeEvict, moveClock, newScene, taken, uuid, ways, type SceneAgent } from './scene.ts';
import { insertUser, signInOf } from './sign-in.ts';

const hour = 3_600_000;
const week = 7 * 24 * hour;

interface Entry {
  kind: string;
  status?: Status;
  signedIn?: boolean;
  connected?: boolean;
  why?: string;
  by?: object;
}

/** The entries of the agent's log, without numbers and times. */
const logOf = (agent: { stub: SceneAgent['stub'] }) =>
  runInDurableObject(agent.stub, (_, { storage }) =>
    [...storage.sql.exec<{ entry: string }>('SELECT entry FROM entries ORDER BY seq')].map(({ entry }) => {
      const { seq: _, at: __, ...rest } = JSON.parse(entry) as Entry & { seq: number; at: number };
      return rest;
    }),
  );

interface Row {
  seq: number;
  from_at: number;
  to_at: number;
  status: Status;
  connected: number;
}
const rowsOf = async (agent: SceneAgent) =>
  (
    await env.DB.prepare('SELECT * FROM activity WHERE account_id = ? AND agent_id = ? ORDER BY seq')
      .bind(agent.principal.account, agent.party.id)
      .all<Row>()
  ).results;

/** A user who has never signed in. */
async function newcomer(account: string) {
  const user = id('user');
  await insertUser(env, { account, id: user, name: 'Mia', roles: ['agent'] });
  const person = await getPerson(env.DB, account, user);
  if (!person) throw new Error('nobody');
  const stub = env.AGENT.get(env.AGENT.idFromName(`${account}:${user}`));
  const enter = (status?: Status) =>
    stub.signIn(person, { ...{ device: 'a test', address: null, remembered: true }, status });
  return { user, stub, enter };
}

async function allow(account: string, on: boolean): Promise<void> {
  const change = 'UPDATE accounts SET offline_processing = ? WHERE id = ?';
  await env.DB.prepare(change).bind(Number(on), account).run();
  await dispatcherStub(env, account).reread();
}

test('F2 a user who signs in with a status has it from the first moment', async () => {
  const { stub, enter } = await newcomer(id('account'));
  await enter('invisible');
  expect(await logOf({ stub })).toEqual([
    { kind: 'status.changed', status: 'invisible' },
    { kind: 'session.changed', signedIn: true },
  ]);
  // A second session without a choice changes nothing; one with a choice does.
  await enter();
  await enter('dinner');
  expect((await logOf({ stub })).slice(2)).toEqual([{ kind: 'status.changed', status: 'dinner' }]);
});

test('F2 SGN-5 without a choice an offline user becomes online', async () => {
  const { stub, enter } = await newcomer(id('account'));
  await enter();
  await stub.setStatus('offline');
  await enter();
  expect((await stub.me()) as object).toMatchObject({ status: 'online' });
});

test('F11 there are eight statuses, and each can be chosen if the account has it', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  await allow(scene.account, true);
  expect(statuses).toHaveLength(8);
  for (const status of statuses.toReversed()) {
    expect(await anna.stub.setStatus(status)).toBeNull();
    expect(await anna.stub.me()).toMatchObject({ status });
  }
});

test('F18 AGT-12 offline processing is refused everywhere if the account has not switched it on', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const refusal = { refused: 'bad_request', field: 'status' };
  expect(await anna.stub.setStatus('offline_processing')).toMatchObject(refusal);
  expect(await anna.stub.setStatusBy('offline_processing', { id: 'x', name: 'y' })).toMatchObject(refusal);
  const desk = await anna.desk();
  const command = uuid();
  desk.send({ t: 'status.set', id: command, status: 'offline_processing' });
  expect(await desk.frame('refused')).toMatchObject({ id: command, code: 'bad_request', field: 'status' });
  const { stub, enter } = await newcomer(scene.account);
  expect(await enter('offline_processing')).toMatchObject(refusal);
  expect(await stub.me()).toMatchObject({ refused: 'signed_out' });
  await allow(scene.account, true);
  desk.send({ t: 'status.set', id: uuid(), status: 'offline_processing' });
  await desk.frame('status', ({ status }) => status === 'offline_processing');
  expect(isRefusal(await enter('offline_processing'))).toBe(false);
});

test.each(ways)(
  'F24 AGT-7 a status that one tab sets shows in all of them, and after a reload (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const [one, other] = [await anna.desk(), await anna.desk()];
    for (const tab of [one, other]) await tab.frame('agent.welcome');
    await maybeEvict(way, anna.stub);
    one.send({ t: 'status.set', id: uuid(), status: 'dinner' });
    for (const tab of [one, other]) expect(await tab.frame('status')).toMatchObject({ status: 'dinner' });
    await maybeEvict(way, anna.stub);
    expect(await (await anna.desk()).frame('agent.welcome')).toMatchObject({
      status: 'dinner',
      since: expect.any(Number) as number,
    });
    // A repeated choice is answered to the tab that asked.
    one.send({ t: 'status.set', id: uuid(), status: 'dinner' });
    await one.until(() => one.frames.filter(({ t }) => t === 'status').length === 2);
    expect(other.frames.filter(({ t }) => t === 'status')).toHaveLength(1);
  },
);

test.each(ways)(
  'F16 a correction changes the status that it is meant for, and no other status (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const desk = await anna.desk();
    await desk.frame('agent.welcome');
    await anna.stub.setStatus('before_dinner');
    await maybeEvict(way, anna.stub);
    expect(await anna.stub.correctStatus('before_dinner', 'dinner', 'empty')).toBe(true);
    expect(await desk.frame('status', ({ status }) => status === 'dinner')).toMatchObject({ why: 'empty' });
    // Repeated or late: the agent has chosen another status since.
    await anna.stub.setStatus('online');
    expect(await anna.stub.correctStatus('before_dinner', 'dinner', 'empty')).toBe(false);
    expect(await anna.stub.me()).toMatchObject({ status: 'online' });
    expect((await logOf(anna)).filter(({ why }) => why)).toEqual([
      { kind: 'status.changed', status: 'dinner', why: 'empty' },
    ]);
  },
);

test('AGT-10 a supervisor sets a status, and the tabs and the log name the supervisor', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const desk = await anna.desk();
  await desk.frame('agent.welcome');
  const by = { id: id('user'), name: 'Sofia' };
  expect(await anna.stub.setStatusBy('short_break', by)).toBeNull();
  expect(await desk.frame('status')).toMatchObject({ status: 'short_break', by });
  expect((await logOf(anna)).at(-1)).toEqual({ kind: 'status.changed', status: 'short_break', by });
  await anna.stub.signOut(anna.session);
  expect(await anna.stub.setStatusBy('online', by)).toMatchObject({ refused: 'conflict' });
  expect(await anna.stub.correctStatus('offline', 'online', 'missed')).toBe(false);
});

const gone = [
  { kind: 'session.changed', signedIn: false },
  { kind: 'status.changed', status: 'offline', why: 'signed_out' },
];

test.each(ways)(
  'F21 signing out of the last session ends everything that depends on it, of another one nothing (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const second = await signInOf(env, scene.account, anna.party.id);
    const desk = await anna.desk();
    await desk.frame('agent.welcome');
    await maybeEvict(way, anna.stub);
    await anna.stub.signOut(second.session);
    expect(await anna.stub.me()).toMatchObject({ status: 'online' });
    expect(desk.closed).toBeUndefined();
    await maybeEvict(way, anna.stub);
    await anna.stub.signOut(anna.session);
    expect((await desk.until(() => desk.closed)).code).toBe(4401);
    expect((await logOf(anna)).slice(2)).toEqual([
      { kind: 'presence.changed', connected: true },
      ...gone,
      { kind: 'presence.changed', connected: false },
    ]);
  },
);

test.each(ways)(
  'F21 unused sessions end by themselves, and the last of them signs the agent out (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    const anna = await scene.agent('Anna');
    clock.by(week / 2);
    await signInOf(env, scene.account, anna.party.id);
    await maybeEvict(way, anna.stub);
    clock.by(week / 2 + hour);
    await runDurableObjectAlarm(anna.stub);
    expect((await logOf(anna)).slice(2)).toEqual([]);
    clock.by(week / 2);
    await maybeEvict(way, anna.stub);
    await runDurableObjectAlarm(anna.stub);
    expect((await logOf(anna)).slice(2)).toEqual(gone);
  },
);

test('F21 I14 revocation ends the time signed in; a user who continues with a new password keeps their status', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  await anna.stub.setStatus('private_break');
  await env.DB.prepare('UPDATE users SET password_version = 2, version = 2 WHERE id = ?')
    .bind(anna.party.id)
    .run();
  await anna.stub.expectChange();
  await anna.stub.reread();
  expect((await logOf(anna)).slice(-2)).toEqual(gone);
  const person = await getPerson(env.DB, scene.account, anna.party.id);
  if (!person) throw new Error('nobody');
  await anna.stub.goOn(person, { device: 'a test', address: null }, false);
  expect((await logOf(anna)).slice(-2)).toEqual([
    { kind: 'status.changed', status: 'private_break' },
    { kind: 'session.changed', signedIn: true },
  ]);
});

test.each(ways)(
  'F19 an agent who goes offline loses their conversations at once, and can take them again online (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    await taken(anna, conversation);
    const [desk, floor, tab] = [await anna.desk(), await anna.floor(), await anna.attach(conversation)];
    expect((await desk.frame('agent.welcome'))['summaries']).toHaveLength(1);
    for (const stub of [anna.stub, scene.conversation(conversation)]) await maybeEvict(way, stub);
    await anna.stub.setStatus('offline');
    expect((await tab.until(() => tab.closed)).code).toBe(4403);
    expect(floor.closed).toBeUndefined();
    const { session, secret } = await signInOf(env, scene.account, anna.party.id);
    await anna.stub.setStatus('offline');
    expect(await anna.stub.authenticate(session, secret)).toMatchObject({ principal: { offline: true } });
    expect(await anna.stub.attached(session, conversation)).toMatchObject({ refused: 'not_online' });
    expect((await (await anna.desk()).frame('agent.welcome'))['summaries']).toEqual([]);
    // Nothing that happens there reaches their tabs either.
    const before = desk.frames.filter(({ t }) => t === 'summary').length;
    await visitor.say('are you there?');
    await maybeEvict(way, anna.stub);
    await anna.stub.setStatus('online');
    await desk.until(() => desk.frames.filter(({ t }) => t === 'agent.welcome').length > 2);
    expect(desk.frames.filter(({ t }) => t === 'summary').length).toBe(before);
    expect(await anna.stub.authenticate(session, secret)).not.toMatchObject({ principal: { offline: true } });
    // In the meantime it was back in the queue, where another agent could have taken it.
    await eventually(async () => expect((await scene.conversation(conversation).state())?.owner).toBeNull());
    expect(await taken(anna, conversation)).toBe(2);
    await anna.attach(conversation);
  },
);

/** The rows of the time table, once all are there: each interval ends where the next begins. */
async function projected(agent: SceneAgent, count: number): Promise<Row[]> {
  return eventually(async () => {
    await runDurableObjectAlarm(agent.stub);
    const rows = await rowsOf(agent);
    expect(rows).toHaveLength(count);
    for (const [index, row] of rows.entries()) {
      const next = rows[index + 1];
      if (next && next.seq === row.seq + 1) expect(row.to_at).toBe(next.from_at);
    }
    return rows;
  });
}

test.each(ways)(
  'F21 TIM-3 an agent’s statuses are recorded within seconds, once and without a gap (%s)',
  async (way) => {
    const scene = newScene();
    const anna = await scene.agent('Anna');
    const clock = moveClock();
    await maybeEvict(way, anna.stub);
    clock.by(5_000);
    const [first] = await projected(anna, 1);
    expect(first).toMatchObject({ to_at: openEnd, status: 'online', connected: 0 });
    clock.by(hour);
    await anna.desk();
    clock.by(hour);
    await anna.stub.setStatus('short_break');
    await maybeEvict(way, anna.stub);
    clock.by(20 * 60_000);
    await anna.stub.signOut(anna.session);
    clock.by(5_000);
    const rows = await projected(anna, 3);
    expect(rows.map(({ status, connected }) => [status, connected])).toEqual([
      ['online', 0],
      ['online', 1],
      ['short_break', 1],
    ]);
    const lengths = rows.map(({ from_at, to_at }) => Math.round((to_at - from_at) / 60_000));
    expect(lengths).toEqual([60, 60, 20]);
  },
);

test('F21 a crash between the write and its cursor writes the same rows again', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const clock = moveClock();
  clock.by(5_000);
  await projected(anna, 1);
  clock.by(hour);
  await anna.stub.setStatus('dinner');
  clock.by(5_000);
  const before = await projected(anna, 2);
  // As if the cursor had never been stored.
  await runInDurableObject(anna.stub, (_, { storage }) =>
    storage.sql.exec("DELETE FROM registers WHERE name = 'cursors'"),
  );
  await maybeEvict('evicted', anna.stub);
  clock.by(10_000);
  await runDurableObjectAlarm(anna.stub);
  await anna.stub.setStatus('online');
  clock.by(5_000);
  const after = await projected(anna, 3);
  expect(after.slice(0, 1)).toEqual(before.slice(0, 1));
  expect(after.map(({ status }) => status)).toEqual(['online', 'dinner', 'online']);
});

test('F21 while D1 is unreachable for a while the time table loses nothing', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const clock = moveClock();
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const prepare = vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, 'batch');
  prepare.mockRejectedValue(new Error('D1 is away'));
  clock.by(5_000);
  await runDurableObjectAlarm(anna.stub);
  await anna.stub.setStatus('dinner');
  prepare.mockRestore();
  log.mockRestore();
  expect(await rowsOf(anna)).toEqual([]);
  clock.by(60_000);
  await projected(anna, 2);
});
