/**
 * A conversation's socket against hostile and faulty clients: at worst a frame is refused, and only its sender is
 * affected.
 */
import { maxFrameBytes, maxTextLength, refusals } from '#protocol';
import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { logOf, maybeEvict, newScene, taken, uuid, ways, type Frame } from './scene.ts';

async function chat() {
  const scene = newScene();
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('hello');
  const anna = await scene.agent();
  await taken(anna, conversation);
  const tab = await visitor.attach(conversation);
  const screen = await anna.attach(conversation);
  return { scene, visitor, conversation, anna, tab, screen };
}

const sending = (text: unknown, id: unknown = uuid()) => ({ t: 'message.send', id, text });
const refusalsOf = (frames: Frame[]) => frames.filter((frame) => frame.t === 'refused');

/** JSON as only a hostile client would write it; no serializer of ours would. */
const badFrames: [string, string | ArrayBuffer, string][] = [
  ['malformed JSON', '{"t":"message.send"', 'bad_frame'],
  ['nothing', '', 'bad_frame'],
  ['an array', '[1,2]', 'bad_frame'],
  ['null', 'null', 'bad_frame'],
  ['a number out of range', '1e999', 'bad_frame'],
  ['a binary frame', new Uint8Array([1, 2, 3]).buffer, 'bad_frame'],
  ['an unknown t', '{"t":"message.delete"}', 'bad_frame'],
  ['t of another type', '{"t":{"toString":"hello"}}', 'bad_frame'],
  ['t that is a property of every object', '{"t":"__proto__"}', 'bad_frame'],
  ['t that is a method of every object', '{"t":"constructor"}', 'bad_frame'],
  ['a prototype to set', `{"t":"typing","on":true,"__proto__":{"owner":true}}`, 'bad_frame'],
  ['one field too many', `{"t":"typing","on":true,"by":"somebody"}`, 'bad_frame'],
  ['a cursor below nought', '{"t":"pull","after":-1}', 'bad_frame'],
  ['a cursor that is no integer', '{"t":"pull","after":1.5}', 'bad_frame'],
  ['a cursor beyond all integers', '{"t":"pull","after":1e300}', 'bad_frame'],
  ['a limit too great', '{"t":"pull","before":5,"limit":101}', 'bad_frame'],
  ['a mark that is no number', '{"t":"mark","delivered":"1","read":0}', 'bad_frame'],
  ['depth without end', `{"t":"message.send","id":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'bad_frame'],
  ['a byte too many', JSON.stringify({ t: 'x', text: 'x'.repeat(maxFrameBytes) }), 'too_large'],
  ['bytes too many, of few characters', JSON.stringify(sending('汉'.repeat(22_000))), 'too_large'],
];

test.each(badFrames)('L4 SOC-5 %s is refused, and harms nothing', async (_, frame, code) => {
  const { scene, conversation, tab, screen } = await chat();
  const before = await scene.conversation(conversation).state();
  tab.send(frame);
  expect(await tab.frame('refused')).toMatchObject({ code, message: refusals[code as 'bad_frame'][1] });
  tab.send(sending('still here'));
  await screen.frame('range', (range) => JSON.stringify(range).includes('still here'));
  expect(tab.closed).toBeUndefined();
  expect((await scene.conversation(conversation).state())?.head).toBe((before?.head ?? 0) + 1);
});

const badTexts: [string, string][] = [
  ['a lone surrogate', '"a\\ud800b"'],
  ['NUL', '"a\\u0000b"'],
  ['nothing but zero width', '"\\u200b\\u200d\\u2060\\ufeff"'],
  ['nothing but white space', '" \\n\\t\\u3000"'],
  ['nothing', '""'],
  ['a character too many', JSON.stringify('x'.repeat(maxTextLength + 1))],
  ['no text', '42'],
];

test.each(badTexts)('L4 CMD-17 a message of %s is refused with its id', async (_, text) => {
  const { scene, conversation, tab } = await chat();
  const id = uuid();
  tab.send(`{"t":"message.send","id":"${id}","text":${text}}`);
  expect(await tab.frame('refused')).toMatchObject({ id, code: 'bad_frame', field: 'text' });
  // The id of a refused command is still unused (CMD-9).
  tab.send(sending('now it is right', id));
  await tab.frame('range', (range) => JSON.stringify(range).includes(id));
  expect((await logOf(scene, conversation)).filter((entry) => entry.id === id)).toHaveLength(1);
});

const goodTexts = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '👩‍👩‍👧‍👦🏳️‍🌈🇧🇬👍🏽',
  'Z̷̢͎̥̽a̴l̶g̵o̷',
  'مرحبا hello שלום',
  '\u202eevil\u202c \u2066unclosed',
  'line\u2028and\u2029paragraph',
  'é and e\u0301, ß and ẞ, İ and ı',
  '𠮷野家',
  '\u001b[31mred\u001b[0m',
  '{"t":"conversation.close"}',
  "'; DROP TABLE entries; --",
  'x'.repeat(maxTextLength),
  '𠮷'.repeat(maxTextLength),
];

test('L4 text is stored and shown exactly as it was typed', async () => {
  const { scene, conversation, tab, screen } = await chat();
  for (const text of goodTexts) {
    const id = uuid();
    tab.send(sending(text, id));
    const range = await screen.frame('range', (frame) => JSON.stringify(frame['entries']).includes(id));
    expect((range['entries'] as { text: string }[])[0]?.text).toBe(text);
  }
  const stored = (await logOf(scene, conversation)).filter((entry) => entry.kind === 'message.sent');
  expect(stored.slice(1).map((entry) => entry.text)).toEqual(goodTexts);
});

test('CMD-3 a side has its own frames and no others', async () => {
  const { scene, conversation, tab, screen } = await chat();
  const before = await scene.conversation(conversation).state();
  tab.send({ t: 'conversation.return', id: uuid() }).send({ t: 'visitor.block', id: uuid() });
  screen.send({ t: 'preview', text: 'x' }).send({ t: 'visitor.identify', id: uuid(), name: 'X' });
  await Promise.all([tab.settled(), screen.settled()]);
  for (const side of [tab, screen]) {
    expect(refusalsOf(side.frames).map((frame) => frame['code'])).toEqual(['bad_frame', 'bad_frame']);
  }
  expect(await scene.conversation(conversation).state()).toEqual(before);
});

test.each(ways)('CMD-8 an id with another text is refused, and the first text stays (%s)', async (way) => {
  const { scene, conversation, tab } = await chat();
  const id = uuid();
  tab.send(sending('the first', id));
  await tab.frame('range', (range) => JSON.stringify(range).includes(id));
  await maybeEvict(way, scene.conversation(conversation));
  tab.send(sending('another', id)).send({ t: 'conversation.close', id });
  await tab.until(() => refusalsOf(tab.frames).length === 2);
  expect(refusalsOf(tab.frames)).toMatchObject([
    { id, code: 'id_reused' },
    { id, code: 'id_reused' },
  ]);
  expect((await scene.conversation(conversation).state())?.lastMessage?.text).toBe('the first');
});

test('CMD-7 the ids of two senders are independent', async () => {
  const { tab, screen } = await chat();
  const id = uuid();
  tab.send(sending('from the visitor', id));
  await tab.frame('range', (range) => JSON.stringify(range).includes('from the visitor'));
  screen.send(sending('from the agent', id));
  await tab.frame('range', (range) => JSON.stringify(range).includes('from the agent'));
});

test('CMD-18 only the owner and the visitor can write', async () => {
  const { scene, conversation, anna, tab } = await chat();
  const ben = await scene.agent('Ben');
  const other = await ben.attach(conversation);
  other.send(sending('me too')).send({ t: 'conversation.close', id: uuid() });
  other.send({ t: 'typing', on: true }).send({ t: 'visitor.block', id: uuid() });
  await other.settled();
  expect(refusalsOf(other.frames)).toMatchObject(
    Array.from({ length: 3 }, () => ({ code: 'not_owner', by: { id: anna.party.id } })),
  );
  await tab.settled();
  expect(tab.frames.filter((frame) => frame.t === 'typing')).toEqual([]);
});

test('L6 CMD-15 a flood is slowed down, accepted messages stay in order, and the neighbours are unharmed', async () => {
  const { scene, conversation, tab, screen } = await chat();
  const neighbour = await chat();
  const flood = Array.from({ length: 200 }, (_, number) => ({ id: uuid(), text: `flood ${number}` }));
  for (const { id, text } of flood) tab.send(sending(text, id));
  neighbour.tab.send(sending('and me?'));
  screen.send(sending('I am here'));
  await neighbour.screen.frame('range', (range) => JSON.stringify(range).includes('and me?'));
  await tab.frame('range', (range) => JSON.stringify(range).includes('I am here'));
  await tab.settled();
  const slowed = refusalsOf(tab.frames);
  expect(slowed.length).toBeGreaterThan(150);
  expect(slowed[0]).toMatchObject({ code: 'slow_down', retryAfter: expect.any(Number) as number });
  const kept = (await logOf(scene, conversation)).filter((entry) => entry.text?.startsWith('flood'));
  expect(kept.length + slowed.length).toBe(200);
  const numbers = kept.map((entry) => Number(entry.text?.slice(6)));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  // REF-4: the same command may be sent again, with the same id.
  const first = flood.find(({ id }) => id === slowed[0]?.['id']);
  await eventually(async () => {
    const from = tab.frames.length;
    tab.send(sending(first?.text, first?.id));
    await tab.settled();
    const answer = tab.frames.slice(from).find((frame) => JSON.stringify(frame).includes(first?.id ?? ''));
    expect(answer).toMatchObject({ t: 'range' });
  });
});

test.each(ways)(
  'CMD-12 nothing overtakes its sender’s earlier commands, on whichever socket (%s)',
  async (way) => {
    const { scene, conversation, visitor, tab, screen } = await chat();
    const [one, two, three] = [uuid(), uuid(), uuid()] as const;
    const after = (text: string, id: string, prev: string) => ({ ...sending(text, id), prev });
    tab.send(after('two', two, one)).send(after('three', three, two));
    await tab.settled();
    expect(refusalsOf(tab.frames)).toMatchObject([
      { id: two, code: 'out_of_order' },
      { id: three, code: 'out_of_order' },
    ]);
    await maybeEvict(way, scene.conversation(conversation));
    // Another sender's command with the same id is not its predecessor.
    screen.send(sending('not hers', one));
    await screen.frame('range', (range) => JSON.stringify(range).includes('not hers'));
    const second = await visitor.attach(conversation);
    second
      .send(after('two', two, one))
      .send(sending('one', one))
      .send(after('two', two, one));
    await second.frame('range', (range) => JSON.stringify(range).includes('"two"'));
    tab.send(after('three', three, two)).send(after('two', two, one));
    await tab.frame('ack', ({ id }) => id === two);
    const texts = (await logOf(scene, conversation)).map((entry) => entry.text);
    expect(texts.slice(-4)).toEqual(['not hers', 'one', 'two', 'three']);
  },
);

test('SOC-7 twenty bad frames in a row end their socket, and a good one in between restarts the count', async () => {
  const { tab, screen } = await chat();
  for (let number = 0; number < 19; number++) tab.send('no frame');
  await tab.settled();
  for (let number = 0; number < 19; number++) tab.send('no frame');
  await tab.settled();
  expect(tab.closed).toBeUndefined();
  for (let number = 0; number < 20; number++) tab.send('no frame');
  expect((await tab.until(() => tab.closed)).code).toBe(4400);
  screen.send(sending('still here'));
  await screen.frame('range', (range) => JSON.stringify(range).includes('still here'));
});

test('CON-20 L6 a client that asks for the log again and again is slowed down, and can still write', async () => {
  const { tab, screen } = await chat();
  for (let number = 0; number < 60; number++) tab.send({ t: 'pull', after: 0 });
  expect(await tab.frame('refused')).toMatchObject({ code: 'slow_down' });
  tab.send(sending('still here'));
  await screen.frame('range', (range) => JSON.stringify(range).includes('still here'));
  expect(tab.frames.filter((frame) => frame.t === 'range').length).toBeLessThan(40);
});

test('SOC-6 CMD-13 a command that is too large is refused with its id: the commands behind it are not delayed for ever', async () => {
  const { tab } = await chat();
  const big = uuid();
  tab.send(sending('x'.repeat(maxFrameBytes), big));
  expect(await tab.frame('refused')).toMatchObject({ id: big, code: 'too_large' });
});

test('SIG-1 signals are passed on and never stored; too many are dropped', async () => {
  const { scene, conversation, tab, screen } = await chat();
  const before = await scene.conversation(conversation).state();
  for (let number = 0; number < 50; number++) tab.send({ t: 'preview', text: `preview ${number}` });
  screen.send({ t: 'typing', on: true });
  expect(await tab.frame('typing')).toMatchObject({ by: { kind: 'agent', name: 'Anna' }, on: true });
  await Promise.all([tab.settled(), screen.settled()]);
  const shown = screen.frames.filter((frame) => frame.t === 'preview').length;
  expect(shown).toBeGreaterThan(0);
  expect(shown).toBeLessThan(20);
  expect(await scene.conversation(conversation).state()).toEqual(before);
});
