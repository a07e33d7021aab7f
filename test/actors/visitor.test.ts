/**
 * A visitor's conversations: at most one is open, a message is stored once whichever way it arrives, and a blocked
 * visitor is refused.
 */
import { isRefusal } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { agentStub, conversationStub, dispatcherStub, visitorStub } from '../../worker/actors/stubs.ts';
import { eventually } from '../helpers/eventually.ts';
import { env, id, logOf, maybeEvict, moveClock, newScene, openTab, taken, uuid, ways } from './scene.ts';

const messages = (log: Awaited<ReturnType<typeof logOf>>) =>
  log.filter((entry) => entry.kind === 'message.sent');

test.each(ways)('MSG-11 twenty messages at once open one conversation (%s)', async (way) => {
  const scene = newScene();
  const visitor = await scene.visitor();
  await maybeEvict(way, visitor.stub);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) => visitor.say(`message ${number}`)),
  );
  expect(new Set(answers.map((answer) => answer.conversation)).size).toBe(1);
  const [first] = answers;
  expect(messages(await logOf(scene, first?.conversation ?? ''))).toHaveLength(20);
  const session = await visitor.stub.session();
  expect(session).toMatchObject({ conversations: [{ open: true }] });
});

test.each(ways)('MSG-4 CMD-7 the same id over HTTP and on the socket is one entry (%s)', async (way) => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const [command, second] = [uuid(), uuid()];
  const { conversation, seq } = await visitor.say('hello', command);
  await maybeEvict(way, scene.conversation(conversation));
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'message.send', id: command, text: 'hello' });
  expect(await tab.frame('ack')).toEqual({ t: 'ack', id: command, seq });
  // And in the other direction.
  tab.send({ t: 'message.send', id: second, text: 'again' });
  await tab.frame('range', (frame) => frame['upTo'] === 3);
  await maybeEvict(way, scene.conversation(conversation));
  expect(await visitor.say('again', second)).toEqual({ conversation, seq: 3 });
  expect(messages(await logOf(scene, conversation))).toHaveLength(2);
});

test('CMD-7 an id that is sent at the same moment in two tabs and over HTTP is one entry', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const tabs = [await visitor.attach(conversation), await visitor.attach(conversation)];
  const command = uuid();
  for (const tab of tabs) tab.send({ t: 'message.send', id: command, text: 'once' });
  const answer = await visitor.say('once', command);
  expect(answer).toEqual({ conversation, seq: 3 });
  await Promise.all(tabs.map((tab) => tab.settled()));
  expect(messages(await logOf(scene, conversation))).toHaveLength(2);
});

test.each(ways)(
  'I18 CMD-20 a message to a closed conversation opens the next one, once (%s)',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const tab = await visitor.attach(conversation);
    tab.send({ t: 'conversation.close', id: uuid() });
    await tab.frame('range', (frame) => frame['upTo'] === 3);
    const late = uuid();
    tab.send({ t: 'message.send', id: late, text: 'one more thing' });
    expect(await tab.frame('refused')).toMatchObject({ id: late, code: 'conversation_closed' });
    await maybeEvict(way, visitor.stub);
    const [one, two] = await Promise.all([visitor.say('one more thing', late), visitor.say('and another')]);
    expect(one.conversation).not.toBe(conversation);
    expect(two.conversation).toBe(one.conversation);
    expect(await visitor.stub.session()).toMatchObject({
      conversations: [
        { id: one.conversation, open: true },
        { id: conversation, open: false },
      ],
    });
    expect((await scene.conversation(one.conversation).state())?.ordinal).toBe(2);
    expect((await logOf(scene, conversation)).map((entry) => entry.kind)).toEqual([
      'conversation.started',
      'message.sent',
      'conversation.closed',
    ]);
  },
);

test('MSG-4 a message that a conversation accepted before it was closed is not sent to the next one', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const command = uuid();
  const first = await visitor.say('hello', command);
  const tab = await visitor.attach(first.conversation);
  tab.send({ t: 'conversation.close', id: uuid() });
  await tab.frame('range', (frame) => frame['upTo'] === 3);
  expect(await visitor.say('hello', command)).toEqual(first);
});

test('MSG-4 CMD-7 a message that an earlier conversation accepted is not written into a later one', async () => {
  const scene = newScene();
  const visitor = await scene.visitor();
  const first = await visitor.say('hello');
  const [taken, lost] = [uuid(), uuid()];
  await visitor.say('taken, and never answered', taken);
  const tab = await visitor.attach(first.conversation);
  tab.send({ t: 'conversation.close', id: uuid() });
  await tab.frame('range', (range) => JSON.stringify(range).includes('conversation.closed'));
  const second = await visitor.say('another tab begins anew');
  expect(second.conversation).not.toBe(first.conversation);
  expect(await visitor.try('taken, and never answered', taken, first.conversation)).toEqual({
    conversation: first.conversation,
    seq: 3,
  });
  // A message that it did not accept goes to the open one; another visitor's conversation is not asked.
  const open = { conversation: second.conversation };
  expect(await visitor.try('lost', lost, first.conversation)).toMatchObject(open);
  const stranger = await (await scene.visitor()).say('mine');
  expect(await visitor.try('not there', uuid(), stranger.conversation)).toMatchObject(open);
  const texts = (await logOf(scene, second.conversation)).map(({ text }) => text);
  expect(texts.filter(Boolean)).toEqual(['another tab begins anew', 'lost', 'not there']);
});

