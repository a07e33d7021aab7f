/** The record of kinds and the sides of a conversation. */
import { decide, evolve, fold, isSameCommand, type Around } from '#domain/conversation/conversation';
import type { GivenCommand } from '#domain/conversation/commands';
import { isKnown } from '#domain/conversation/folds';
import { rulesOf } from '#domain/conversation/kinds';
import { arrive, noMarks } from '#domain/conversation/marks';
import { idOf, otherSide, sideOf, sides } from '#domain/conversation/parties';
import { isRefusal, type ConversationState, type Entry, type Party } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anna, ben, play, sale, script, started, system, visitor } from './tape.ts';

/** The part of a state that the floor shows. */
const onFloor = ({ phase, type, target, generation, owner, visitor }: ConversationState) =>
  JSON.stringify({ phase, type, target, generation, owner: owner?.id, visitor });

test('FLR-1 each change that the floor shows concerns the floor, each change of owner the owner’s lists, and the end all three', () => {
  fc.assert(
    fc.property(script, (steps) => {
      let before = fold('con_a', [started]);
      for (const entry of play(steps).entries.slice(1)) {
        const after = evolve(before, entry);
        const concerns = rulesOf(entry)?.concerns;
        if (onFloor(after) !== onFloor(before)) expect(concerns).toContain('floor');
        if (after.owner?.id !== before.owner?.id) expect(concerns).toContain('owner');
        if (after.visitor.name !== before.visitor.name || after.visitor.blocked !== before.visitor.blocked)
          expect(concerns).toContain('visitor');
        if (after.phase === 'closed' && entry.kind === 'conversation.closed')
          expect(concerns).toEqual(['floor', 'owner', 'visitor']);
        before = after;
      }
    }),
  );
});

/** Each command with an id, in a state in which it is done. */
const commands: { readonly [T in GivenCommand['t']]: readonly [Party, Extract<GivenCommand, { t: T }>] } = {
  'message.send': [visitor, { t: 'message.send', id: '1', text: 'hello' }],
  'conversation.close': [visitor, { t: 'conversation.close', id: '1' }],
  'conversation.return': [anna, { t: 'conversation.return', id: '1' }],
  'conversation.defer': [visitor, { t: 'conversation.defer', id: '1' }],
  'conversation.resume': [visitor, { t: 'conversation.resume', id: '1' }],
  'visitor.identify': [
    visitor,
    { t: 'visitor.identify', id: '1', name: '  Vera  ', email: 'v@shop.example' },
  ],
  'visitor.block': [anna, { t: 'visitor.block', id: '1' }],
  'message.edit': [anna, { t: 'message.edit', id: '1', target: 2, text: 'hello again' }],
  'message.delete': [anna, { t: 'message.delete', id: '1', target: 2 }],
  'note.add': [anna, { t: 'note.add', id: '1', text: 'hello' }],
  'stage.set': [anna, { t: 'stage.set', id: '1', stage: 'in_progress' }],
  'codes.set': [anna, { t: 'codes.set', id: '1', codes: [sale.id] }],
};
const annas: Entry = { seq: 2, at: 2, by: anna, kind: 'message.sent', id: '0', text: 'hi' };
const around: Around = {
  now: 3,
  settings: { editMinutes: 15, codes: { list: [sale], multiple: false, required: false } },
  supervises: false,
  entry: () => annas,
};

test('CMD-7 I7 the entry that a command has caused is the result of that command, repeated, and of no other', () => {
  for (const [by, command] of Object.values(commands)) {
    const waiting = fold('con_a', [started]);
    const taken: ConversationState = { ...waiting, phase: 'active', owner: anna, generation: 1 };
    const later: ConversationState = { ...waiting, type: 'nrt' };
    const before = command.t === 'conversation.resume' ? later : waiting;
    const drafts = decide(by === anna ? taken : before, command, by, around);
    if (isRefusal(drafts)) throw new Error(`${command.t} is refused: ${drafts.refused}`);
    const entries = drafts.map((draft, index): Entry => ({ seq: index + 2, at: 2, ...draft }));
    const entry = entries.find((each) => 'id' in each && each.id === '1');
    const same = Object.values(commands).flatMap(([, other]) =>
      entry && isSameCommand(entry, { ...other }) ? [other.t] : [],
    );
    expect(same).toEqual([command.t]);
  }
});

