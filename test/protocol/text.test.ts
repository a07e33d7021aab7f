import {
  AllowedOrigin,
  agentFrames,
  check,
  cleanName,
  CommandId,
  ConversationId,
  decodeFrame,
  Email,
  isBlank,
  isEmail,
  isName,
  isRefusal,
  makeCommandId,
  makeId,
  maxFrameBytes,
  maxTextLength,
  MessageText,
  Name,
  Page,
  PageUrl,
  refusals,
  schemaByType,
  visitorFrames,
} from '#protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const taken = (schema: Parameters<typeof check>[0], value: unknown) => !isRefusal(check(schema, value));

test.each([
  ['a lone high surrogate', 'a\ud83d'],
  ['a lone low surrogate', '\ude00a'],
  ['NUL', 'a\0b'],
  ['nothing', ''],
  ['blanks', ' \n\t\u00a0\u3000'],
  ['zero-width only', '\u200b\u200c\u200d\u2060\ufeff'],
  ['fillers only', '\u3164\u115f\u2800\uffa0'],
  ['bidi controls only', '\u202e\u2066\u2069'],
  ['variation selectors only', '\ufe0f\u{e0100}'],
  ['tags only', '\u{e0020}\u{e007f}'],
  ['one code point too many', 'x'.repeat(maxTextLength + 1)],
  ['a million characters', 'x'.repeat(1_000_000)],
  ['one emoji too many', '😀'.repeat(maxTextLength + 1)],
])('L3 CMD-17: a message of %s is refused', (_, text) => {
  expect(taken(MessageText, text)).toBe(false);
});

test.each([
  ['as many emoji as characters', '😀'.repeat(maxTextLength)],
  ['a family and a flag', '👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
  ['right to left with a mark', 'שלום\u200f עולם'],
  ['combining stacks', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢'],
  ['HTML, as text', '<img src=x onerror=alert(1)>'],
  ['line separators', 'a\u2028b\u2029c'],
  ['ANSI escapes', '\u001b[31mred'],
])('S4 CMD-17: a message of %s is accepted unchanged', (_, text) => {
  expect(check(MessageText, text)).toBe(text);
});

test('CMD-17: any well-formed text that shows something is accepted unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const answer = check(MessageText, text);
      const fits = !text.includes('\0') && text.isWellFormed() && !isBlank(text);
      expect(isRefusal(answer)).toBe(!fits);
      if (fits) expect(answer).toBe(text);
    }),
  );
});

test('SOC-6: the longest text of the most expensive characters still fits in a frame', () => {
  for (const character of ['😀', '\u0001', '"', 'я']) {
    const frame = {
      t: 'message.send',
      id: makeCommandId(0, new Uint8Array(10)),
      text: character.repeat(maxTextLength),
    };
    expect(new TextEncoder().encode(JSON.stringify(frame)).length).toBeLessThan(maxFrameBytes);
  }
});

test('a name loses characters that reorder its surroundings, and equal names become equal', () => {
  expect(cleanName('  A\u202en\u2066na \u200f')).toBe('Anna');
  expect(cleanName('Zoe\u0308')).toBe('Zoë');
  expect(taken(Name, 'two\nlines')).toBe(false);
});

test.each([
  ['A\u200bn\u2060n\ufeffa', 'Anna'],
  ['An\u200dna', 'Anna'],
  ['gnp.\u00adexe\u202e', 'gnp.exe'],
  ['Anna\u{e0041}\u{e0042}', 'Anna'],
  ['Anna \u00a0\t Lee', 'Anna Lee'],
  ['👩🏽\u200d🚀 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥', '👩🏽\u200d🚀 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥'],
  [
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  ],
  ['می\u200cشود', 'می\u200cشود'],
  ['क्\u200dष', 'क्\u200dष'],
  ['👩\u200d', '👩'],
  ['\u200d👩', '👩'],
])(
  'S4 a name %j is stored as %j: invisible characters are removed, joiners of emoji and letters stay',
  (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  },
);

