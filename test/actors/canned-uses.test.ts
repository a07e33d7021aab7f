/** The canned responses that a message was made from: in the log for agents, in the history as uses. */
import { maxCannedOfMessage, ownForum, type ForumUses } from '#protocol';
import { expect, test } from 'vitest';
import { conversationStub } from '../../worker/actors/stubs.ts';
import { added, newForum } from '../http/canned.ts';
import {
  ask,
  call,
  env,
  id,
  newAccount,
  newSite,
  newVisitor,
  operatorHeader,
  origin,
  say,
} from '../http/client.ts';
import { subprotocol } from '#protocol';
import { eventually } from '../helpers/eventually.ts';
import { maybeEvict, moveClock, Tab, uuid, ways } from './scene.ts';

test.each(ways)('CAN-17 CAN-18 a sent message counts as a use of its responses, once (%s)', async (way) => {
  const clock = moveClock();
  const account = await newAccount();
  const forum = await newForum(account);
  const own = ownForum(account.users.agent);
  const response = await added(account.supervisor, forum.id);
  const template = await added(account.agent, own);
  const { site } = await newSite(account, [origin]);
  const { conversation } = await say(site, (await newVisitor(site)).token);
  const stub = conversationStub(env, account.id, conversation);
  await stub.assign({ agent: { kind: 'agent', id: account.users.agent, name: 'Anna' }, generation: 1 });
  const headers = { Origin: origin, Upgrade: 'websocket', 'Sec-WebSocket-Protocol': subprotocol };
  const path = `/api/conversations/${conversation}/socket`;
  const { webSocket } = await call('GET', path, { cookie: account.agent, headers });
  if (!webSocket) throw new Error('no socket');
  const tab = new Tab(webSocket).send({ t: 'hello', v: 1 });
  await tab.frame('welcome');

  const command = { t: 'message.send', id: uuid(), text: 'Hi there!', canned: [response.id, template.id] };
  tab.send(command).send(command);
  const range = await tab.frame('range', (frame) => JSON.stringify(frame).includes('Hi there!'));
  expect(range['entries']).toContainEqual(
    expect.objectContaining({ kind: 'message.sent', text: 'Hi there!', canned: command.canned }),
  );
  tab.send({ t: 'message.send', id: uuid(), text: 'By hand', canned: [] });
  tab.send({ t: 'message.send', id: uuid(), text: 'Again', canned: [response.id] });
  await tab.frame('range', (frame) => JSON.stringify(frame).includes('Again'));
  const many = Array.from({ length: maxCannedOfMessage + 1 }, () => id('response'));
  for (const canned of [many, ['no id']]) {
    const refused = uuid();
    tab.send({ t: 'message.send', id: refused, text: 'Refused', canned });
    const answer = await tab.frame('refused', (frame) => frame['id'] === refused);
    expect(answer).toMatchObject({ code: 'bad_frame' });
  }
  await tab.settled();
  await maybeEvict(way, stub);

  const usesOf = async (of: string) =>
    (await ask<ForumUses>('GET', `/api/forums/${of}/uses`, { cookie: account.agent })).body.uses;
  clock.by(120_000);
  await eventually(async () => {
    await stub.rearchive();
    expect(await usesOf(forum.id)).toMatchObject([{ id: response.id, count: 2 }]);
  });
  expect(await usesOf(own)).toMatchObject([{ id: template.id, count: 1 }]);

  const before = await usesOf(forum.id);
  const body = { account: account.id };
  await ask('POST', '/api/operator/rebuild', { headers: operatorHeader, body });
  await eventually(async () => expect(await usesOf(forum.id)).toEqual(before));
});
