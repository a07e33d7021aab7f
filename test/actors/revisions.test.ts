/** Edits, deletions and quotes in the actor: the form in which each reader receives the log. */
import type { Entry } from '#protocol';
import { expect, test } from 'vitest';
import { maybeEvict, newScene, taken, uuid, ways, type Tab } from './scene.ts';

const entriesOf = (tab: Tab) =>
  tab.frames.flatMap((frame) => (frame.t === 'range' ? (frame['entries'] as Entry[]) : []));
const textsOf = (tab: Tab) => tab.texts.join('\n');

test.each(ways)(
  'ENT-18 an edited and then deleted message reaches agents and the visitor without its texts, and supervisors with them (%s)',
  async (way) => {
    const scene = newScene({ editMinutes: 15 });
    const [anna, ben, sofia] = await Promise.all([
      scene.agent('Anna'),
      scene.agent('Ben'),
      scene.agent('Sofia', ['supervisor']),
    ]);
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('my card is 4111');
    await taken(anna, conversation);
    const stub = scene.conversation(conversation);
    const hers = await anna.attach(conversation);
    const tab = await visitor.attach(conversation);
    expect(await tab.frame('welcome')).toMatchObject({ editMinutes: 15 });
    expect(await hers.frame('welcome')).toMatchObject({ editMinutes: 15 });

    tab.send({ t: 'message.edit', id: uuid(), target: 2, text: 'my card is 5222' });
    await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes('message.edited'));
    await maybeEvict(way, stub);
    const between = await ben.attach(conversation);
    expect(entriesOf(between)[1]).toMatchObject({
      text: 'my card is 5222',
      edited: expect.any(Number) as number,
    });
    expect(textsOf(between)).not.toContain('4111');

    tab.send({ t: 'message.delete', id: uuid(), target: 2 });
    const isGone = ({ entries }: Record<string, unknown>) =>
      JSON.stringify(entries).includes('message.deleted');
    await Promise.all([tab, hers, between].map((each) => each.frame('range', isGone)));
    await maybeEvict(way, stub);
    const later = [await anna.attach(conversation), await visitor.attach(conversation)];
    for (const each of later) {
      each.send({ t: 'pull', before: 4, limit: 2 });
      each.send({ t: 'pull', after: 1 });
      await each.settled();
      expect(textsOf(each)).not.toMatch(/4111|5222/);
      expect(entriesOf(each)[1]).toMatchObject({ seq: 2, text: '', deleted: true });
    }
    const elsewhere = [
      await stub.range('agent', undefined, 100),
      await stub.range('visitor', undefined, 100),
      await stub.row(),
      await stub.summary(),
      await stub.state(),
    ];
    expect(JSON.stringify(elsewhere)).not.toMatch(/4111|5222/);
    expect(await stub.row()).toMatchObject({ opening: '', last: { seq: 2, text: '', deleted: true } });

    const full = await sofia.attach(conversation);
    expect(entriesOf(full).flatMap((entry) => ('text' in entry ? [entry.text] : []))).toEqual([
      'my card is 4111',
      'my card is 5222',
    ]);
  },
);

test.each(ways)(
  'CMD-27 CMD-28 the actor judges a change by its own clock, settings and the sender’s roles (%s)',
  async (way) => {
    const scene = newScene();
    const [anna, sofia] = [await scene.agent('Anna'), await scene.agent('Sofia', ['supervisor'])];
    const visitor = await scene.visitor();
    // A conversation of an earlier version has no limit, and so no changes.
    const { conversation } = await visitor.say('hello');
    await taken(anna, conversation);
    const stub = scene.conversation(conversation);
    const [tab, hers, theirs] = [
      await visitor.attach(conversation),
      await anna.attach(conversation),
      await sofia.attach(conversation),
    ];
    expect(await tab.frame('welcome')).not.toHaveProperty('editMinutes');
    await maybeEvict(way, stub);
    const refused = async (from: Tab, frame: object) => {
      const id = uuid();
      from.send({ ...frame, id });
      return (await from.frame('refused', (answer) => answer['id'] === id))['code'];
    };
    expect(await refused(tab, { t: 'message.edit', target: 2, text: 'x' })).toBe('too_late');
    expect(await refused(tab, { t: 'message.delete', target: 2 })).toBe('too_late');
    expect(await refused(tab, { t: 'message.delete', target: 1 })).toBe('not_found');
    expect(await refused(hers, { t: 'message.delete', target: 2 })).toBe('forbidden');
    expect(await refused(theirs, { t: 'message.edit', target: 2, text: 'x' })).toBe('forbidden');
    expect(await refused(tab, { t: 'message.send', text: 'x', quote: 1 })).toBe('not_found');
    expect(await refused(tab, { t: 'message.edit', target: -1, text: 'x' })).toBe('bad_frame');
    const id = uuid();
    theirs.send({ t: 'message.delete', id, target: 2 });
    const gone = await hers.frame('range', ({ entries }) => JSON.stringify(entries).includes(id));
    expect(gone['entries']).toEqual([
      {
        ...{ seq: 4, at: expect.any(Number) as number, by: sofia.party, kind: 'message.deleted', id },
        ...{ target: 2, of: 'message' },
      },
    ]);
  },
);

test.each(ways)(
  'CMD-25 MSG-22 a quoting message whose answer was lost is found again over HTTP, which names no quote (%s)',
  async (way) => {
    const scene = newScene({ editMinutes: 15 });
    const anna = await scene.agent();
    const visitor = await scene.visitor();
    const { conversation } = await visitor.say('hello');
    await taken(anna, conversation);
    const tab = await visitor.attach(conversation);
    const id = uuid();
    tab.send({ t: 'message.send', id, text: 'about this', quote: 2 });
    await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes(id));
    await maybeEvict(way, scene.conversation(conversation));
    expect(await visitor.try('about this', id)).toEqual({ conversation, seq: 4 });
    expect(await visitor.try('about that', id)).toMatchObject({ refused: 'id_reused' });
    tab.send({ t: 'conversation.close', id: uuid() });
    await tab.frame('range', ({ entries }) => JSON.stringify(entries).includes('conversation.closed'));
    expect(await visitor.try('about this', id, conversation)).toEqual({ conversation, seq: 4 });
  },
);