test('S4 a clean name shows no controls, stays well-formed, and cleaning it again changes nothing', () => {
  const unit = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '\u200d',
      '\u200c',
      '\u202e',
      '👩',
      '🏽',
      '\ufe0f',
      'ی',
      '\u0007',
      '\u{e0067}',
      '🏴',
      '\u{e007f}',
    ),
  );
  fc.assert(
    fc.property(fc.array(unit), (units) => {
      const name = cleanName(units.join(''));
      expect(name.replace(/\u{1f3f4}[\u{e0030}-\u{e007a}]+\u{e007f}/gu, '')).not.toMatch(
        /[\p{Cc}\u200b\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]/u,
      );
      expect(name.isWellFormed()).toBe(true);
      expect(cleanName(name)).toBe(name);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['a lone surrogate', 'a\ud83d'],
  ['NUL', 'a\0'],
  ['301 characters', 'x'.repeat(301)],
])('S4 a page’s title with %s is refused', (_, title) => {
  expect(taken(Page, { url: 'https://a.test/', title })).toBe(false);
});

test('S4 a page’s title becomes one line of visible characters, and may be empty', () => {
  const titleOf = (title: string) => check(Page, { url: 'https://a.test/', title });
  expect(titleOf('  Boots\n\u202e \u200bTents\u0007 ')).toEqual({
    url: 'https://a.test/',
    title: 'Boots Tents',
  });
  expect(titleOf('\u200b')).toEqual({ url: 'https://a.test/', title: '' });
});

test.each([
  'a\u202e@b.co',
  'a@b\u200b.co',
  'a@b.c\u00ado',
  'a\u0007@b.co',
  'a\ud800@b.co',
  'a@b.co\u3164',
  'a\u{e0061}@b.co',
])('S4 an email with invisible characters is refused (%j)', (email) => {
  expect(taken(Email, email)).toBe(false);
});

test.each(['a\u0007b', 'a\u0085b', 'a\u2028b', 'a\ud800', '\u200d\u200c'])(
  'S4 a name %j is refused',
  (name) => {
    expect(taken(Name, name)).toBe(false);
  },
);

test.each(['a@b.co', 'first.last+tag@sub.example.org', 'ü@example.de'])('an email %s is valid', (email) => {
  expect(taken(Email, email)).toBe(true);
});
test.each(['a@b', 'a b@c.de', 'a@@b.de', '<a@b.de>', 'a@b.de\r\nBcc: x@y.z', `${'a'.repeat(65)}@b.de`, ''])(
  'an email %j is refused',
  (email) => {
    expect(taken(Email, email)).toBe(false);
  },
);

test.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://a.b', 'http://', '//a.b'])(
  'S4: a page address %s is refused',
  (url) => {
    expect(taken(PageUrl, url)).toBe(false);
  },
);

test.each([
  'https://*.com',
  'https://*.co.uk',
  'http://*.com.ru:8080',
  'https://*.uk',
  'https://shop.example:99999',
  'https://shop.example:65536',
  'https://shop.example:0',
  'https://shop..example',
  'https://*.*.example',
  'https://shop.example/',
  'https://SHOP.example',
  'null',
])('SIT-8 an origin %s is refused', (origin) => {
  expect(taken(AllowedOrigin, origin)).toBe(false);
});

test.each([
  'https://*.shop.example',
  'https://*.shop.co.uk',
  'https://co.uk',
  'https://shop.com:65535',
  'http://localhost:8787',
  'http://*.localhost:8787',
  'http://127.0.0.1:8787',
])('SIT-8 an origin %s is accepted', (origin) => {
  expect(taken(AllowedOrigin, origin)).toBe(true);
});

test('ids name their kind, have at least 128 bits, and are told apart', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 26, maxLength: 26 }), (bytes) => {
      const id = makeId('conversation', bytes);
      expect(taken(ConversationId, id)).toBe(true);
      expect(taken(ConversationId, id.replace('con_', 'vis_'))).toBe(false);
    }),
  );
});

