/** Unsent replies and notes: stored for all devices of an agent, and never replaced by a tab that has not seen them. */
import { maxMentions, maxTextLength } from '#protocol';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import {
  holdClock,
  id,
  maybeEvict,
  newScene,
  taken,
  uuid,
  ways,
  type Frame,
  type Scene,
  type SceneAgent,
  type Tab,
} from './scene.ts';

const hour = 3_600_000;
const week = 7 * 24 * hour;
const aVersion = expect.any(Number) as number;

/** An agent's chat, and tabs of the agent on so many devices. */
async function devices(count = 2) {
  const scene = newScene();
  const anna = await scene.agent('Anna');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Do you have these boots in 44?');
  await taken(anna, conversation);
  const tabs: Tab[] = [];
  for (let number = 0; number < count; number++) tabs.push((await welcomed(anna)).tab);
  const [laptop, phone] = tabs as [Tab, Tab];
  return { scene, anna, visitor, conversation, laptop, phone };
}

async function welcomed(agent: SceneAgent) {
  const tab = await agent.desk();
  const { drafts, draftVersions, noteDrafts } = await tab.frame('agent.welcome');
  return { tab, stored: { drafts, draftVersions, noteDrafts } };
}

const kinds = [
  { of: 'reply', save: 'draft.save', told: 'draft' },
  { of: 'note', save: 'note.draft.save', told: 'note.draft' },
] as const;
type Kind = (typeof kinds)[number];
const kindsAndWays = kinds.flatMap((kind) => ways.map((way) => ({ ...kind, way })));

/** Saves a draft, and returns the tab's answer. */
async function save(tab: Tab, kind: Kind, frame: object): Promise<Frame> {
  const before = tab.frames.length;
  tab.send({ t: kind.save, ...frame });
  const answers = ['draft.saved', 'draft.conflict', 'refused'];
  return tab.until(() => tab.frames.slice(before).find(({ t }) => answers.includes(t)));
}

const versionOf = (frame: Frame) => frame['version'] as number;
/** Everything that a tab has received about drafts since its welcome. */
const heard = ({ frames }: Tab) => frames.filter(({ t }) => /draft/.test(t));

const [reply, note] = kinds;
const ben = { id: id('user'), name: 'Ben Okafor' };

test.each(ways)(
  'AGT-5 AGT-23 AGT-24 a reply and a note are stored apart, and every other device receives them (%s)',
  async (way) => {
    const { anna, conversation, laptop, phone } = await devices();
    const first = await save(laptop, reply, { conversation, text: 'Let me look', base: 0 });
    await maybeEvict(way, anna.stub);
    const text = '@Ben Okafor please check';
    const second = await save(laptop, note, { conversation, text, mentions: [ben], base: 0 });
    expect([first, second]).toEqual([
      { t: 'draft.saved', conversation, of: 'reply', version: aVersion },
      { t: 'draft.saved', conversation, of: 'note', version: aVersion },
    ]);
    await phone.frame('note.draft');
    const [replied, noted] = [versionOf(first), versionOf(second)];
    expect(heard(phone)).toEqual([
      { t: 'draft', conversation, text: 'Let me look', version: replied },
      { t: 'note.draft', conversation, text, mentions: [ben], version: noted },
    ]);
    await maybeEvict(way, anna.stub);
    expect((await welcomed(anna)).stored).toEqual({
      drafts: { [conversation]: 'Let me look' },
      draftVersions: { [conversation]: replied },
      noteDrafts: { [conversation]: { text, mentions: [ben], version: noted } },
    });
    // The reply is sent: its draft is gone everywhere, and the note's stays.
    const sent = await save(laptop, reply, { conversation, text: '', base: replied });
    expect(sent).toEqual({ t: 'draft.saved', conversation, of: 'reply', version: null });
    await phone.frame('draft', (frame) => frame['text'] === '');
    expect(heard(phone).at(-1)).toEqual({ t: 'draft', conversation, text: '' });
    expect(heard(laptop)).toEqual([first, second, sent]);
    expect((await welcomed(anna)).stored).toEqual({
      drafts: {},
      draftVersions: undefined,
      noteDrafts: { [conversation]: { text, mentions: [ben], version: noted } },
    });
  },
);

