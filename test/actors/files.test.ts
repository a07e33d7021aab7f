/** Files in messages: on sockets, in order, deleted, and who may read them. */
import { caps, day } from '#domain/base/caps';
import { deletedFilesKeptFor, isRefusal, type Entry } from '#protocol';
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Sender } from '../../worker/actors/files/sender.ts';
import { keysOf, wholeFile } from './files-scene.ts';
import { conversationStub } from '../../worker/actors/stubs.ts';
import {
  env,
  logOf,
  maybeEvict,
  moveClock,
  newScene,
  taken,
  uuid,
  ways,
  type Frame,
  type Tab,
} from './scene.ts';

async function chat() {
  const scene = newScene({ editMinutes: 15 });
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Hello');
  const [anna, ben, sofia] = [
    await scene.agent('Anna'),
    await scene.agent('Ben'),
    await scene.agent('Sofia', ['supervisor']),
  ];
  await taken(anna, conversation);
  return { scene, visitor, conversation, anna, ben, sofia, stub: scene.conversation(conversation) };
}

const entriesOf = (tab: Tab) =>
  tab.frames.flatMap((frame) => (frame.t === 'range' ? (frame['entries'] as Entry[]) : []));
const message = (text: string, files: string[], id = uuid()) => ({ t: 'message.send', id, text, files });
const isEntry = (command: string) => (frame: Frame) =>
  frame.t === 'range' && (frame['entries'] as { id?: string }[]).some(({ id }) => id === command);
const refusalOf = (tab: Tab, command: string) => tab.frame('refused', ({ id }) => id === command);

test.each(ways)(
  'FIL-12 agents and visitors send files on their sockets, with or without a text (%s)',
  async (way) => {
    const { scene, visitor, conversation, anna, stub } = await chat();
    const [hers, page] = [await anna.attach(conversation), await visitor.attach(conversation)];
    const [report, photo] = [await wholeFile(anna.stub, 'report'), await wholeFile(visitor.stub, 'photo')];
    await maybeEvict(way, anna.stub);
    const [one, two] = [message('Here it is', [report.id]), message('', [photo.id])];
    hers.send(one);
    await Promise.all([hers, page].map((tab) => tab.frame('range', isEntry(one.id))));
    await maybeEvict(way, stub);
    page.send(two);
    await Promise.all([hers, page].map((tab) => tab.frame('range', isEntry(two.id))));
    await maybeEvict(way, stub);
    for (const tab of [hers, page]) {
      const sent = entriesOf(tab).filter((entry) => entry.kind === 'message.sent' && entry.files);
      expect(sent).toMatchObject([
        { text: 'Here it is', files: [report] },
        { text: '', files: [photo] },
      ]);
    }
    expect(await stub.state()).toMatchObject({
      lastMessage: { text: '', files: { count: 1, name: 'notes.txt' } },
      messages: { visitor: 2, agent: 1 },
    });
    // A repeat is acknowledged; with other files its id is used.
    hers.send(one);
    expect(await hers.frame('ack', ({ id }) => id === one.id)).toBeDefined();
    hers.send({ ...one, files: [photo.id] });
    expect(await refusalOf(hers, one.id)).toMatchObject({ code: 'id_reused' });
    expect(await logOf(scene, conversation)).toHaveLength(5);
  },
);

test('FIL-21 a later command of a sender waits for a message with files, and does not overtake it', async () => {
  const { visitor, conversation, scene } = await chat();
  const page = await visitor.attach(conversation);
  const file = await wholeFile(visitor.stub);
  const sound = Sender.prototype.claimFiles;
  let released = false;
  // A promise of the test would not be the visitor's own.
  const held = async () => {
    while (!released) await scheduler.wait(1);
  };
  const spy = vi.spyOn(Sender.prototype, 'claimFiles').mockImplementation(function (this: Sender, ...given) {
    return held().then(() => sound.apply(this, given)) as never;
  });
  onTestFinished(() => spy.mockRestore());
  const first = message('first', [file.id]);
  const second = { t: 'message.send', id: uuid(), text: 'second', prev: first.id };
  const last = { t: 'conversation.close', id: uuid(), prev: second.id };
  page.send(first).send(second).send(last);
  await page.settled();
  expect(entriesOf(page).filter((entry) => 'text' in entry && entry.text === 'second')).toEqual([]);
  released = true;
  await page.frame('range', isEntry(last.id));
  expect((await logOf(scene, conversation)).slice(-3).map(({ kind, text }) => text ?? kind)).toEqual([
    ...['first', 'second', 'conversation.closed'],
  ]);
  expect(page.frames.filter(({ t }) => t === 'refused')).toEqual([]);
});

test('FIL-12 a sender whose socket was closed meanwhile sends nothing, and keeps the file', async () => {
  const { anna, conversation, scene } = await chat();
  const hers = await anna.attach(conversation);
  const file = await wholeFile(anna.stub);
  const sound = Sender.prototype.claimFiles;
  const spy = vi.spyOn(Sender.prototype, 'claimFiles').mockImplementation(function (this: Sender, ...given) {
    return conversationStub(env, scene.account, conversation)
      .revoke(anna.session)
      .then(() => sound.apply(this, given)) as never;
  });
  onTestFinished(() => spy.mockRestore());
  hers.send(message('too late', [file.id]));
  await hers.until(() => hers.closed);
  await expect.poll(() => anna.stub.cancelUpload(file.id)).toBeNull();
  const sent = (await logOf(scene, conversation)).filter(({ kind }) => kind === 'message.sent');
  expect(sent.map(({ text }) => text)).toEqual(['Hello']);
});