test('CMD-2: a command id is a UUID of version 7 and rises with time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 47 }),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
      (now, bytes) => {
        const id = makeCommandId(now, bytes);
        expect(taken(CommandId, id)).toBe(true);
        expect(id[14]).toBe('7');
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
      },
    ),
  );
});

const visitors = schemaByType(visitorFrames);
const agents = schemaByType(agentFrames);

test('L4: for any input decoding returns a frame or a refusal and never throws', () => {
  const json = fc.json({ maxDepth: 4 });
  const almost = fc
    .tuple(
      fc.constantFrom(...Object.keys({ ...visitorFrames, ...agentFrames })),
      fc.dictionary(fc.string(), fc.jsonValue()),
    )
    .map(([t, rest]) => JSON.stringify({ ...rest, t }));
  fc.assert(
    fc.property(fc.oneof(json, almost, fc.string({ unit: 'binary' })), (data) => {
      const frame = decodeFrame<unknown>(visitors, data);
      if (isRefusal(frame)) expect(refusals[frame.refused]).toBeDefined();
      else expect(Object.keys(visitorFrames)).toContain((frame as { t: string }).t);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a prototype', '{"t":"__proto__"}'],
  ['a constructor', '{"t":"constructor"}'],
  ['no type', '{}'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a number', '1e999'],
  ['nothing', ''],
  ['a field too many', '{"t":"typing","on":true,"as":"agent"}'],
  ['a negative cursor', '{"t":"pull","after":-1}'],
  ['half a cursor', '{"t":"pull","after":1.5}'],
  ['a cursor past all numbers', '{"t":"pull","after":1e300}'],
  ['an agent’s frame', '{"t":"visitor.block","id":"018f0000-0000-7000-8000-000000000000"}'],
  ['deep nesting', `{"t":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
])('L4 SOC-5: a visitor’s frame with %s is refused', (_, data) => {
  expect(decodeFrame<unknown>(visitors, data)).toMatchObject({ refused: 'bad_frame' });
});

test('CMD-3: an agent’s socket refuses frames that only a visitor may send', () => {
  expect(decodeFrame<unknown>(agents, '{"t":"preview","text":"x"}')).toMatchObject({ refused: 'bad_frame' });
});

test('L3 SOC-6: a frame is measured in bytes', () => {
  const frame = (text: string) => JSON.stringify({ t: 'preview', text });
  expect(decodeFrame<unknown>(visitors, frame('я'.repeat(maxFrameBytes / 2)))).toMatchObject({
    refused: 'too_large',
  });
  expect(decodeFrame<unknown>(visitors, 'x'.repeat(maxFrameBytes + 1))).toMatchObject({
    refused: 'too_large',
  });
  expect(decodeFrame<unknown>(visitors, new ArrayBuffer(3))).toMatchObject({ refused: 'bad_frame' });
});

test('REF-3: the refusal of a command carries its id', () => {
  const id = '018f0000-0000-7000-8000-000000000000';
  expect(decodeFrame<unknown>(visitors, JSON.stringify({ t: 'message.send', id, text: ' ' }))).toMatchObject({
    refused: 'bad_frame',
    id,
    field: 'text',
  });
});

test('the predicates for the widget’s frame accept what the schemas accept', () => {
  const parts = fc.array(
    fc.constantFrom('a', '@', '.', 'bc', ' ', '\n', '\0', '\ud83d', '😀', '\u200b', '<', 'x'.repeat(60)),
    { maxLength: 12 },
  );
  const text = fc.oneof(
    parts.map((some) => some.join('')),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.emailAddress(),
  );
  fc.assert(
    fc.property(text, (some) => {
      expect([isName(some), isEmail(some)]).toEqual([taken(Name, some), taken(Email, some)]);
    }),
    { numRuns: 2_000 },
  );
});
