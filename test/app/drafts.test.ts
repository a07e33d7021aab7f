/** Drafts on several devices: the class of the workspace against the server's own rules, under a virtual clock. */
import type { DraftOf } from '#protocol';
import { maxTextLength } from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chat, Device, DraftServer } from './draft-devices.ts';

const kinds = ['reply', 'note'] as const;
const ben = { id: 'usr_ben', name: 'Ben Okafor' };

function devices() {
  const server = new DraftServer();
  const [laptop, phone] = [new Device(server), new Device(server)];
  server.clock.by(1_000);
  const type = (device: Device, text: string, of: DraftOf = 'reply') => device.drafts.type(of, chat, text);
  /** Long enough for every pause and answer. */
  const idle = () => server.clock.by(20_000);
  return { server, laptop, phone, type, idle };
}

test.each(kinds)('AGT-5 AGT-23 a %s appears on the other device after a pause in typing', (of) => {
  const { server, laptop, phone, type } = devices();
  for (const text of ['L', 'Le', 'Let']) {
    type(laptop, text, of);
    expect(laptop.text(of)).toBe(text);
    server.clock.by(300);
  }
  expect([laptop.sent.length, phone.text(of)]).toEqual([0, '']);
  server.clock.by(400);
  expect([laptop.sent.length, phone.text(of), server.text(of)]).toEqual([1, 'Let', 'Let']);
  // The other kind is untouched.
  expect(kinds.map((each) => phone.text(each)).sort()).toEqual(['', 'Let']);
  // The message is sent: the draft disappears without a pause.
  type(laptop, '', of);
  server.clock.by(50);
  expect([phone.text(of), server.text(of)]).toEqual(['', '']);
});

test('a text that is typed without a pause is sent every five seconds', () => {
  const { server, laptop, phone, type } = devices();
  let text = '';
  for (let typed = 0; typed < 60; typed++) {
    type(laptop, (text += 'x'));
    server.clock.by(200);
  }
  expect(laptop.sent.length).toBe(2);
  expect(phone.text().length).toBeGreaterThan(40);
});

test('AGT-24 a save waits for the answer to the one before', () => {
  const { server, laptop, phone, type, idle } = devices();
  server.delay = () => 2_000;
  laptop.connect();
  idle();
  type(laptop, 'One');
  server.clock.by(1_000);
  type(laptop, 'One, two');
  server.clock.by(1_000);
  type(laptop, 'One, two, three');
  server.clock.by(1_000);
  expect(laptop.sent.length).toBe(1);
  idle();
  expect(laptop.sent.map((frame) => 'text' in frame && frame.text)).toEqual(['One', 'One, two, three']);
  expect([laptop.offered(), phone.text()]).toEqual([null, 'One, two, three']);
});

test.each(kinds)(
  'AGT-25 a %s that another device has changed meanwhile is offered, with both choices',
  (of) => {
    const { server, laptop, phone, type, idle } = devices();
    type(laptop, 'Let me', of);
    idle();
    laptop.disconnect();
    type(laptop, 'Let me look', of);
    type(phone, 'Two pairs are left', of);
    idle();
    laptop.connect();
    idle();
    expect([laptop.text(of), laptop.offered(of)]).toEqual(['Let me look', 'Two pairs are left']);
    // Nothing is saved until the agent chooses.
    type(laptop, 'Let me look at it', of);
    idle();
    expect([phone.text(of), server.text(of)]).toEqual(['Two pairs are left', 'Two pairs are left']);
    const undo = laptop.drafts.choose(of, chat, 'other');
    idle();
    expect([laptop.text(of), laptop.offered(of)]).toEqual(['Two pairs are left', null]);
    undo();
    idle();
    expect([laptop.text(of), laptop.offered(of)]).toEqual(['Let me look at it', 'Two pairs are left']);
    laptop.drafts.choose(of, chat, 'mine');
    idle();
    expect([phone.text(of), phone.offered(of), server.text(of)]).toEqual([
      ...['Let me look at it', null, 'Let me look at it'],
    ]);
  },
);

test('AGT-25 a tab that wakes after hours with old text offers the newer draft, and saves nothing over it', () => {
  const { server, laptop, phone, type, idle } = devices();
  type(laptop, 'Let me');
  idle();
  type(laptop, 'Let me loo');
  laptop.sleep();
  type(phone, 'Two pairs');
  server.clock.by(5 * 3_600_000);
  // Its timers fire first; the dead socket takes the save.
  expect(server.text('reply')).toBe('Two pairs');
  laptop.connect();
  idle();
  expect([laptop.text(), laptop.offered(), server.text('reply')]).toEqual([
    'Let me loo',
    'Two pairs',
    'Two pairs',
  ]);
});