test.each(kindsAndWays)(
  'AGT-25 a tab that slept for hours does not replace a newer $of: it receives it, and replaces it knowingly ($way)',
  async ({ way, ...kind }) => {
    const { anna, conversation, laptop } = await devices(1);
    const clock = holdClock();
    /** A device whose socket died in its sleep; the tab still has its text and its version. */
    const awake = async () => (await welcomed(anna)).tab;
    const first = await save(laptop, kind, { conversation, text: 'Let me', base: 0 });
    clock.by(5 * hour);
    await maybeEvict(way, anna.stub);
    const phone = await awake();
    const text = 'Two pairs are left';
    const newer = await save(phone, kind, { conversation, text, base: versionOf(first) });
    expect(newer).toMatchObject({ t: 'draft.saved', version: clock.now });
    await maybeEvict(way, anna.stub);
    const [woken, watching] = [await awake(), await awake()];
    const conflict = { t: 'draft.conflict', conversation, of: kind.of, text, version: versionOf(newer) };
    const late = { conversation, text: 'Let me look', base: versionOf(first) };
    expect(await save(woken, kind, late)).toEqual(conflict);
    // A text that was cleared there is no exception.
    expect(await save(woken, kind, { ...late, text: '' })).toEqual(conflict);
    expect(await save(woken, kind, { ...late, base: 0 })).toEqual(conflict);
    clock.by(1);
    const own = await save(woken, kind, { ...late, base: versionOf(newer) });
    expect(own).toEqual({ t: 'draft.saved', conversation, of: kind.of, version: clock.now });
    await watching.frame(kind.told);
    // The conflicts reached no other tab.
    expect(heard(watching)).toEqual([
      { t: kind.told, conversation, text: 'Let me look', version: clock.now },
    ]);
  },
);

test.each(kinds)(
  'AGT-26 no $of conflicts with a deleted draft or an equal one, and one without a base replaces any',
  async (kind) => {
    const { conversation, laptop, phone } = await devices();
    const saved = (version: number | null) => ({ t: 'draft.saved', conversation, of: kind.of, version });
    const first = await save(laptop, kind, { conversation, text: 'One', base: 0 });
    const again = await save(phone, kind, { conversation, text: 'One', base: 0 });
    expect(again).toEqual(first);
    const other = await save(phone, kind, { conversation, text: 'Two' });
    expect(versionOf(other)).toBeGreaterThan(versionOf(first));
    await laptop.frame(kind.told, (frame) => frame['text'] === 'Two');
    expect(await save(phone, kind, { conversation, text: '' })).toEqual(saved(null));
    // Clearing what is gone already is no news.
    expect(await save(laptop, kind, { conversation, text: '', base: versionOf(first) })).toEqual(saved(null));
    expect(await save(laptop, kind, { conversation, text: 'Three', base: versionOf(first) })).toEqual(
      saved(aVersion),
    );
    await phone.frame(kind.told, (frame) => frame['text'] === 'Three');
    expect(heard(phone).filter(({ t }) => t === kind.told)).toEqual([
      { t: kind.told, conversation, text: 'One', version: versionOf(first) },
      { t: kind.told, conversation, text: 'Three', version: aVersion },
    ]);
  },
);

test('AGT-23 a note with an equal text stores the colleagues that were chosen last', async () => {
  const { anna, conversation, laptop, phone } = await devices();
  const text = 'For @Ben Okafor';
  const typed = await save(laptop, note, { conversation, text, base: 0 });
  const chosen = await save(phone, note, { conversation, text, mentions: [ben], base: 0 });
  expect(versionOf(chosen)).toBeGreaterThan(versionOf(typed));
  await laptop.frame('note.draft');
  expect((await welcomed(anna)).stored.noteDrafts).toEqual({
    [conversation]: { text, mentions: [ben], version: versionOf(chosen) },
  });
});

test.each(ways)('AGT-24 versions rise while the clock stands still (%s)', async (way) => {
  const { anna, conversation } = await devices(0);
  const clock = holdClock();
  const versions: number[] = [];
  for (const text of ['L', 'Le', 'Let']) {
    const { tab } = await welcomed(anna);
    versions.push(versionOf(await save(tab, reply, { conversation, text, base: versions.at(-1) ?? 0 })));
    await maybeEvict(way, anna.stub);
  }
  expect(versions).toEqual([clock.now, clock.now + 1, clock.now + 2]);
});

