/**
 * The matrix of tenants: every route, called by everybody, with the ids of both accounts. See route-lines.ts.
 */
import { refusals, type RefusalCode } from '#protocol';
import { allRoutes } from '#protocol/routes';
import { beforeAll, expect, test } from 'vitest';
import { lines } from './route-lines.ts';
import { askedRoutes, expected, probe, type AskedRoute } from './routes.ts';
import { newSide, stateOf, strangers, type Principal, type Side, type Things } from './principals.ts';

interface Cell {
  readonly route: AskedRoute;
  readonly who: Principal;
  readonly at: Things;
  readonly of: Things;
  readonly outcome: string;
}

let a: Side;
let b: Side;
let cells: Cell[];
beforeAll(async () => {
  [a, b] = [await newSide('A'), await newSide('B')];
  cells = askedRoutes.flatMap((route) => [
    ...[...a.principals, ...b.principals].flatMap((who) =>
      [a.things, b.things].flatMap((at) =>
        // A visitor's body contains only the id of the site that they are on.
        [a.things, b.things]
          .filter((of) => of === at || (who.user !== undefined && route.line.body !== undefined))
          .map((of) => cell(route, who, at, of)),
      ),
    ),
    ...strangers.map((who) => cell(route, who, a.things, a.things)),
  ]);
});

function cell(route: AskedRoute, who: Principal, at: Things, of: Things): Cell {
  return { route, who, at, of, outcome: expected(route, who, at, of) };
}

const title = ({ route, who, at, of }: Cell) => {
  const whose = (things: Things) => (things.account === who.account ? 'own' : 'foreign');
  return `${route.address} by ${who.name}, address ${whose(at)}, body ${whose(of)}`;
};

const isOut = ({ kind }: Principal) => kind === 'deleted user' || kind === 'signed-out user';
const wordsOf = ({ inside, topic, chat }: Side) => [inside, topic, chat];

/** The words of either account that this principal must not learn. */
function leaks(text: string, who: Principal | undefined): string[] {
  const knows = [a, b].flatMap((side) => {
    if (who === undefined || isOut(who) || who.account !== side.things.account) return [];
    if (who.visitor === undefined) return wordsOf(side);
    return who.visitor.id === side.things.visitor ? [side.topic, side.chat] : [];
  });
  return [a, b].flatMap(wordsOf).filter((word) => text.includes(word) && !knows.includes(word));
}

test('S1 every route has its line, and declares the right that the line expects', () => {
  const addresses = allRoutes.map(({ address }) => address);
  const untested = addresses.filter((address) => !(address in lines));
  const gone = Object.keys(lines).filter((address) => !addresses.includes(address));
  expect({ untested, gone }).toEqual({ untested: [], gone: [] });
  const rights = Object.fromEntries(askedRoutes.map(({ address, right }) => [address, right]));
  expect(rights).toEqual(
    Object.fromEntries(Object.entries(lines).map(([address, { right }]) => [address, right])),
  );
});

const differences: string[] = [];
const leaked: string[] = [];

test('S1 a call without the right is refused with the right code, learns nothing, and changes nothing', async () => {
  const before = [await stateOf(a), await stateOf(b)];
  const denied = cells.filter(({ outcome }) => outcome !== 'through');
  for (const cell of denied) {
    const { route, who, at, of, outcome } = cell;
    const found = await probe(route, who.credential, at, of);
    const status = route.socket && found.status === 101 ? 101 : refusals[outcome as RefusalCode][0];
    if (found.outcome !== outcome || found.status !== status)
      differences.push(`${title(cell)}: ${found.status} ${found.outcome}, not ${outcome}`);
    leaked.push(...leaks(found.text, undefined).map((word) => `${title(cell)}: ${word}`));
    if (found.cookies.length > 0) differences.push(`${title(cell)}: sets a cookie`);
  }
  expect(differences).toEqual([]);
  expect(leaked).toEqual([]);
  expect([await stateOf(a), await stateOf(b)]).toEqual(before);
}, 300_000);

