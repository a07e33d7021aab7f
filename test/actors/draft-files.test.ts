/** The files of unsent replies: on all devices of an agent, and stored as long as the draft that has them. */
import { maxFilesOfMessage, refuse, type FileInfo } from '#protocol';
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { keysOf, bodyOf, wholeFile } from './files-scene.ts';
import {
  holdClock,
  id,
  maybeEvict,
  newScene,
  taken,
  uuid,
  ways,
  type Frame,
  type SceneAgent,
  type Tab,
} from './scene.ts';

const day = 24 * 3_600_000;
const aVersion = expect.any(Number) as number;

async function newCase() {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Do you have these boots in 44?');
  await taken(anna, conversation);
  const [laptop, phone] = [await anna.desk(), await anna.desk()];
  for (const tab of [laptop, phone]) await tab.frame('agent.welcome');
  return { scene, anna, visitor, conversation, laptop, phone };
}

async function storedFor(anna: SceneAgent) {
  const tab = await anna.desk();
  const { drafts, draftVersions, draftFiles } = await tab.frame('agent.welcome');
  return { drafts, draftVersions, draftFiles };
}
const nothing = { drafts: {}, draftVersions: undefined, draftFiles: undefined };

async function save(tab: Tab, frame: object): Promise<Frame> {
  const before = tab.frames.length;
  tab.send({ t: 'draft.save', ...frame });
  const answers = ['draft.saved', 'draft.conflict', 'refused'];
  return tab.until(() => tab.frames.slice(before).find(({ t }) => answers.includes(t)));
}
const versionOf = (frame: Frame) => frame['version'] as number;
const idsOf = (files: readonly FileInfo[]) => files.map((file) => file.id);

test.each(ways)('AGT-30 AGT-31 a reply is stored with its files, also without a text (%s)', async (way) => {
  const { anna, conversation, laptop, phone } = await newCase();
  const files = [await wholeFile(anna.stub, 'one'), await wholeFile(anna.stub, 'two')].reverse();
  const first = await save(laptop, { conversation, text: 'Here', files: idsOf(files), base: 0 });
  expect(first).toEqual({ t: 'draft.saved', conversation, of: 'reply', version: aVersion });
  const version = versionOf(first);
  expect(await phone.frame('draft')).toEqual({ t: 'draft', conversation, text: 'Here', files, version });
  await maybeEvict(way, anna.stub);
  expect(await storedFor(anna)).toEqual({
    drafts: { [conversation]: 'Here' },
    draftVersions: { [conversation]: version },
    draftFiles: { [conversation]: files },
  });
  const second = await save(laptop, { conversation, text: '', files: idsOf(files), base: version });
  await maybeEvict(way, anna.stub);
  expect(await storedFor(anna)).toEqual({
    drafts: { [conversation]: '' },
    draftVersions: { [conversation]: versionOf(second) },
    draftFiles: { [conversation]: files },
  });
  const last = await save(laptop, { conversation, text: '', files: [], base: versionOf(second) });
  expect(last).toEqual({ t: 'draft.saved', conversation, of: 'reply', version: null });
  expect(await storedFor(anna)).toEqual(nothing);
});

test('AGT-30 uploads that are unknown, incomplete, cancelled or a colleague’s are left out, and the draft is stored', async () => {
  const { scene, anna, conversation, laptop } = await newCase();
  const ben = await scene.agent('Ben');
  const own = await wholeFile(anna.stub, 'own');
  const [foreign, cancelled] = [await wholeFile(ben.stub, 'foreign'), await wholeFile(anna.stub, 'no')];
  const begun = id('file');
  await anna.stub.beginUpload(bodyOf(5, begun));
  await anna.stub.cancelUpload(cancelled.id);
  const files = [id('file'), begun, foreign.id, own.id, cancelled.id];
  const saved = await save(laptop, { conversation, text: 'Here', files, base: 0 });
  expect(await storedFor(anna)).toEqual({
    drafts: { [conversation]: 'Here' },
    draftVersions: { [conversation]: versionOf(saved) },
    draftFiles: { [conversation]: [own] },
  });
});

