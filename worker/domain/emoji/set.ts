/**
 * The set of emoji that a grid offers, in groups. `bin/emoji.mjs` reduces the data of Unicode to two texts, which this
 * module reads: the grid, common to all languages, and the names in one language.
 */

/** In the order of Unicode. Parts of emoji, such as hair, are in no group. */
export const groups = [
  'smileys',
  'people',
  'animals',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;
export type Group = (typeof groups)[number];

export interface Emoji {
  readonly text: string;
  readonly name: string;
  /** Further words by which it is found, separated by spaces. */
  readonly tags: string;
  /** The version of Unicode's emoji that has it; 0 for those that every font has. */
  readonly since: number;
  /** The same for its skin tones; null if it has none. */
  readonly tonesSince: number | null;
}

export type EmojiSet = Readonly<Record<Group, readonly Emoji[]>>;

/** Emoji of this version and older ones are in the fonts of every browser that runs the app. */
export const oldestVersion = 12;

/** A line for each group: emoji separated by spaces, with `*` for skin tones and `~` before a newer version. */
const item = /^(?<text>[^*~]+|[*]\ufe0f?\u20e3)(?<tones>[*](?<tonesSince>[\d.]*))?(?:~(?<since>[\d.]+))?$/u;

/** Reads the two texts. Each line of `names` is a name, with its tags after `|`. */
export function readSet(grid: string, names: string): EmojiSet {
  const lines = names.split('\n');
  let next = 0;
  const list = grid.split('\n').map((line) =>
    line.split(' ').map((part): Emoji => {
      const found = item.exec(part)?.groups;
      const [name = '', tags = ''] = lines[next++]?.split('|') ?? [];
      return {
        ...{ text: found?.['text'] ?? part, name, tags },
        since: Number(found?.['since'] ?? 0),
        tonesSince: found?.['tones'] ? Number(found['tonesSince']) : null,
      };
    }),
  );
  return Object.fromEntries(groups.map((group, index) => [group, list[index] ?? []])) as Record<
    Group,
    Emoji[]
  >;
}

/** The emoji that a browser draws. `version`: the newest that it has. `flags`: it has flags of countries. */
export interface Drawn {
  readonly version: number;
  readonly flags: boolean;
}

/** Flags of countries are two letters; those of their parts end with a tag. */
const country = /^\p{Regional_Indicator}|\u{e007f}$/u;

export function isDrawn({ since, text }: Pick<Emoji, 'since' | 'text'>, { version, flags }: Drawn): boolean {
  return since <= version && (flags || !country.test(text));
}

/** An emoji for each version, to test whether a browser draws it; the newest first. */
const samples: readonly (readonly [number, string])[] = [
  [17, '🫪'],
  [16, '🫩'],
  // Each is several characters that a font has to join.
  [15.1, '🐦‍🔥'],
  [15, '🫨'],
  [14, '🫠'],
  [13.1, '😮‍💨'],
  [13, '🥲'],
];

/**
 * Finds the emoji that a browser draws. `draws` tests one of them: in colours, and as one sign. A browser without any
 * emoji in colours has a font that cannot be tested; it gets those that most fonts have.
 */
export function drawnBy(draws: (emoji: string) => boolean): Drawn {
  if (!draws('😀')) return { version: oldestVersion, flags: true };
  const newest = samples.find(([, emoji]) => draws(emoji));
  return { version: newest?.[0] ?? oldestVersion, flags: draws('🇫🇷') };
}
