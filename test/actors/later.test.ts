/** Questions that are answered later: left where nobody is here, or by one who waits no longer. */
import { isRefusal } from '#protocol';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { places, rule, screen, waiting } from './floor-scene.ts';
import { logOf, maybeEvict, newScene, taken, uuid, ways } from './scene.ts';

test.each(ways)(
  'F40 a message that is left for later begins a conversation of that type, once, %s',
  async (way) => {
    const scene = newScene();
    const visitor = await scene.visitor();
    const command = uuid();
    const left = await visitor.try('Do you ship abroad?', command, undefined, true);
    if (isRefusal(left)) throw new Error(left.refused);
    const { conversation } = left;
    await maybeEvict(way, visitor.stub);
    await maybeEvict(way, scene.conversation(conversation));
    expect(await visitor.try('Do you ship abroad?', command, undefined, true)).toEqual(left);
    expect(await scene.conversation(conversation).state()).toMatchObject({ type: 'nrt', phase: 'waiting' });
    // One that is open is as it is.
    expect(await visitor.try('And today?')).toMatchObject({ conversation });
    expect((await logOf(scene, conversation)).map(({ kind }) => kind)).toEqual([
      'conversation.started',
      'message.sent',
      'message.sent',
    ]);
  },
);

test.each(ways)(
  'F40 V21 who waits may be answered later instead, and fills a place of that kind, %s',
  async (way) => {
    const scene = newScene();
    await rule(scene, { assignment: 'manual' });
    const anna = await screen(scene, 'Anna');
    const { visitor, conversation } = await waiting(scene);
    const tab = await visitor.attach(conversation);
    const id = uuid();
    tab.send({ t: 'conversation.defer', id });
    await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes(id));
    await maybeEvict(way, scene.conversation(conversation));
    await maybeEvict(way, scene.dispatcher);
    const again = await visitor.attach(conversation);
    again.send({ t: 'conversation.defer', id });
    await again.frame('ack', (frame) => frame['id'] === id);
    await taken(anna.agent, conversation);
    await eventually(async () =>
      expect(await places(scene)).toMatchObject([{ conversation, type: 'nrt', state: 'active' }]),
    );
  },
);

test('F40 V21 whom an agent has taken meanwhile is refused', async () => {
  const scene = newScene();
  await rule(scene, { assignment: 'manual' });
  const anna = await screen(scene, 'Anna');
  const { visitor, conversation } = await waiting(scene);
  await taken(anna.agent, conversation);
  const tab = await visitor.attach(conversation);
  tab.send({ t: 'conversation.defer', id: uuid() });
  expect(await tab.frame('refused')).toMatchObject({ code: 'already_taken' });
  expect(await scene.conversation(conversation).state()).toMatchObject({ type: 'live', phase: 'active' });
});