test('CMD-8 the same id with other words or details is another command', () => {
  const sent = { seq: 2, at: 2, by: visitor, kind: 'message.sent', id: '1', text: 'hello' } as const;
  expect(isSameCommand(sent, { t: 'message.send', id: '1', text: 'goodbye' })).toBe(false);
  const said = { seq: 2, at: 2, by: visitor, kind: 'visitor.identified', id: '1', name: 'Vera' } as const;
  expect(isSameCommand(said, { t: 'visitor.identify', id: '1', name: ' Vera ' })).toBe(true);
  expect(isSameCommand(said, { t: 'visitor.identify', id: '1', name: 'Vera', email: 'v@shop.example' })).toBe(
    false,
  );
});

test('COM-3 an entry of an unknown kind concerns nobody, answers nothing and is known to be unknown', () => {
  const unknown = { seq: 2, at: 2, by: visitor, id: '1', kind: 'weather.changed' } as unknown as Entry;
  expect([isKnown(unknown), rulesOf(unknown), isKnown(started)]).toEqual([false, undefined, true]);
  expect(isSameCommand(unknown, { t: 'conversation.close', id: '1' })).toBe(false);
});

test('each party acts for one side or none, and a party that only a newer server knows for none', () => {
  const bot = { kind: 'bot', id: 'bot_a', name: 'Helper' } as unknown as Party;
  expect([visitor, anna, ben, system, bot].map(sideOf)).toEqual(['visitor', 'agent', 'agent', null, null]);
  expect(sides.map(otherSide)).toEqual(['agent', 'visitor']);
  expect([visitor, anna, system].map(idOf)).toEqual([visitor.id, anna.id, '']);
});

test('a message of the system is nobody’s: it is the last message, and changes no count, no mark and no first reply', () => {
  const anybody = fc.constantFrom<Party>(visitor, anna, ben, system);
  fc.assert(
    fc.property(fc.array(anybody, { maxLength: 30 }), (authors) => {
      const messages = authors.map((by, index): Entry => {
        const seq = index + 2;
        return { seq, at: 1_000 + seq, by, kind: 'message.sent', id: `${seq}`, text: `text ${seq}` };
      });
      const of = (...kinds: Party['kind'][]) => messages.filter(({ by }) => kinds.includes(by.kind));
      const state = fold('con_a', [started, ...messages]);
      expect(state.messages).toEqual({ visitor: of('visitor').length, agent: of('agent').length });
      expect(state.firstReplyAt).toBe(of('agent')[0]?.at ?? null);
      expect(state.lastMessage?.seq).toBe(messages.at(-1)?.seq);
      const marksOf = (log: readonly Entry[]) => log.reduce(arrive, noMarks);
      expect(marksOf(messages)).toEqual(marksOf(of('visitor', 'agent')));
    }),
  );
});

test('a message of a party that only a newer server knows is nobody’s, and breaks no fold', () => {
  const by = { kind: 'bot', id: 'bot_a', name: 'Helper' } as unknown as Party;
  const message: Entry = { seq: 2, at: 2_000, by, kind: 'message.sent', id: '1', text: 'hello' };
  const before = fold('con_a', [started]);
  expect(evolve(before, message)).toEqual({
    ...before,
    head: 2,
    activeAt: 2_000,
    lastMessage: { seq: 2, at: 2_000, by, text: 'hello' },
  });
  expect(arrive(noMarks, message)).toEqual(noMarks);
});
