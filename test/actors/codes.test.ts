/** Success codes, and the automatic texts of a campaign: at the conversation, on the floor and on every screen. */
import { isRefusal, makeId, type FloorRow, type Summary } from '#protocol';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { holds, screen, type Screen } from './floor-scene.ts';
import {
  id,
  logOf,
  maybeEvict,
  newScene,
  openTab,
  taken,
  uuid,
  ways,
  type Scene,
  type Tab,
} from './scene.ts';

const sale = { id: makeId('code', new Uint8Array(26)), title: 'Sale' };
const support = { id: makeId('code', new Uint8Array(26).fill(1)), title: 'Support' };
const choice = { list: [sale, support], multiple: false, required: true };
const texts = { opening: 'Hello! How can we help?', closing: 'Thank you.' };

/** A supervisor's sockets. */
async function supervisor(scene: Scene) {
  const { principal } = await scene.agent('Sofia');
  const sofia = { ...principal, roles: ['supervisor'] as const };
  return {
    floor: () => openTab(scene.dispatcher, sofia),
    async attach(conversation: string): Promise<Tab> {
      const tab = await openTab(scene.conversation(conversation), sofia);
      tab.send({ t: 'hello', v: 1 });
      await tab.frame('welcome');
      return tab;
    },
  };
}

/** The closed rows of a tab that await a code, as the tab folds the floor. */
function awaiting({ frames }: Tab): string[] {
  const rows = new Map<string, FloorRow>();
  for (const frame of frames) {
    if (frame.t === 'floor') rows.clear();
    if (frame.t !== 'floor' && frame.t !== 'floor.changed') continue;
    for (const gone of (frame['gone'] as string[] | undefined) ?? []) rows.delete(gone);
    for (const row of frame['rows'] as FloorRow[]) rows.set(row.id, row);
  }
  return [...rows.values()].filter((row) => row.awaitingCode && row.phase === 'closed').map(({ id }) => id);
}
const shows = (tab: Tab, wanted: string[]) =>
  tab.until(() => awaiting(tab).join() === wanted.join() && 'shown');

/** A chat that Anna has, and that its visitor ends. */
async function endedByVisitor(scene: Scene, { agent }: Screen): Promise<string> {
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Do you have it in brown?');
  await taken(agent, conversation);
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'conversation.close', id: uuid() });
  await tab.until(() => JSON.stringify(tab.frames).includes('conversation.closed'));
  return conversation;
}

test.each(ways)(
  'F177 F179 a chat that its visitor ended awaits a code on the screens of owner and supervisor until one is set (%s)',
  async (way) => {
    const scene = newScene({ codes: choice });
    const anna = await screen(scene, 'Anna');
    const sofia = await supervisor(scene);
    const watching = await sofia.floor();
    const conversation = await endedByVisitor(scene, anna);
    await Promise.all([shows(anna.tab, [conversation]), shows(watching, [conversation])]);
    // It uses no capacity any more, and is not among the chats that the agent has.
    expect(await holds(scene)).toEqual([]);
    const desk = await anna.agent.desk();
    expect((await desk.frame('agent.welcome'))['summaries']).toEqual([] satisfies Summary[]);

    await maybeEvict(way, scene.dispatcher);
    await maybeEvict(way, scene.conversation(conversation));
    const [after, afterwards] = [await anna.agent.floor(), await sofia.floor()];
    await Promise.all([shows(after, [conversation]), shows(afterwards, [conversation])]);

    const tab = await anna.agent.attach(conversation);
    expect((await tab.frame('welcome'))['codes']).toEqual(choice);
    tab.send({ t: 'codes.set', id: uuid(), codes: [] });
    expect(await tab.frame('refused')).toMatchObject({ code: 'code_required', field: 'codes' });
    tab.send({ t: 'codes.set', id: uuid(), codes: [sale.id] });
    await Promise.all([shows(after, []), shows(afterwards, [])]);
    await maybeEvict(way, scene.dispatcher);
    await shows(await anna.agent.floor(), []);
    expect(await scene.conversation(conversation).state()).toMatchObject({ phase: 'closed', codes: [sale] });
  },
);

test('CMD-33 F179 a supervisor sets the code of a chat whose agent has left; another agent does not', async () => {
  const scene = newScene({ codes: choice });
  const anna = await screen(scene, 'Anna');
  const conversation = await endedByVisitor(scene, anna);
  const ben = await scene.agent('Ben');
  const other = await ben.attach(conversation);
  other.send({ t: 'codes.set', id: uuid(), codes: [sale.id] });
  expect(await other.frame('refused')).toMatchObject({ code: 'not_owner' });
  const sofia = await supervisor(scene);
  const watching = await sofia.floor();
  await shows(watching, [conversation]);
  const tab = await sofia.attach(conversation);
  tab.send({ t: 'codes.set', id: uuid(), codes: [support.id] });
  await shows(watching, []);
});

