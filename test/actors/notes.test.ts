/** Private notes on the sockets of a conversation: who may add them, how many, and that a visitor receives none. */
import { caps } from '#domain/base/caps';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { logOf, maybeEvict, newScene, taken, uuid, ways, type Frame, type Tab } from './scene.ts';

const secret = 'The canary costs eleven';
const note = (text: string, more: object = {}) => ({ t: 'note.add', id: uuid(), text, ...more });
const entriesOf = (tab: Tab) =>
  tab.frames.flatMap((frame) => (frame['entries'] ?? []) as Record<string, unknown>[]);
const hasNote = (text: string) => (frame: Frame) =>
  ((frame['entries'] ?? []) as { kind: string; text?: string }[]).some(
    (entry) => entry.kind === 'note.added' && entry.text === text,
  );

async function chat() {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Hello');
  const [anna, ben] = [await scene.agent('Anna'), await scene.agent('Ben')];
  await taken(anna, conversation);
  return { scene, visitor, conversation, anna, ben, stub: scene.conversation(conversation) };
}

test.each(ways)(
  'CMD-29 NTE-1 NTE-9 a colleague adds notes, also after the end; the visitor and the lists learn nothing (%s)',
  async (way) => {
    const { scene, visitor, conversation, anna, ben, stub } = await chat();
    const [page, owner, colleague] = [
      await visitor.attach(conversation),
      await anna.attach(conversation),
      await ben.attach(conversation),
    ];
    const before = await stub.state();
    colleague.send(note(secret, { mentions: [{ id: anna.party.id, name: 'Anna' }] }));
    await owner.frame('range', hasNote(secret));
    await maybeEvict(way, stub);
    const after = await stub.state();
    expect(after).toEqual({ ...before, head: (before?.head ?? 0) + 1, mentioned: [anna.party.id] });
    expect((await stub.summary())?.unread).toBe(1);
    // Ben may not write a message all the same.
    const message = uuid();
    colleague.send({ t: 'message.send', id: message, text: 'May I?' });
    expect(await colleague.frame('refused', ({ id }) => id === message)).toMatchObject({ code: 'not_owner' });
    owner.send({ t: 'conversation.close', id: uuid(), note: `${secret}, closing` });
    await page.frame('range', (frame) => JSON.stringify(frame).includes('conversation.closed'));
    await maybeEvict(way, stub);
    colleague.send(note(`${secret}, later`));
    await owner.frame('range', hasNote(`${secret}, later`));
    const again = await visitor.attach(conversation);
    await page.settled();
    await again.settled();
    for (const tab of [page, again]) {
      const texts = tab.texts.join('\n');
      for (const word of ['canary', 'mention', 'note', ben.party.id, anna.party.id])
        expect(texts).not.toContain(word);
    }
    // The visitor's tab holds the whole log, without the notes.
    expect(entriesOf(again).map(({ kind }) => kind)).toEqual([
      'conversation.started',
      'message.sent',
      'agent.assigned',
      'conversation.closed',
    ]);
    expect(await stub.range('visitor', undefined, 100)).not.toContain('canary');
    expect((await logOf(scene, conversation)).filter(({ kind }) => kind === 'note.added')).toHaveLength(3);
  },
);

test('NTE-1 CMD-3 a visitor cannot send a note, and learns nothing from the answer', async () => {
  const { visitor, conversation, stub } = await chat();
  const page = await visitor.attach(conversation);
  page.send(note('mine'));
  expect(await page.frame('refused')).toMatchObject({ code: 'bad_frame' });
  expect((await stub.state())?.head).toBe(3);
});