test('S1 a permitted call that names only the other account’s ids finds and changes nothing of that account', async () => {
  for (const [mine, theirs] of [
    [b, a],
    [a, b],
  ] as const) {
    const before = await stateOf(theirs);
    const through = cells
      .filter(({ who, at, of, outcome }) => outcome === 'through' && isForeign(who, mine, [at, of]))
      .sort((one, other) => Number(one.route.method !== 'GET') - Number(other.route.method !== 'GET'));
    for (const cell of through) await pass(cell);
    expect(await stateOf(theirs)).toEqual(before);
  }
  expect({ differences, leaked }).toEqual({ differences: [], leaked: [] });
}, 300_000);

function isForeign(who: Principal, mine: Side, named: Things[]): boolean {
  const { account } = mine.things;
  return who.account === account && named.some((things) => things.account !== account);
}

const shown = new Set<string>();

/** True if a call may change the thing that it names. */
const changesOne = ({ route, who, at }: Cell) =>
  route.byId && route.method !== 'GET' && who.user !== undefined && who.account === at.account;

/**
 * Lets one through, with a session of its own, because some routes end it; and with a thing of its own if the call
 * changes it.
 */
async function pass(cell: Cell): Promise<void> {
  const { route, who } = cell;
  const credential = await who.fresh();
  const side = who.account === a.things.account ? a : b;
  const at = changesOne(cell) && !route.line.personal ? await side.newThings() : cell.at;
  const of = cell.of === cell.at ? at : cell.of;
  const own = route.line.personal ? { ...at, session: credential.session ?? '' } : at;
  const found = await probe(route, credential, own, of);
  if (found.outcome !== 'through') differences.push(`${title(cell)}: ${found.status} ${found.text}`);
  leaked.push(...leaks(found.text, who).map((word) => `${title(cell)}: ${word} in ${found.text}`));
  if (wordsOf(a).some((word) => found.text.includes(word))) shown.add(route.address);
}

/** Routes whose answers contain no names. */
const wordless = [
  'GET /api/account/files',
  'GET /api/audit',
  // Of no response: see their lines.
  'GET /api/canned/files/:file',
  'GET /api/canned/files/:file/thumbnail',
  'GET /api/conversations/:id/decisions',
  'GET /api/conversations/:id/earlier',
  'GET /api/conversations/:id/files/:file/thumbnail',
  // Of a user who has none: see its line.
  'GET /api/files/:file',
  'GET /api/widget/conversations/:id/files/:file/thumbnail',
  'GET /api/forums/:forum/uses',
  'GET /api/me/sessions',
];

test('S1 a permitted call gets through, and sees its own account', async () => {
  const through = cells.filter(
    ({ who, at, of, outcome }) => outcome === 'through' && !isForeign(who, a, [at, of]) && at === a.things,
  );
  // After signing out a visitor can use no other route.
  const last = ({ route }: Cell) => Number(route.address === 'DELETE /api/widget/session');
  through.sort((one, other) => last(one) - last(other));
  for (const cell of through.filter(({ who }) => who.account !== b.things.account)) await pass(cell);
  const personal = askedRoutes.filter(({ line }) => line.personal);
  for (const route of personal)
    for (const who of a.principals.filter(({ kind }) => kind === 'agent' || kind === 'administrator'))
      await pass(cell(route, who, { ...a.things, user: who.user ?? '' }, a.things));
  expect({ differences, leaked }).toEqual({ differences: [], leaked: [] });
  // The words are present in answers: without them a leak would go unnoticed.
  const telling = askedRoutes.filter(({ method, right }) => method === 'GET' && right !== 'anybody');
  const silent = telling.map(({ address }) => address).filter((address) => !shown.has(address));
  expect(silent.sort()).toEqual(wordless.sort());

  const denials = cells.filter(({ outcome }) => outcome !== 'through').length;
  const untested = allRoutes.length - askedRoutes.length;
  console.log(
    `S1 cells ${cells.length}, denials ${denials}, leaks ${leaked.length}, untested routes ${untested}`,
  );
}, 300_000);