test('AGT-25 AGT-26 a draft with other files conflicts with a newer one, and one with the same files does not', async () => {
  const { anna, conversation, laptop, phone } = await newCase();
  const [one, two] = [await wholeFile(anna.stub, 'one'), await wholeFile(anna.stub, 'two')];
  const draft = { conversation, text: 'Here' };
  const first = await save(laptop, { ...draft, files: [one.id], base: 0 });
  expect(await save(phone, { ...draft, files: [one.id], base: 0 })).toEqual(first);
  const conflict = { t: 'draft.conflict', ...draft, of: 'reply', files: [one], version: versionOf(first) };
  expect(await save(phone, { ...draft, files: [two.id], base: 0 })).toEqual(conflict);
  expect(await save(phone, { ...draft, files: [], base: 0 })).toEqual(conflict);
  const chosen = await save(phone, { ...draft, files: [two.id], base: versionOf(first) });
  const version = versionOf(chosen);
  expect(await laptop.frame('draft')).toEqual({ t: 'draft', ...draft, files: [two], version });
});

test('AGT-32 a tab of an earlier version changes the text and keeps the files, and deletes both', async () => {
  const { anna, conversation, laptop } = await newCase();
  const file = await wholeFile(anna.stub);
  await save(laptop, { conversation, text: 'Here', files: [file.id], base: 0 });
  const changed = await save(laptop, { conversation, text: 'Here it is' });
  expect(await storedFor(anna)).toEqual({
    drafts: { [conversation]: 'Here it is' },
    draftVersions: { [conversation]: versionOf(changed) },
    draftFiles: { [conversation]: [file] },
  });
  expect(await save(laptop, { conversation, text: '' })).toMatchObject({ version: null });
  expect(await storedFor(anna)).toEqual(nothing);
});

test.each(ways)(
  'AGT-31 a file that was sent leaves the draft, and a draft of nothing else is gone (%s)',
  async (way) => {
    const { anna, conversation, laptop } = await newCase();
    const file = await wholeFile(anna.stub);
    await save(laptop, { conversation, text: '', files: [file.id], base: 0 });
    const chat = await anna.attach(conversation);
    const sent = uuid();
    chat.send({ t: 'message.send', id: sent, text: '', files: [file.id] });
    await chat.frame('range', ({ entries }) =>
      (entries as { id?: string }[]).some((entry) => entry.id === sent),
    );
    await maybeEvict(way, anna.stub);
    await expect.poll(() => storedFor(anna)).toEqual(nothing);
    // No draft is left with which another device could conflict.
    expect(await save(laptop, { conversation, text: 'And one more', files: [], base: 0 })).toMatchObject({
      t: 'draft.saved',
    });
  },
);

test.each(ways)(
  'FIL-22 a file of a draft is stored for weeks, and for 24 hours after the end of the draft (%s)',
  async (way) => {
    const clock = holdClock();
    const { scene, anna, conversation, laptop } = await newCase();
    const [kept, loose] = [await wholeFile(anna.stub, 'kept'), await wholeFile(anna.stub, 'loose')];
    const saved = await save(laptop, { conversation, text: '', files: [kept.id], base: 0 });
    const sweep = async () => {
      await maybeEvict(way, anna.stub);
      await runDurableObjectAlarm(anna.stub);
    };
    for (let days = 1; days <= 20; days++) {
      clock.by(day);
      await sweep();
    }
    expect(await keysOf(scene.account)).toHaveLength(1);
    expect(await anna.stub.upload(loose.id)).toEqual(refuse('not_found'));
    expect((await storedFor(anna)).draftFiles).toEqual({ [conversation]: [kept] });
    const tab = await anna.desk();
    await save(tab, { conversation, text: '', files: [], base: versionOf(saved) });
    clock.by(day - 1);
    await sweep();
    expect(await anna.stub.upload(kept.id)).toMatchObject({ file: kept });
    clock.by(1);
    await sweep();
    expect(await anna.stub.upload(kept.id)).toEqual(refuse('not_found'));
    expect(await keysOf(scene.account)).toEqual([]);
  },
);

test.each([
  ['too many files', Array.from({ length: maxFilesOfMessage + 1 }, () => id('file'))],
  ['a file twice', Array.from({ length: 2 }, () => `fil_${'a'.repeat(26)}`)],
  ['what is no file', [id('conversation')]],
])('AGT-30 a draft with %s is refused, and not stored', async (_, files) => {
  const { anna, conversation, laptop } = await newCase();
  const draft = { conversation, text: 'Here', files, base: 0 };
  expect(await save(laptop, draft)).toMatchObject({ t: 'refused', code: 'bad_frame' });
  expect(await storedFor(anna)).toEqual(nothing);
});
