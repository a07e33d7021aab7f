/** Races for capacity, as many agents at work cause them, with accidents between (R12). */
import { env as bindings } from 'cloudflare:workers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Dispatcher } from '../../worker/actors/dispatcher/dispatcher.ts';
import { Ledger } from '../../worker/actors/dispatcher/ledger.ts';
import { eventually } from '../helpers/eventually.ts';
import { randomOf } from '../simulation/world.ts';
import { decisions, holds, ownerOf, rule, screen, waiting } from './floor-scene.ts';
import { Race, type RaceOptions } from './race.ts';
import { holdClock, newScene } from './scene.ts';

const seed = Number(bindings.RACE_SEED || Math.floor(Math.random() * 1e6));
const chats = Number(bindings.RACE_CHATS || 100);
const none = { doubleOwners: [], overLimit: [], leaked: [], outcomes: [] };

const raceOf = (options: Partial<RaceOptions>) =>
  new Race({
    ...{ agents: 50, chats, steps: Math.round(chats / 4), limits: [3, 8] },
    ...{ random: randomOf(seed), clock: holdClock(), ...options },
  });

test(
  'R12 I9 I10 I11 fifty agents race: no chat has two owners, no agent too many chats, every offer one outcome',
  async () => {
    const race = raceOf({});
    const began = performance.now();
    await race.run();
    const { doubleOwners, overLimit, leaked, outcomes } = race.wrongs;
    console.log(
      `R12 seed ${seed}: agents 50, chats ${chats}; double owners ${doubleOwners.length}, over limit ${overLimit.length}, ` +
        `leaked holds ${leaked.length}, offers without exactly one outcome ${outcomes.length}; ` +
        `${((performance.now() - began) / 1_000).toFixed(1)} s; sometimes: ${JSON.stringify(race.counts)}`,
    );
    expect(race.wrongs).toEqual(none);
  },
  chats * 1_200,
);

test('R12 a ledger that does not count offers is detected', async () => {
  const load = Ledger.prototype.load;
  const spy = vi.spyOn(Ledger.prototype, 'load').mockImplementation(function (this: Ledger, agent) {
    const { live, nrt } = load.call(this, agent);
    return { live: live - this.offers().filter((hold) => hold.agent === agent).length, nrt };
  });
  onTestFinished(() => spy.mockRestore());
  const race = raceOf({ agents: 6, chats: 20, steps: 16, limits: [1, 3] });
  await race.run();
  expect(race.wrongs.overLimit).not.toEqual([]);
});

/** Drops all reports of conversations to the floor, as if every push failed. */
function deafen(): void {
  const spy = vi.spyOn(Dispatcher.prototype, 'conversationNoted').mockImplementation(() => {
    throw new Error('not now');
  });
  onTestFinished(() => spy.mockRestore());
}

/** Anna has a chat that the floor does not know of. */
async function takenUnheard() {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { conversation } = await waiting(scene);
  await eventually(async () => expect(await scene.dispatcher.conversations(null, 10)).toHaveLength(1));
  deafen();
  expect(await anna.agent.take(conversation)).toMatchObject({ generation: 1 });
  return { scene, anna, conversation };
}

test('I10 a chat that an agent has accepted is offered to no other, even before the floor knows of it', async () => {
  const { scene, anna, conversation } = await takenUnheard();
  await rule(scene, { assignment: 'offered' });
  await screen(scene, 'Ben');
  expect(await holds(scene)).toMatchObject([{ agent: anna.agent.party.id, generation: 1, state: 'active' }]);
  expect(await decisions(scene, conversation)).toMatchObject([{ kind: 'taken' }]);
});

test('F66 an agent who has just taken a chat can transfer it, even before the floor knows of it', async () => {
  const { scene, anna, conversation } = await takenUnheard();
  const to = { kind: 'group', id: 'grp_00000000000000000000000000', name: 'Returns' } as const;
  const giver = { party: anna.agent.party, supervises: false };
  expect(await scene.dispatcher.send(giver, conversation, to)).toEqual({ conversation, generation: 1 });
  expect(await ownerOf(scene, conversation)).toBeNull();
});