const closeIt = (tab: Tab) => tab.send({ t: 'conversation.close', id: uuid() });
const isClosed = (scene: Scene, conversation: string) =>
  eventually(async () => expect((await scene.conversation(conversation).state())?.phase).toBe('closed'));

test.each(ways)(
  'AGT-27 AGT-29 a reply ends with its chat on every device, also one that arrives late; a note does not (%s)',
  async (way) => {
    const { scene, anna, conversation, laptop, phone } = await devices();
    await save(laptop, reply, { conversation, text: 'Never to be sent', base: 0 });
    await save(laptop, note, { conversation, text: 'A reseller', base: 0 });
    await maybeEvict(way, anna.stub);
    closeIt(await anna.attach(conversation));
    await isClosed(scene, conversation);
    const ended = { t: 'draft', conversation, text: '', ended: true };
    for (const tab of [laptop, phone]) expect(await tab.frame('draft', isEnd)).toEqual(ended);
    await maybeEvict(way, anna.stub);
    // From a tab that was offline when the chat ended.
    const { tab: late } = await welcomed(anna);
    late.send({ t: 'draft.save', conversation, text: 'Too late', base: 0 });
    expect(await late.frame('draft', isEnd)).toEqual(ended);
    const { stored } = await welcomed(anna);
    expect(stored).toEqual({
      drafts: {},
      draftVersions: undefined,
      noteDrafts: { [conversation]: { text: 'A reseller', version: aVersion } },
    });
  },
);
const isEnd = (frame: Frame) => frame['ended'] === true;

test.each(ways)(
  'AGT-27 a reply to a chat that a colleague took stays until the end of the chat (%s)',
  async (way) => {
    const { scene, anna, conversation, laptop, phone } = await devices();
    await save(laptop, reply, { conversation, text: 'Half a sentence', base: 0 });
    const owner = await anna.attach(conversation);
    owner.send({ t: 'conversation.return', id: uuid() });
    await phone.frame('summary.gone');
    const colleague = await scene.agent('Ben');
    await taken(colleague, conversation);
    await maybeEvict(way, anna.stub);
    expect((await welcomed(anna)).stored.drafts).toEqual({ [conversation]: 'Half a sentence' });
    closeIt(await colleague.attach(conversation));
    expect(await phone.frame('draft', isEnd)).toMatchObject({ conversation, text: '' });
    expect((await welcomed(anna)).stored.drafts).toEqual({});
  },
);

test.each(ways)(
  'AGT-5 AGT-27 drafts stay while the agent is Offline, and end with a chat that ends meanwhile (%s)',
  async (way) => {
    const { scene, anna, visitor, conversation, laptop, phone } = await devices();
    await save(laptop, reply, { conversation, text: 'One moment', base: 0 });
    expect(await anna.stub.setStatus('offline')).toBeNull();
    await maybeEvict(way, anna.stub);
    await save(laptop, note, { conversation, text: 'Back at nine', base: 0 });
    expect(await phone.frame('note.draft')).toMatchObject({ text: 'Back at nine' });
    const stored = (await welcomed(anna)).stored;
    expect([stored.drafts, stored.noteDrafts]).toEqual([
      { [conversation]: 'One moment' },
      { [conversation]: { text: 'Back at nine', version: aVersion } },
    ]);
    const theirs = await visitor.attach(conversation);
    closeIt(theirs);
    await isClosed(scene, conversation);
    expect(await phone.frame('draft', isEnd)).toMatchObject({ conversation });
    await maybeEvict(way, anna.stub);
    expect((await welcomed(anna)).stored).toEqual({
      drafts: {},
      draftVersions: undefined,
      noteDrafts: { [conversation]: { text: 'Back at nine', version: aVersion } },
    });
  },
);