test('AGT-25 a tab whose text is saved follows the other device, after hours too, without a question', () => {
  const { server, laptop, phone, type, idle } = devices();
  type(laptop, 'Let me');
  idle();
  laptop.sleep();
  type(phone, 'Let me look');
  server.clock.by(5 * 3_600_000);
  laptop.connect();
  idle();
  expect([laptop.text(), laptop.offered()]).toEqual(['Let me look', null]);
});

test('a save whose answer was lost is no conflict', () => {
  const { server, laptop, type, idle } = devices();
  type(laptop, 'Let me');
  server.clock.by(625);
  expect(server.text('reply')).toBe('Let me');
  laptop.disconnect();
  type(laptop, 'Let me look');
  laptop.connect();
  idle();
  expect([laptop.text(), laptop.offered(), server.text('reply')]).toEqual([
    'Let me look',
    null,
    'Let me look',
  ]);
});

test('AGT-25 a draft on offer is still on offer after a reload, and nothing is saved over it', () => {
  const { laptop, phone, type, idle } = devices();
  laptop.disconnect();
  type(laptop, 'Let me look');
  type(phone, 'Two pairs');
  idle();
  laptop.connect();
  idle();
  laptop.reload();
  idle();
  expect([laptop.text(), laptop.offered(), phone.text()]).toEqual(['Let me look', 'Two pairs', 'Two pairs']);
});

test('a message that is sent while a newer draft is on offer leaves the offer', () => {
  const { server, laptop, phone, type, idle } = devices();
  laptop.disconnect();
  type(laptop, 'Yes');
  type(phone, 'Yes, two pairs');
  idle();
  laptop.connect();
  idle();
  type(laptop, '');
  idle();
  expect([laptop.text(), laptop.offered(), server.text('reply')]).toEqual([
    '',
    'Yes, two pairs',
    'Yes, two pairs',
  ]);
  laptop.drafts.choose('reply', chat, 'mine');
  idle();
  expect([phone.text(), server.text('reply')]).toEqual(['', '']);
});

test('AGT-29 a reply ends with its chat, even one that is being typed or is on offer; a note stays', () => {
  const { server, laptop, phone, type, idle } = devices();
  laptop.disconnect();
  type(laptop, 'Yes');
  type(phone, 'Yes, two pairs');
  type(phone, 'A reseller', 'note');
  idle();
  laptop.connect();
  idle();
  expect(laptop.offered()).toBe('Yes, two pairs');
  type(phone, 'Yes, two pairs left');
  server.end();
  idle();
  for (const device of [laptop, phone])
    expect([device.text(), device.offered(), device.text('note')]).toEqual(['', null, 'A reseller']);
  expect([server.text('reply'), laptop.stored.size]).toEqual(['', 0]);
});

test('a text that the server lacks when the page closes is in this browser at the next visit', () => {
  const { server, laptop, phone, type, idle } = devices();
  laptop.disconnect();
  type(laptop, 'Typed in a tunnel');
  type(laptop, '@Ben Okafor look', 'note');
  server.clock.by(300);
  laptop.close();
  idle();
  expect([phone.text(), laptop.stored.size]).toEqual(['', 2]);
  laptop.reload();
  expect(laptop.text()).toBe('Typed in a tunnel');
  idle();
  expect([phone.text(), phone.text('note'), laptop.stored.size]).toEqual([
    ...['Typed in a tunnel', '@Ben Okafor look', 0],
  ]);
  // An unreadable one is removed.
  laptop.stored.set('reply.con_two', '{"mine":1}');
  laptop.reload();
  idle();
  expect([laptop.stored.size, laptop.text()]).toEqual([0, 'Typed in a tunnel']);
});

test('a page that closes while a save has no answer loses nothing of what was typed since', () => {
  const { server, laptop, phone, type, idle } = devices();
  type(laptop, 'One');
  server.clock.by(610);
  type(laptop, 'One, two');
  laptop.close();
  idle();
  expect(phone.text()).toBe('One');
  laptop.reload();
  idle();
  expect([laptop.text(), laptop.offered(), phone.text()]).toEqual(['One, two', null, 'One, two']);
});

test('the colleagues whom a note mentions are on every device', () => {
  const { laptop, phone, idle } = devices();
  laptop.drafts.type('note', chat, '@Ben Okafor please', [ben, { id: 'usr_cleo', name: 'Cleo' }]);
  idle();
  expect(phone.drafts.of('note', chat).mine).toEqual({ text: '@Ben Okafor please', mentions: [ben] });
});

test('a text longer than the server stores is stored in part, once, and another device does not shorten it', () => {
  const { server, laptop, phone, type, idle } = devices();
  const long = '\u{1f462}'.repeat(maxTextLength + 3);
  type(laptop, long + '\ud83d\0');
  idle();
  expect([laptop.sent.length, server.text('reply')]).toEqual([1, '\u{1f462}'.repeat(maxTextLength)]);
  type(phone, 'Short');
  idle();
  expect([laptop.text().length, laptop.offered()]).toEqual([long.length + 2, 'Short']);
});