test.each([
  ['a blank text', { text: '   ' }],
  ['a text that is too long', { text: 'x'.repeat(8_001) }],
  [
    'more than twenty mentions',
    { mentions: Array(21).fill({ id: 'usr_00000000000000000000000001', name: 'A' }) },
  ],
  ['a mention without an id of a user', { mentions: [{ id: 'con_00000000000000000000000001', name: 'A' }] }],
  [
    'a mention with a name of two lines',
    { mentions: [{ id: 'usr_00000000000000000000000001', name: 'A\nB' }] },
  ],
  [
    'a mention with a long name',
    { mentions: [{ id: 'usr_00000000000000000000000001', name: 'A'.repeat(101) }] },
  ],
])('CMD-29 a note with %s is refused', async (_, wrong) => {
  const { conversation, anna, stub } = await chat();
  const owner = await anna.attach(conversation);
  owner.send({ ...note('fine'), ...wrong });
  expect(await owner.frame('refused')).toMatchObject({ code: 'bad_frame' });
  expect((await stub.state())?.head).toBe(3);
});

test('CMD-7 CMD-8 a repeated note is the same note; the same id with other mentions is refused', async () => {
  const { conversation, anna, ben, stub } = await chat();
  const owner = await anna.attach(conversation);
  const sent = note('Once', { mentions: [{ id: ben.party.id, name: 'Ben' }] });
  owner.send(sent);
  await owner.frame('range', hasNote('Once'));
  owner.send(sent);
  expect(await owner.frame('ack')).toMatchObject({ id: sent.id, seq: 4 });
  owner.send({ ...sent, mentions: [] });
  expect(await owner.frame('refused')).toMatchObject({ id: sent.id, code: 'id_reused' });
  expect((await stub.state())?.head).toBe(4);
});

test('NTE-2 an agent adds ten notes at once, and a message is not held up by them', async () => {
  const { conversation, anna, ben, stub } = await chat();
  const [owner, colleague] = [await anna.attach(conversation), await ben.attach(conversation)];
  for (let count = 1; count <= 11; count++) owner.send(note(`Note ${count}`));
  expect(await owner.frame('refused')).toMatchObject({ code: 'slow_down' });
  const message = uuid();
  owner.send({ t: 'message.send', id: message, text: 'Still here' });
  await owner.frame('range', (frame) => JSON.stringify(frame).includes(message));
  // A colleague has a pace of their own.
  colleague.send(note('Mine'));
  await owner.frame('range', hasNote('Mine'));
  expect((await stub.state())?.head).toBe(3 + 10 + 2);
});

test('NTE-3 CON-22 a full log accepts no note and no edit: an open conversation ends, and a closed one refuses', async () => {
  const { conversation, anna, stub } = await chat();
  await runInDurableObject(stub, (_, { storage }) => {
    const by = { kind: 'visitor', id: 'vis_x' };
    for (let seq = 4; seq < caps.conversationEntries; seq++) {
      const entry = JSON.stringify({ seq, at: Date.now(), by, kind: 'message.sent', id: uuid(), text: 'x' });
      storage.sql.exec('INSERT INTO entries (seq, entry) VALUES (?, ?)', seq, entry);
    }
  });
  await maybeEvict('evicted', stub);
  const owner = await anna.attach(conversation);
  owner.send(note('The last one'));
  await owner.frame('range', hasNote('The last one'));
  await eventually(async () => expect((await stub.state())?.closed?.reason).toBe('full'));
  const late = note('One too many');
  owner.send(late);
  expect(await owner.frame('refused')).toMatchObject({ id: late.id, code: 'conversation_full' });
  const edit = { t: 'message.edit', id: uuid(), target: caps.conversationEntries, text: 'Longer' };
  owner.send(edit);
  expect(await owner.frame('refused', ({ id }) => id === edit.id)).toMatchObject({
    code: 'conversation_full',
  });
  expect((await stub.state())?.head).toBe(caps.conversationEntries + 1);
});

test('F19 an agent who goes offline adds no more notes', async () => {
  const { conversation, ben, stub } = await chat();
  const colleague = await ben.attach(conversation);
  await ben.stub.setStatus('offline');
  expect((await colleague.until(() => colleague.closed)).code).toBe(4403);
  await expect(ben.open(conversation)).rejects.toThrow('409');
  expect((await stub.state())?.head).toBe(3);
});