test.each(ways)('AGT-27 a note is stored for seven days, to the millisecond (%s)', async (way) => {
  const { anna, conversation, laptop } = await devices();
  const clock = holdClock();
  await save(laptop, reply, { conversation, text: 'A reply', base: 0 });
  await save(laptop, note, { conversation, text: 'A note', base: 0 });
  const end = clock.now + week;
  clock.to(end - 1);
  await maybeEvict(way, anna.stub);
  const kept = (await welcomed(anna)).stored.noteDrafts;
  expect(kept).toEqual({ [conversation]: { text: 'A note', version: end - week } });
  clock.to(end);
  await maybeEvict(way, anna.stub);
  const { tab, stored } = await welcomed(anna);
  expect([stored.drafts, stored.noteDrafts]).toEqual([{ [conversation]: 'A reply' }, undefined]);
  // A deleted draft does not conflict.
  expect(await save(tab, note, { conversation, text: 'Anew', base: 0 })).toMatchObject({
    t: 'draft.saved',
  });
});

test('AGT-28 the latest hundred notes are stored, and they cost no reply', async () => {
  const { anna, conversation, laptop } = await devices();
  const clock = holdClock();
  await save(laptop, reply, { conversation, text: 'A reply', base: 0 });
  const conversations = Array.from({ length: 101 }, () => id('conversation'));
  for (const [number, each] of conversations.entries()) {
    clock.by(1_000);
    await save(laptop, note, { conversation: each, text: `Note ${number}`, base: 0 });
  }
  const { drafts, noteDrafts } = (await welcomed(anna)).stored;
  expect(drafts).toEqual({ [conversation]: 'A reply' });
  expect(Object.keys(noteDrafts as object).sort()).toEqual(conversations.slice(1).sort());
});

test('AGT-9 AGT-23 notes and replies share the pace of a tab, and a refused one is not stored', async () => {
  const { anna, laptop } = await devices(1);
  const conversations = Array.from({ length: 40 }, () => id('conversation'));
  for (const [number, conversation] of conversations.entries())
    laptop.send({ t: number % 2 ? 'draft.save' : 'note.draft.save', conversation, text: `${number}` });
  const answers = await laptop.until(() => {
    const found = laptop.frames.filter(({ t }) => t === 'draft.saved' || t === 'refused');
    return found.length === 40 ? found : undefined;
  });
  const refused = answers.filter(({ t }) => t === 'refused');
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['slow_down']));
  expect(refused.length).toBeGreaterThan(0);
  const { noteDrafts } = (await welcomed(anna)).stored;
  const noted = answers.filter((frame) => frame['of'] === 'note');
  expect(Object.keys(noteDrafts as object).sort()).toEqual(
    noted.map(({ conversation }) => String(conversation)).sort(),
  );
});

const mention = (name: string) => ({ id: id('user'), name });
test.each([
  ['a text that is too long', { text: 'x'.repeat(maxTextLength + 1) }],
  ['half of a pair of surrogates', { text: '\ud83d' }],
  ['too many mentions', { text: 'x', mentions: Array.from({ length: maxMentions + 1 }, () => mention('A')) }],
  ['a name of two lines', { text: 'x', mentions: [mention('A\nB')] }],
  ['a mention of what is no user', { text: 'x', mentions: [{ id: id('conversation'), name: 'A' }] }],
  ['a base that is no version', { text: 'x', base: -1 }],
  ['a field of another frame', { text: 'x', version: 1 }],
])('AGT-23 a note with %s is refused, and not stored', async (_, frame) => {
  const { anna, conversation, laptop } = await devices(1);
  expect(await save(laptop, note, { conversation, ...frame })).toMatchObject({ t: 'refused' });
  expect((await welcomed(anna)).stored.noteDrafts).toBeUndefined();
});

test('AGT-23 a tab of an earlier version, which knows only replies, receives no note as one', async () => {
  const { anna, conversation, laptop, phone } = await devices();
  // As such a tab saves: without a base.
  await save(phone, reply, { conversation, text: 'A reply' });
  await save(laptop, note, { conversation, text: 'Only for the team', base: 0 });
  await phone.frame('note.draft');
  expect(phone.frames.filter(({ t }) => t === 'draft')).toEqual([]);
  const { drafts } = (await welcomed(anna)).stored;
  expect(drafts).toEqual({ [conversation]: 'A reply' });
});
