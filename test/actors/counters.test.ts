/**
 * The counters (F31 to F36), as tabs compute them from the floor and their own agent, while chats are offered and
 * passed on.
 */
import type { FloorRow, Offer, Role, Summary } from '#protocol';
import { expect, test } from 'vitest';
import { counters } from '../../app/src/lib/floor/counters.ts';
import { byHand, foldFloor, group, mergeRows, type Groups } from '../../app/src/lib/floor/roster.ts';
import { eventually } from '../helpers/eventually.ts';
import { rule, screen, waiting, type Screen } from './floor-scene.ts';
import { newScene, openTab, taken, type Scene, type SceneAgent, type Tab } from './scene.ts';

/** An agent's two sockets, folded as in the workspace. */
class Watching {
  constructor(
    readonly agent: SceneAgent,
    readonly role: Role,
    readonly routed: boolean,
    private floor: Tab,
    private desk: Tab,
  ) {}

  get groups(): Groups {
    let rows: ReadonlyMap<string, FloorRow> = new Map();
    const offers = new Map<string, Offer>();
    for (const frame of this.floor.frames) {
      if (frame.t === 'floor') {
        rows = new Map();
        offers.clear();
      }
      if (frame.t === 'floor' || frame.t === 'floor.changed')
        rows = foldFloor(rows, frame['rows'] as FloorRow[]);
      if (frame.t === 'floor' || frame.t === 'offers')
        for (const offer of frame['offers'] as Offer[]) offers.set(offer.conversation, offer);
      if (frame.t === 'offers')
        for (const { conversation } of frame['over'] as Offer[]) offers.delete(conversation);
    }
    let summaries = new Map<string, Summary>();
    for (const frame of this.desk.frames) {
      if (frame.t === 'agent.welcome')
        summaries = new Map((frame['summaries'] as Summary[]).map((each) => [each.state.id, each]));
      const summary = frame['summary'] as Summary | undefined;
      if (frame.t === 'summary' && summary) summaries.set(summary.state.id, summary);
      if (frame.t === 'summary.gone') summaries.delete(frame['conversation'] as string);
    }
    const me = this.agent.party.id;
    const mine = [...offers.values()].filter(({ agent }) => agent.id === me);
    return group(mergeRows(rows, summaries, null).values(), me, {
      ...byHand,
      routed: this.routed,
      offered: new Set(mine.map(({ conversation }) => conversation)),
    });
  }

  /** The red counter, the blue counter, the number of own chats, and their unread messages. */
  get counts(): [red: number, blue: number, yours: number, unread: number] {
    const { groups } = this;
    const { red, blue } = counters(groups, [this.role]);
    return [red, blue, groups.yours.length, groups.yours.reduce((sum, row) => sum + row.unread, 0)];
  }

  /** Both sockets are lost and reconnect. */
  async reconnect(scene: Scene): Promise<void> {
    this.floor.close();
    this.desk.close();
    [this.floor, this.desk] = await socketsOf(scene, this.agent, this.role);
  }
}

async function socketsOf(scene: Scene, agent: SceneAgent, role: Role): Promise<[Tab, Tab]> {
  const floor = await openTab(scene.dispatcher, { ...agent.principal, roles: [role] });
  const desk = await agent.desk();
  await floor.frame('floor');
  await desk.frame('agent.welcome');
  return [floor, desk];
}

async function watching(scene: Scene, agent: SceneAgent, role: Role, routed: boolean): Promise<Watching> {
  return new Watching(agent, role, routed, ...(await socketsOf(scene, agent, role)));
}

const settle = (people: readonly Watching[], wanted: readonly Watching['counts'][]) =>
  eventually(() => expect(people.map(({ counts }) => counts)).toEqual(wanted));

test('F31 F32 F34 F35 F36 an offered chat counts as unassigned until it is accepted, also after a decline', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'offered', offerSeconds: 120 });
  const screens = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const sofia = await scene.agent('Sofia');
  await sofia.stub.setStatus('invisible');
  const { conversation, visitor } = await waiting(scene);
  const isAsked = ({ offers, agent }: Screen) => offers.some((offer) => offer.agent.id === agent.party.id);
  await eventually(() => expect(screens.filter(isAsked)).toHaveLength(1));
  const [first, second] = screens.toSorted((a, b) => Number(isAsked(b)) - Number(isAsked(a))) as [
    Screen,
    Screen,
  ];
  const people = [
    await watching(scene, first.agent, 'agent', true),
    await watching(scene, second.agent, 'agent', true),
    await watching(scene, sofia, 'supervisor', true),
  ];
  const offered: Watching['counts'][] = [
    [0, 1, 0, 0],
    [0, 1, 0, 0],
    [1, 1, 0, 0],
  ];
  await settle(people, offered);
  expect(people.map(({ groups }) => [groups.waiting.length, groups.queue.length])).toEqual([
    [1, 0],
    [0, 1],
    [0, 1],
  ]);
  const one = await first.offer();
  await scene.dispatcher.decline(first.agent.party.id, conversation, one.generation);
  const two = await second.offer();
  await settle(people, offered);
  await eventually(() => expect(people.map(({ groups }) => groups.waiting.length)).toEqual([0, 1, 0]));
  for (const each of people) await each.reconnect(scene);
  await settle(people, offered);
  await scene.dispatcher.accept(second.agent.party, conversation, two.generation);
  // Messages from before the assignment are unread for the new owner.
  const accepted: Watching['counts'][] = [
    [0, 0, 0, 0],
    [1, 0, 1, 1],
    [0, 0, 0, 0],
  ];
  await settle(people, accepted);
  await visitor.say('and one more');
  accepted[1] = [1, 0, 1, 2];
  await settle(people, accepted);
  for (const each of people) await each.reconnect(scene);
  await settle(people, accepted);
});

test('F31 F33 F34 F35 a chat in transfer counts for its owner until the other agent accepts', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const [anna, ben] = [await screen(scene, 'Anna'), await screen(scene, 'Ben')];
  const { conversation, visitor } = await waiting(scene);
  await taken(anna.agent, conversation);
  // Ben is an agent and a supervisor.
  const people = [
    await watching(scene, anna.agent, 'agent', false),
    await watching(scene, ben.agent, 'supervisor', false),
  ];
  const hers: Watching['counts'][] = [
    [1, 0, 1, 1],
    [0, 0, 0, 0],
  ];
  await settle(people, hers);
  const giver = { party: anna.agent.party, supervises: false };
  const pass = () => scene.dispatcher.give(giver, conversation, ben.agent.party.id);
  await pass();
  const one = await ben.offer();
  await eventually(() => expect(people[1]?.groups.waiting).toHaveLength(1));
  await settle(people, hers);
  await visitor.say('are you there?');
  hers[0] = [1, 0, 1, 2];
  await settle(people, hers);
  await scene.dispatcher.decline(ben.agent.party.id, conversation, one.generation);
  await eventually(() => expect(people[1]?.groups.waiting).toHaveLength(0));
  await settle(people, hers);
  await pass();
  const two = await ben.offer();
  for (const each of people) await each.reconnect(scene);
  await eventually(() => expect(people[1]?.groups.waiting).toHaveLength(1));
  await settle(people, hers);
  expect(await scene.dispatcher.accept(ben.agent.party, conversation, two.generation)).toMatchObject({
    conversation,
  });
  const his: Watching['counts'][] = [
    [0, 0, 0, 0],
    [1, 0, 1, 2],
  ];
  await settle(people, his);
  for (const each of people) await each.reconnect(scene);
  await settle(people, his);
});
