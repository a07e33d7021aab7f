/** A user's row changes in D1: their actor learns of it, and ends everything that depended on the old row. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { isRefusal, type FloorAgent } from '#protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Conversation } from '../../worker/actors/conversation/conversation.ts';
import { getPerson } from '../../worker/db/users.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  env,
  maybeEvict,
  moveClock,
  newScene,
  openTab,
  taken,
  ways,
  type Frame,
  type SceneAgent,
} from './scene.ts';
import { signInOf } from './sign-in.ts';

const change = (agent: SceneAgent, set: string) =>
  env.DB.prepare(`UPDATE users SET ${set}, version = version + 1 WHERE account_id = ? AND id = ?`)
    .bind(agent.principal.account, agent.principal.id)
    .run();

test.each(ways)(
  'I14 a change whose author crashed before announcing it is found anyway, in open chats too (%s)',
  async (way) => {
    const scene = newScene();
    const clock = moveClock();
    const anna = await scene.agent('Anna');
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('Hello');
    const { session, secret } = await signInOf(env, scene.account, anna.party.id);
    const tabs = [await anna.desk(), await anna.floor(), await anna.attach(conversation)];
    await anna.stub.expectChange();
    await change(anna, 'manages = 0');
    // And no further frame arrives.
    await maybeEvict(way, anna.stub);
    clock.by(4_000);
    await eventually(async () => {
      await runDurableObjectAlarm(anna.stub);
      expect(tabs.map(({ closed }) => closed?.code)).toEqual([4401, 4401, 4401]);
    });
    const answer = await anna.stub.authenticate(session, secret);
    expect(answer).toMatchObject({
      refused: 'signed_out',
      message: 'Your rights have changed. Sign in again.',
      reason: 'rights',
    });
  },
);

test('I14 a user who is deleted during their sign-in is signed out within seconds', async () => {
  const scene = newScene();
  const clock = moveClock();
  const anna = await scene.agent('Anna');
  const opened = await signInOf(env, scene.account, anna.party.id);
  await change(anna, 'deleted_at = 1');
  clock.by(4_000);
  await eventually(async () => {
    await runDurableObjectAlarm(anna.stub);
    expect(await anna.stub.authenticate(opened.session, opened.secret)).toMatchObject({
      message: 'This user is no longer active.',
    });
  });
});

test.each(ways)(
  'FLR-5 a deleted user leaves the floor, and returns when the deletion is undone (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
    const floor = await ben.floor();
    const agentsIn = (frame: Frame) => (frame['agents'] as { id: string }[]).map((agent) => agent.id);
    expect(agentsIn(await floor.frame('floor'))).toContain(anna.party.id);
    const becomes = async (deletedAt: string) => {
      await maybeEvict(way, anna.stub);
      await maybeEvict(way, scene.dispatcher);
      await anna.stub.expectChange();
      await change(anna, `deleted_at = ${deletedAt}`);
      await anna.stub.reread();
      await anna.stub.reread();
    };
    await becomes('1');
    const left = await floor.frame('floor.changed', (frame) => 'left' in frame);
    expect(left['left']).toEqual([anna.party.id]);
    expect(agentsIn(left)).not.toContain(anna.party.id);
    await maybeEvict(way, scene.dispatcher);
    expect(agentsIn(await (await ben.floor()).frame('floor'))).toEqual([ben.party.id]);
    const before = floor.frames.length;
    await becomes('NULL');
    const back = await floor.until(() =>
      floor.frames
        .slice(before)
        .find((frame) => 'agents' in frame && agentsIn(frame).includes(anna.party.id)),
    );
    expect(back).not.toHaveProperty('left');
    expect(agentsIn(await (await ben.floor()).frame('floor'))).toContain(anna.party.id);
  },
);

test('F186 colleagues see a user’s name with the nickname beside it; visitors see the nickname', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const floor = await anna.floor();
  await floor.frame('floor');
  const renamed = async (set: string, name: string, nickname: string) => {
    await anna.stub.expectChange();
    await change(anna, set);
    await anna.stub.reread();
    const shown = (frame: Frame) =>
      (frame['agents'] as FloorAgent[]).some((agent) => agent.name === name && agent.nickname === nickname);
    await floor.frame('floor.changed', shown);
  };
  await renamed("nickname = 'Annie'", 'Anna', 'Annie');
  // Colleagues are updated even if the name that visitors see is unchanged.
  await renamed("name = 'Anna Petrova'", 'Anna Petrova', 'Annie');
  const { session, secret } = await signInOf(env, scene.account, anna.party.id);
  expect(await anna.stub.authenticate(session, secret)).toMatchObject({
    principal: { name: 'Annie', fullName: 'Anna Petrova' },
  });
  expect(await anna.stub.me()).toMatchObject({ name: 'Anna Petrova' });
  // The routing log is for colleagues, also after the user is deleted.
  const { conversation } = await (await scene.visitor()).say('Hello');
  await taken(anna, conversation);
  expect(
    await scene.dispatcher.decisionsOf(conversation, { id: anna.party.id, roles: ['supervisor'] }),
  ).toMatchObject({ names: { [anna.party.id]: 'Anna Petrova' } });
});

test('I14 a sign-in that reads the changed row first ends the older sessions, and none of them outlives the change', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const older = await signInOf(env, scene.account, anna.party.id);
  const tab = await anna.floor();
  await anna.stub.expectChange();
  await change(anna, 'password_version = password_version + 1');
  // Before the change is announced.
  const newer = await signInOf(env, scene.account, anna.party.id);
  await anna.stub.reread();
  expect(await anna.stub.authenticate(older.session, older.secret)).toMatchObject({
    refused: 'signed_out',
    message: 'The password has changed. Sign in again.',
    reason: 'password',
  });
  expect((await tab.until(() => tab.closed)).code).toBe(4401);
  expect(await anna.stub.authenticate(newer.session, newer.secret)).toMatchObject({
    principal: { session: newer.session },
  });
});

test('I14 a mail that is ordered while the password changes leaves no session open', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const { session, secret } = await signInOf(env, scene.account, anna.party.id);
  const before = await getPerson(env.DB, scene.account, anna.party.id);
  await anna.stub.expectChange();
  await change(anna, 'password_version = password_version + 1, version = version + 1');
  const after = await getPerson(env.DB, scene.account, anna.party.id);
  if (!before || !after) throw new Error('nobody');
  // The newer row first, then the older one.
  for (const person of [after, before])
    await anna.stub.mail(person, { kind: 'reset', origin: 'https://parley.test' });
  await anna.stub.reread();
  expect(await anna.stub.authenticate(session, secret)).toMatchObject({
    refused: 'signed_out',
    reason: 'password',
  });
});

test('S9 a session that has ended closes its sockets; a session in use stays valid', async () => {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const person = await getPerson(env.DB, scene.account, anna.party.id);
  if (!person) throw new Error('nobody');
  const opened = await anna.stub.goOn(person, { device: 'a test', address: null }, false);
  if (isRefusal(opened)) throw new Error(opened.message);
  const { conversation } = await (await scene.visitor()).say('Hello');
  const session = { ...anna.principal, session: opened.session };
  await anna.stub.attached(opened.session, conversation);
  const tabs = [
    await openTab(anna.stub, session),
    await openTab(scene.dispatcher, session),
    await openTab(scene.conversation(conversation), session),
  ];
  const codes = () => tabs.map(({ closed }) => closed?.code);
  /** As if everything in the session had happened this many hours earlier. */
  const sooner = async (hours: number) => {
    await runInDurableObject(anna.stub, (_, { storage }) => {
      const by = hours * 3_600_000;
      storage.sql.exec('UPDATE sessions SET created_at = created_at - ?, used_at = used_at - ?', by, by);
    });
    await runDurableObjectAlarm(anna.stub);
  };
  // Twelve hours without a request, but the tab is open.
  await sooner(12.5);
  expect(isRefusal(await anna.stub.authenticate(opened.session, opened.secret))).toBe(false);
  expect(codes()).toEqual([undefined, undefined, undefined]);
  await sooner(12);
  await eventually(async () => {
    await runDurableObjectAlarm(anna.stub);
    expect(codes()).toEqual([4401, 4401, 4401]);
  });
  expect(await anna.stub.authenticate(opened.session, opened.secret)).toMatchObject({ reason: 'expired' });
});

test('I14 a revocation that fails halfway is repeated until every socket is closed', async () => {
  const scene = newScene();
  const clock = moveClock();
  const anna = await scene.agent('Anna');
  const { conversation } = await (await scene.visitor()).say('Hello');
  const { session } = await signInOf(env, scene.account, anna.party.id);
  await anna.stub.attached(session, conversation);
  const tab = await openTab(scene.conversation(conversation), { ...anna.principal, session });
  await change(anna, 'manages = 0');
  // The conversation cannot be reached, once.
  const failing = vi.spyOn(Conversation.prototype, 'revoke').mockImplementationOnce(() => {
    throw new Error('Network connection lost.');
  });
  onTestFinished(() => failing.mockRestore());
  await anna.stub.expectChange();
  clock.by(4_000);
  await runDurableObjectAlarm(anna.stub);
  await eventually(() => expect(failing).toHaveBeenCalledOnce());
  expect(tab.closed).toBeUndefined();
  clock.by(60_000);
  await eventually(async () => {
    await runDurableObjectAlarm(anna.stub);
    expect(tab.closed?.code).toBe(4401);
  });
});