test('AGT-9 many drafts of an offline tab are sent at the server’s pace, and a refused one is sent again', () => {
  const { server, laptop, phone } = devices();
  laptop.disconnect();
  for (let number = 0; number < 30; number++) laptop.drafts.type('reply', `con_${number}`, `Text ${number}`);
  server.clock.by(1_000);
  laptop.connect();
  server.clock.by(100);
  expect(laptop.sent.length).toBe(10);
  server.clock.by(10_000);
  expect(laptop.sent.length).toBe(30);
  expect(phone.drafts.of('reply', 'con_29').mine.text).toBe('Text 29');
  laptop.sleep();
  laptop.drafts.type('reply', chat, 'Once more');
  server.clock.by(700);
  laptop.drafts.slowDown(1_000);
  server.clock.by(900);
  expect(laptop.sent.length).toBe(31);
  server.clock.by(200);
  expect(laptop.sent.length).toBe(32);
});

type Step =
  | { do: 'type' | 'clear' | 'use' | 'keep' | 'undo'; device: number; of: DraftOf }
  | { do: 'connect' | 'disconnect' | 'sleep' | 'reload'; device: number }
  | { do: 'wait'; for: number };
const device = fc.nat(1);
const of = fc.constantFrom<DraftOf>('reply', 'note');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('type'), device, of }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait'), for: fc.nat(3_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('use', 'keep', 'undo'), device, of }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), device, of }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('connect', 'disconnect', 'sleep', 'reload'), device }),
  },
);

test('AGT-25 of all that is typed on two devices nothing vanishes without a choice, and idle devices are equal', () => {
  let offers = 0;
  const words = (text: string | null) => (text ?? '').split(' ').filter((word) => word !== '');
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.nat(400), { minLength: 1 }),
      (steps, delays) => {
        const server = new DraftServer();
        let frame = 0;
        server.delay = () => delays[frame++ % delays.length] ?? 0;
        const all = [new Device(server), new Device(server)];
        /** The words that were typed, and that no choice of the agent has removed. */
        const typed = { reply: new Set<string>(), note: new Set<string>() };
        const undos = new Map<string, () => void>();
        let number = 0;
        const choose = (each: Device, kind: DraftOf, choice: 'mine' | 'other') => {
          const { mine, other } = each.drafts.of(kind, chat);
          if (!other) return;
          const [chosen, removed] = choice === 'mine' ? [mine, other] : [other, mine];
          const lost = words(removed.text).filter((word) => !words(chosen.text).includes(word));
          for (const word of lost) typed[kind].delete(word);
          const undo = each.drafts.choose(kind, chat, choice);
          undos.set(`${all.indexOf(each)} ${kind}`, undo);
        };
        for (const each of steps) {
          if (each.do === 'wait') {
            server.clock.by(each.for);
            continue;
          }
          const at = all[each.device] as Device;
          if (!('of' in each)) at[each.do]();
          else if (each.do === 'type') {
            const word = `w${number++}`;
            typed[each.of].add(word);
            at.drafts.type(each.of, chat, `${at.text(each.of)} ${word}`);
          } else if (each.do === 'clear') {
            for (const word of words(at.text(each.of))) typed[each.of].delete(word);
            at.drafts.type(each.of, chat, '');
          } else if (each.do === 'undo') undos.get(`${each.device} ${each.of}`)?.();
          else choose(at, each.of, each.do === 'use' ? 'other' : 'mine');
        }
        for (const each of all) each.connect();
        server.clock.by(60_000);
        const vanished = () =>
          (['reply', 'note'] as const).flatMap((kind) => {
            const seen = new Set(
              all.flatMap((each) => [...words(each.text(kind)), ...words(each.offered(kind))]),
            );
            return [...typed[kind]].filter((word) => !seen.has(word));
          });
        expect(vanished()).toEqual([]);
        // The agent answers every question, on one device after the other.
        for (const each of [...all, ...all])
          for (const kind of ['reply', 'note'] as const) {
            if (each.offered(kind) !== null) offers++;
            choose(each, kind, number++ % 2 ? 'mine' : 'other');
            server.clock.by(60_000);
          }
        for (const kind of ['reply', 'note'] as const) {
          expect(all.map((each) => [each.text(kind), each.offered(kind)])).toEqual(
            all.map(() => [server.text(kind), null]),
          );
        }
        expect(vanished()).toEqual([]);
        expect(all.map(({ stored }) => stored.size)).toEqual([0, 0]);
      },
    ),
    { numRuns: 400 },
  );
  // Conflicts do arise in these runs.
  expect(offers).toBeGreaterThan(20);
});