test.each(ways)(
  'F179 chats that await a code stay on the floor beside the latest closed ones, and an old one leaves with its code (%s)',
  async (way) => {
    const scene = newScene({ codes: choice });
    const anna = await screen(scene, 'Anna');
    const conversation = await endedByVisitor(scene, anna);
    await shows(anna.tab, [conversation]);
    const row = (await scene.conversation(conversation).row()) as FloorRow;
    const { awaitingCode: _, ...plain } = row;
    for (let index = 0; index < 55; index++)
      await scene.dispatcher.conversationNoted({
        ...plain,
        ...{ id: id('conversation'), changedAt: row.changedAt + 1 + index },
      });
    await maybeEvict(way, scene.dispatcher);
    const tab = await anna.agent.floor();
    await shows(tab, [conversation]);
    expect(((await tab.frame('floor'))['rows'] as FloorRow[]).length).toBe(51);
    const log = await anna.agent.attach(conversation);
    log.send({ t: 'codes.set', id: uuid(), codes: [sale.id] });
    await shows(tab, []);
    const last = await tab.until(() =>
      tab.frames.find((frame) => (frame['gone'] as string[] | undefined)?.includes(conversation)),
    );
    expect(last['gone']).toContain(conversation);
  },
);

test('F178 F179 an agent without a code is refused, ends with one and a note, and no visitor sees either', async () => {
  const scene = newScene({ codes: choice, ...texts });
  const anna = await screen(scene, 'Anna');
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('One ticket, please');
  await taken(anna.agent, conversation);
  const [theirs, tab] = [await visitor.attach(conversation), await anna.agent.attach(conversation)];
  expect(await theirs.frame('welcome')).not.toHaveProperty('codes');
  tab.send({ t: 'conversation.close', id: uuid() });
  expect(await tab.frame('refused')).toMatchObject({ code: 'code_required', field: 'codes' });
  tab.send({ t: 'conversation.close', id: uuid(), codes: [sale.id, support.id] });
  expect(await tab.frame('refused', ({ code }) => code !== 'code_required')).toMatchObject({
    ...{ code: 'bad_request', field: 'codes' },
  });
  tab.send({ t: 'conversation.close', id: uuid(), codes: [sale.id], note: 'Paid by card' });
  await theirs.until(() => JSON.stringify(theirs.frames).includes('conversation.closed'));
  expect(theirs.texts.join()).not.toMatch(/Sale|Paid by card|awaitingCode|codes/);
  const kinds = (await logOf(scene, conversation)).map(({ kind }) => kind);
  expect(kinds.slice(-4)).toEqual(['codes.changed', 'note.added', 'automatic.sent', 'conversation.closed']);
  expect(awaiting(anna.tab)).toEqual([]);
});

test.each(ways)(
  'F89 F91 ENT-7 the opening and the closing text are in the log once, in their words of that time, whatever is repeated (%s)',
  async (way) => {
    const scene = newScene({ codes: choice, ...texts });
    const anna = await screen(scene, 'Anna');
    const visitor = await scene.visitor();
    const command = uuid();
    const first = await visitor.say('Hi', command);
    expect(first.seq).toBe(3);
    await maybeEvict(way, scene.conversation(first.conversation));
    // The answer was lost, and the campaign has other words by now.
    visitor.campaign = { ...visitor.campaign, opening: 'Welcome', closing: 'Bye' };
    expect(await visitor.say('Hi', command)).toEqual(first);
    await taken(anna.agent, first.conversation);
    const tab = await visitor.attach(first.conversation);
    const end = { t: 'conversation.close', id: uuid() };
    tab.send(end);
    await tab.until(() => JSON.stringify(tab.frames).includes('conversation.closed'));
    await maybeEvict(way, scene.conversation(first.conversation));
    const again = await visitor.attach(first.conversation);
    again.send(end);
    await again.frame('ack', (frame) => frame['id'] === end.id);
    const log = await logOf(scene, first.conversation);
    expect(log.map(({ kind, text }) => [kind, text])).toEqual([
      ['conversation.started', undefined],
      ['automatic.sent', texts.opening],
      ['message.sent', 'Hi'],
      ['agent.assigned', undefined],
      ['automatic.sent', texts.closing],
      ['conversation.closed', undefined],
    ]);
    // Neither counts as a message, and the list shows the visitor's words.
    const row = await scene.conversation(first.conversation).row();
    expect([row?.opening, row?.last?.text]).toEqual(['Hi', 'Hi']);
    expect(await scene.conversation(first.conversation).summary()).toMatchObject({
      state: { messages: { visitor: 1, agent: 0 }, firstReplyAt: null },
      unread: 1,
    });
    await eventually(async () => {
      const answer = await visitor.try('Me again');
      expect(isRefusal(answer) ? answer.refused : answer.seq).toBe(3);
    });
  },
);

test('FLR-22 the floor keeps the latest 500 chats that await a code, and tells the tabs which have left it', async () => {
  const scene = newScene({ codes: choice });
  const anna = await screen(scene, 'Anna');
  const conversation = await endedByVisitor(scene, anna);
  await shows(anna.tab, [conversation]);
  const row = (await scene.conversation(conversation).row()) as FloorRow;
  const later = Array.from({ length: 500 }, (_, index) => ({
    ...{ ...row, id: id('conversation'), changedAt: row.changedAt + 1 + index },
  }));
  for (const each of later) await scene.dispatcher.conversationNoted(each);
  await anna.tab.until(() =>
    anna.tab.frames.some((frame) => (frame['gone'] as string[] | undefined)?.includes(conversation)),
  );
  const kept = later.map((each) => each.id).sort();
  await anna.tab.until(() => awaiting(anna.tab).sort().join() === kept.join() && 'kept');
});