test.each(ways)('CMD-21 a blocked visitor is refused everywhere (%s)', async (way) => {
  const scene = newScene();
  const anna = await scene.agent();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  await taken(anna, conversation);
  const screen = await anna.attach(conversation);
  const tab = await visitor.attach(conversation);
  screen.send({ t: 'visitor.block', id: uuid() });
  await tab.frame('range', (frame) => JSON.stringify(frame).includes('conversation.closed'));
  const command = uuid();
  tab.send({ t: 'message.send', id: command, text: 'hey' });
  expect(await tab.frame('refused', (frame) => frame['id'] === command)).toMatchObject({ code: 'blocked' });
  await maybeEvict(way, scene.conversation(conversation));
  await maybeEvict(way, visitor.stub);
  await eventually(async () => {
    expect(await visitor.try('hey', command)).toMatchObject({ refused: 'blocked' });
    expect(await visitor.try('hey again')).toMatchObject({ refused: 'blocked' });
  });
  expect(await visitor.stub.session()).toMatchObject({ conversations: [{ open: false }] });
});

test.each(ways)(
  'I18 a conversation without activity for the idle time closes by itself, once (%s)',
  async (way) => {
    const scene = newScene({ idleMinutes: 1 });
    const clock = moveClock();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    const stub = scene.conversation(conversation);
    const anna = await scene.agent();
    // With an open tab: otherwise the conversation would return to the queue.
    await anna.desk();
    await taken(anna, conversation);
    clock.by(30_000);
    await visitor.say('still here');
    await maybeEvict(way, stub);
    // An alarm that fires early does nothing.
    clock.by(50_000);
    await runDurableObjectAlarm(stub);
    expect((await stub.state())?.phase).not.toBe('closed');
    clock.by(15_000);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect((await stub.state())?.phase).toBe('closed');
    });
    await maybeEvict(way, stub);
    clock.by(600_000);
    await runDurableObjectAlarm(stub);
    const closings = (await logOf(scene, conversation)).filter(
      (entry) => entry.kind === 'conversation.closed',
    );
    expect(closings).toMatchObject([{ reason: 'idle', by: { kind: 'system' } }]);
    await eventually(async () =>
      expect(await visitor.stub.session()).toMatchObject({ conversations: [{ open: false }] }),
    );
  },
);

test('I18 an unassigned question is not closed because no agent was present', async () => {
  const scene = newScene({ idleMinutes: 1 });
  const clock = moveClock();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('anybody?');
  const stub = scene.conversation(conversation);
  clock.by(2 * 86_400_000);
  await runDurableObjectAlarm(stub);
  expect((await stub.state())?.phase).toBe('waiting');
  clock.by(2 * 86_400_000);
  await eventually(async () => {
    await runDurableObjectAlarm(stub);
    expect((await stub.state())?.phase).toBe('closed');
  });
});

test('S1 a guessed name creates nothing, whatever method is called', async () => {
  const [account, user, visitor, conversation] = [
    id('account'),
    id('user'),
    id('visitor'),
    id('conversation'),
  ];
  const con = conversationStub(env, account, conversation);
  const vis = visitorStub(env, account, visitor);
  const agt = agentStub(env, account, user);
  const dis = dispatcherStub(env, account);
  const principal = {
    kind: 'user',
    account,
    id: user,
    name: 'X',
    roles: ['agent'],
    manages: true,
    session: id('session'),
  } as const;
  const message = { t: 'message.send', id: uuid(), text: 'x' } as const;
  expect(await con.state()).toBeNull();
  expect(await con.range('agent', undefined, 10)).toMatchObject({ refused: 'not_found' });
  expect(await con.send({ kind: 'visitor', id: visitor }, message)).toMatchObject({ refused: 'not_found' });
  expect(await con.assign({ agent: { kind: 'agent', id: user, name: 'X' }, generation: 1 })).toMatchObject({
    refused: 'not_found',
  });
  const tab = await openTab(con, principal);
  expect(await tab.until(() => tab.closed)).toMatchObject({ code: 4404 });
  expect(await vis.session()).toMatchObject({ refused: 'signed_out' });
  expect(await vis.authenticate('x'.repeat(43))).toMatchObject({ refused: 'signed_out' });
  expect(await vis.owns(conversation)).toBe(false);
  expect(await agt.authenticate(principal.session, 'x'.repeat(43))).toMatchObject({ refused: 'signed_out' });
  expect(await agt.me()).toMatchObject({ refused: 'signed_out' });
  await expect(openTab(agt, principal)).rejects.toThrow('403');
  expect(await dis.ownedBy(user)).toEqual([]);
  expect(await dis.conversations(null, 10)).toEqual([]);
  for (const stub of [con, vis, agt, dis]) {
    const kept = await runInDurableObject(stub as DurableObjectStub, async (_, { storage }) => ({
      tables: [...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '_cf_%'")],
      alarm: await storage.getAlarm(),
    }));
    expect(kept).toEqual({ tables: [], alarm: null });
  }
});

test('S1 a visitor cannot follow another visitor’s conversation', async () => {
  const [scene, elsewhere] = [newScene(), newScene()];
  const [visitor, stranger] = [await scene.visitor(), await scene.visitor()];
  const foreign = await elsewhere.agent();
  const { conversation } = await visitor.say('hello');
  const stub = scene.conversation(conversation);
  await expect(openTab(stub, stranger.principal)).rejects.toThrow('403');
  await expect(openTab(stub, foreign.principal)).rejects.toThrow('403');
  expect(isRefusal(await foreign.take(conversation))).toBe(true);
  expect(await stranger.stub.owns(conversation)).toBe(false);
});
