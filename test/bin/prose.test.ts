import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../bin/prose.mjs';

const begins = (place: string, word: string) =>
  `${place}: a sentence begins with “${word}”; name its subject`;

describe('a sentence that begins with a pronoun is a fault', () => {
  test.each([
    ['a.ts', '// Who waits is served.', begins('a.ts:1', 'Who')],
    ['a.ts', 'const x = 1; // what it is', begins('a.ts:1', 'what')],
    ['a.ts', '// Agents answer.\n// They close chats. What they close\n// stays.', begins('a.ts:2', 'What')],
    ['a.ts', '/**\n * Closes a chat.\n * @param {string} id whose chat\n */', begins('a.ts:3', 'whose')],
    ['a.ts', '/** Assigns.\n *\n * Somebody takes it. */', begins('a.ts:3', 'Somebody')],
    ['a.ts', 'const text = `${/* Whoever asks */ name}`;', begins('a.ts:1', 'Whoever')],
    ['a.mjs', '// One is enough.', begins('a.mjs:1', 'One')],
    ['a.mjs', '// The user’s actor. “Whose sessions end?”', begins('a.mjs:1', 'Whose')],
    ['a.test.ts', "test('F16 who waits is told', () => {});", begins('a.test.ts:1', 'who')],
    [
      'a.test.ts',
      "describe.concurrent('S2, CMD-15: Nobody sees it', () => {});",
      begins('a.test.ts:1', 'Nobody'),
    ],
    ['a.test.ts', 'test.each([[1]])(\n  `what ${1} does`,\n  () => {},\n);', begins('a.test.ts:2', 'what')],
    ['a.svelte', '<script>\n  // Those who wait.\n</script>', begins('a.svelte:2', 'Those who')],
    ['a.svelte', '<p>Who?</p>\n<!-- Whom to ask. -->', begins('a.svelte:2', 'Whom')],
    ['a.svelte', '<p>\n  {/* What is shown. */ name}\n</p>', begins('a.svelte:2', 'What')],
    [
      'a.svelte',
      '<style>\n  /* What is red. */\n  p { color: red; }\n</style>',
      begins('a.svelte:2', 'What'),
    ],
    ['a.toml', 'a = "#1"\n# What it is.', begins('a.toml:2', 'What')],
    ['a.md', '# Chats\n\n## What it is', begins('a.md:3', 'What')],
    ['a.md', 'A chat.\n\n- an agent\n- **whoever** asks', begins('a.md:4', 'whoever')],
    ['a.md', '| what | limit |\n| ---- | ----- |', begins('a.md:1', 'what')],
  ])('%s: %s', (file, source, fault) => {
    expect(faultsOf(file, source)).toEqual([fault]);
  });
});

test('strings, code, numbers and words within a sentence are no faults', () => {
  const files: [string, string][] = [
    ['a.ts', "const text = '// Who waits';\nconst pattern = /\\/\\/ What/;\nconst url = `http://who.test`;"],
    ['a.ts', '// One row per message. One step decides, e.g. what to keep: whatever fits.'],
    ['a.ts', '/** `Who` is a type. @param {Who} who the agent */'],
    [
      'a.test.ts',
      "expect('What it is');\npattern.test('Who waits');\ntest('I3 an agent who left', () => {});",
    ],
    ['a.svelte', '<p title="Who waits">What is it?</p>'],
    ['a.toml', "a = \"# Who waits\"\nb = '''\n# What\n'''"],
    [
      'a.md',
      '```\n// Who waits\n```\n\n    Who waits\n\nAn agent [who](https://who.test/?a=.%20What) left. `What` is code.',
    ],
  ];
  expect(files.flatMap(([file, source]) => faultsOf(file, source))).toEqual([]);
});

test('a comment ends before column 121, and a line of Markdown before column 141', () => {
  const wide = (length: number) => 'x'.repeat(length);
  expect(faultsOf('a.ts', `// ${wide(117)}\n// ${wide(118)}\ncall('${wide(130)}');`)).toEqual([
    'a.ts:2: the line is wider than 120 columns',
  ]);
  expect(
    faultsOf('a.md', `${wide(140)}\n${wide(141)}\n\n| ${wide(150)} |\n\n\`\`\`\n${wide(150)}\n\`\`\``),
  ).toEqual(['a.md:2: the line is wider than 140 columns']);
});