test.each(ways)(
  'FIL-15 a deleted message’s files are read by supervisors alone, and are deleted 30 days later (%s)',
  async (way) => {
    const { scene, visitor, conversation, anna, sofia, stub } = await chat();
    const clock = moveClock();
    const hers = await anna.attach(conversation);
    const file = await wholeFile(anna.stub);
    const sent = message('a secret slipped out', [file.id]);
    hers.send(sent);
    await hers.frame('range', isEntry(sent.id));
    const read = async () => {
      const answers = [anna, sofia, visitor].map(({ principal }) => stub.file(principal, file.id));
      return (await Promise.all(answers)).map((answer) =>
        isRefusal(answer) ? answer.refused : answer.info.id,
      );
    };
    expect(await read()).toEqual([file.id, file.id, file.id]);
    const seq = (await logOf(scene, conversation)).at(-1)?.seq;
    hers.send({ t: 'message.delete', id: uuid(), target: seq });
    await hers.until(() => entriesOf(hers).some(({ kind }) => kind === 'message.deleted'));
    await maybeEvict(way, stub);
    expect(await read()).toEqual(['not_found', file.id, 'not_found']);
    const open = await anna.attach(conversation);
    const texts = [
      ...open.texts,
      JSON.stringify([await stub.row(), await stub.summary(), await stub.state()]),
    ];
    for (const side of ['agent', 'visitor'] as const)
      texts.push((await stub.range(side, undefined, 100)) as string);
    for (const text of texts) expect(text).not.toContain(file.id);
    expect((await sofia.attach(conversation)).texts.join()).toContain(file.id);
    const alarm = async (passed: number) => {
      clock.by(passed);
      await maybeEvict(way, stub);
      for (const actor of [stub, anna.stub]) await runDurableObjectAlarm(actor);
      return keysOf(scene.account);
    };
    expect(await alarm(deletedFilesKeptFor - day)).toHaveLength(1);
    await expect.poll(() => alarm(day + 1)).toEqual([]);
    expect(await read()).toEqual(['not_found', 'not_found', 'not_found']);
  },
);

test('FIL-14 a closed conversation’s files are read by those who may read it (F42)', async () => {
  const { scene, visitor, conversation, anna, ben, sofia, stub } = await chat();
  const page = await visitor.attach(conversation);
  const file = await wholeFile(visitor.stub);
  const sent = message('', [file.id]);
  page.send(sent);
  await page.frame('range', isEntry(sent.id));
  page.send({ t: 'conversation.close', id: uuid() });
  await page.until(() => entriesOf(page).some(({ kind }) => kind === 'conversation.closed'));
  const spy = vi
    .spyOn(await dispatcherOf(), 'admits')
    .mockImplementation(({ id }: { id: string }) => id !== ben.party.id);
  onTestFinished(() => spy.mockRestore());
  const answers = [anna, ben, sofia, visitor].map(({ principal }) => stub.file(principal, file.id));
  const found = (await Promise.all(answers)).map((answer) => (isRefusal(answer) ? answer.refused : 'found'));
  expect(found).toEqual(['found', 'forbidden', 'found', 'found']);
  await visitor.signOut();
  await expect.poll(() => stub.file(visitor.principal, file.id)).toMatchObject({ refused: 'signed_out' });
  expect(scene.account).toBeDefined();
});

const dispatcherOf = async () =>
  (await import('../../worker/actors/dispatcher/dispatcher.ts')).Dispatcher.prototype as unknown as {
    admits(reader: { id: string }): boolean;
  };

test('FIL-10 a conversation has so many bytes of files; the file that has no room stays with its sender', async () => {
  const { visitor, conversation, stub } = await chat();
  const page = await visitor.attach(conversation);
  const file = await wholeFile(visitor.stub, '12345');
  const fill = (size: number) =>
    runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("INSERT OR REPLACE INTO files (id, seq, key, size) VALUES ('x', 1, 'x', ?)", size);
    });
  await fill(caps.fileBytesPerConversation - 4);
  const refused = message('', [file.id]);
  page.send(refused);
  expect(await refusalOf(page, refused.id)).toMatchObject({ code: 'file_quota' });
  await fill(caps.fileBytesPerConversation - 5);
  const sent = message('', [file.id]);
  page.send(sent);
  await page.frame('range', isEntry(sent.id));
});

test('FIL-13 a file’s id names one file of a conversation, whoever chose it', async () => {
  const { visitor, anna, conversation } = await chat();
  const [hers, page] = [await anna.attach(conversation), await visitor.attach(conversation)];
  const file = await wholeFile(visitor.stub);
  const sent = message('', [file.id]);
  page.send(sent);
  await page.frame('range', isEntry(sent.id));
  await wholeFile(anna.stub, 'another file', file.id);
  const second = message('', [file.id]);
  hers.send(second);
  expect(await refusalOf(hers, second.id)).toMatchObject({ code: 'not_found', field: 'files' });
});

test('FIL-14 a reader asks for files at a pace of their own', async () => {
  const { visitor, anna, conversation, stub } = await chat();
  const page = await visitor.attach(conversation);
  const file = await wholeFile(visitor.stub);
  const sent = message('', [file.id]);
  page.send(sent);
  await page.frame('range', isEntry(sent.id));
  vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  onTestFinished(() => void vi.restoreAllMocks());
  const asked = [];
  for (let time = 0; time < 201; time++) asked.push(isRefusal(await stub.file(visitor.principal, file.id)));
  expect(asked.indexOf(true)).toBe(200);
  expect(isRefusal(await stub.file(anna.principal, file.id))).toBe(false);
});
