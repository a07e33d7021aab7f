/** A client that follows a log over a connection that loses single frames. */
import { ConversationClient } from '#client/conversation';
import { memoryOutbox } from '#client/outbox';
import { fold } from '#domain/conversation/conversation';
import { noMarks } from '#domain/conversation/marks';
import type { Entry } from '#protocol';
import { expect, test } from 'vitest';
import { World } from '../simulation/world.ts';
import { PaperWire } from './paper-wire.ts';

const visitor = { kind: 'visitor', id: 'vis_a' } as const;
const anna = { kind: 'agent', id: 'usr_anna', name: 'Anna' } as const;
const campaign = { id: 'cam', name: 'Shop' };
const log: Entry[] = [
  {
    seq: 1,
    at: 1,
    by: visitor,
    kind: 'conversation.started',
    campaign,
    site: 'sit',
    contact: {},
    ordinal: 1,
  },
  { seq: 2, at: 2, by: visitor, kind: 'message.sent', id: 'a', text: 'one' },
  { seq: 3, at: 3, by: visitor, kind: 'message.sent', id: 'b', text: 'two' },
  { seq: 4, at: 4, by: anna, kind: 'message.sent', id: 'c', text: 'three' },
];
const range = (after: number, upTo: number) => ({ t: 'range', after, upTo, entries: log.slice(after, upTo) });

function follower(side: 'visitor' | 'agent') {
  const world = new World(1);
  const wire = new PaperWire();
  let made = 0;
  const client = new ConversationClient({
    env: {
      connect: () => wire,
      now: () => world.now,
      random: () => 0,
      bytes: (count) => new Uint8Array(count).fill(++made),
      after: (delay, task) => world.after(delay, task),
      onWake: () => () => {},
    },
    side,
    me: side === 'agent' ? anna.id : visitor.id,
    outbox: memoryOutbox(),
    url: () => 'paper:',
    protocols: () => [],
    onDoubt: () => Promise.resolve(true),
  });
  void client.start();
  const welcome = (head: number) =>
    wire.say({
      ...{
        t: 'welcome',
        v: 1,
        conversation: 'con_a',
        epoch: 'e',
        head,
        state: fold('con_a', log.slice(0, head)),
      },
      ...{ marks: noMarks, present: true },
    });
  const sent = (t: string) => wire.sent.filter((frame) => frame.t === t);
  return { world, wire, client, welcome, sent };
}

test('CMD-14 an unanswered command is sent again, and an answered one is not', async () => {
  const { world, wire, client, welcome, sent } = follower('visitor');
  await world.run(0);
  wire.open();
  welcome(1);
  wire.say(range(0, 1));
  const id = client.send('hello');
  expect(sent('message.send')).toHaveLength(1);
  await world.run(14_000);
  wire.say('pong');
  expect(sent('message.send')).toHaveLength(1);
  await world.run(2_000);
  expect(sent('message.send').map((frame) => frame.id)).toEqual([id, id]);
  wire.say({ t: 'ack', id, seq: 2 });
  for (let minute = 0; minute < 12; minute++) {
    await world.run(5_000);
    wire.say('pong');
  }
  expect(sent('message.send')).toHaveLength(2);
  expect(client.view.pending).toEqual([]);
});

test('LOG-8 a view does not begin after the welcome’s head: if its ranges are lost, the client requests them', async () => {
  const { world, wire, client, welcome, sent } = follower('agent');
  await world.run(0);
  wire.open();
  welcome(2);
  // Entry 3 and the entries before it never arrive.
  wire.say(range(3, 4));
  expect(client.view.entries).toEqual([]);
  expect(sent('pull')).toEqual([{ t: 'pull', after: 0 }]);
  wire.say(range(0, 4));
  expect(client.view.entries).toEqual(log);
  expect(client.view.state).toEqual(fold('con_a', log));
});

test('MRK-8 a client marks earlier messages as read for the author of a new one', async () => {
  const { world, wire, client, welcome } = follower('agent');
  await world.run(0);
  wire.open();
  welcome(1);
  wire.say(range(0, 1));
  wire.say(range(1, 3));
  expect(client.view.marks.agent.unread).toBe(2);
  wire.say(range(3, 4));
  expect(client.view.marks).toEqual({
    visitor: { delivered: 3, read: 3, unread: 1 },
    agent: { delivered: 4, read: 4, unread: 0 },
  });
});

test('CMD-1 CMD-25 CMD-26 edits, deletions and quotes are kept until they are answered; a quote that is gone is left out at the next try', async () => {
  const { world, wire, client, welcome, sent } = follower('visitor');
  await world.run(0);
  wire.open();
  welcome(4);
  wire.say(range(0, 4));
  const quoting = client.send('about this', { quote: 4 });
  const edit = client.edit(3, 'two, corrected');
  const deletion = client.delete(2);
  expect(sent('message.send')).toEqual([{ t: 'message.send', id: quoting, text: 'about this', quote: 4 }]);
  expect([...sent('message.edit'), ...sent('message.delete')]).toEqual([
    { t: 'message.edit', id: edit, target: 3, text: 'two, corrected', prev: quoting },
    { t: 'message.delete', id: deletion, target: 2, prev: edit },
  ]);
  wire.say({ t: 'refused', id: quoting, code: 'not_found', message: '', field: 'quote' });
  wire.say({
    ...{ t: 'range', after: 4, upTo: 6 },
    entries: [
      { seq: 5, at: 5, by: visitor, kind: 'message.edited', id: edit, target: 3, of: 'message', text: 'new' },
      { seq: 6, at: 6, by: visitor, kind: 'message.deleted', id: deletion, target: 2, of: 'message' },
    ],
  });
  expect(client.view.pending.map(({ id, refused }) => [id, refused?.field])).toEqual([[quoting, 'quote']]);
  expect(client.view.entries.slice(1, 3)).toEqual([
    { ...log[1], text: '', deleted: true },
    { ...log[2], text: 'new', edited: 5 },
  ]);
  client.commands.retry(quoting);
  expect(sent('message.send').at(-1)).toEqual({ t: 'message.send', id: quoting, text: 'about this' });
});
