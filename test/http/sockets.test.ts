/** Sockets admit the same principals as HTTP, and accept only the frames in the table. */
import { AgentClientFrame, agentFrames, visitorFrames } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { moveClock, newScene, openTab, taken, uuid, type Frame, type Tab } from '../actors/scene.ts';
import { insertUser, signInOf } from '../actors/sign-in.ts';
import { bearer, env, id, type Call } from './client.ts';
import { askedRoutes, probe } from './routes.ts';
import { newSide, strangers, type Credential, type Side } from './principals.ts';

/** For each socket, the HTTP route that admits the same principals. */
const twins: Readonly<Record<string, string>> = {
  'GET /api/agent/socket': 'GET /api/me',
  'GET /api/floor/socket': 'POST /api/conversations/:id/take',
  'GET /api/conversations/:id/socket': 'POST /api/conversations/:id/take',
  'GET /api/widget/lobby/socket': 'GET /api/widget/config',
  'GET /api/widget/conversations/:id/socket': 'GET /api/widget/conversations/:id/entries',
};

let a: Side;
let b: Side;
beforeAll(async () => {
  [a, b] = [await newSide('A'), await newSide('B')];
});

interface Asker {
  readonly name: string;
  readonly credential: Credential;
  readonly account?: string | undefined;
  readonly more?: Partial<Call>;
}

/** A user of A who may sign in only from 10.0.0.0/8. */
async function limited(): Promise<Credential> {
  const { account } = a.things;
  const user = id('user');
  await insertUser(env, { account, id: user, name: 'Limited', roles: ['supervisor'] });
  await env.DB.prepare('UPDATE users SET ip_rules = ? WHERE id = ?').bind('["10.0.0.0/8"]', user).run();
  const { session, secret } = await signInOf(env, account, user);
  return { cookie: `__Host-parley=${account}.${user}.${session}.${secret}` };
}

const from = (address: string): Partial<Call> => ({
  env: { BEHIND_CLOUDFLARE: 'true' },
  headers: { 'CF-Connecting-IP': address },
});

function spoilt({ cookie = '' }: Credential, token: string): Asker[] {
  const ways: [string, (text: string) => string][] = [
    ['cut short', (text) => text.slice(0, -1)],
    ['with another secret', (text) => text.slice(0, -43) + 'A'.repeat(43)],
    ['with a part too many', (text) => `${text}.x`],
    ['with the account of B', (text) => text.replace(a.things.account, b.things.account)],
  ];
  return ways.flatMap(([name, spoil]) => [
    { name: `a cookie ${name}`, credential: { cookie: spoil(cookie) } },
    { name: `a token ${name}`, credential: { headers: bearer(spoil(token)) } },
  ]);
}

let cells = 0;

/** The differences between a socket and its twin. */
async function differences({ name, credential, account, more }: Asker): Promise<string[]> {
  const found = [];
  for (const [socket, twin] of Object.entries(twins)) {
    const [one, other] = [socket, twin].map((address) =>
      askedRoutes.find((route) => route.address === address),
    );
    if (!one || !other) throw new Error(`no route ${socket} or ${twin}`);
    // The floor has no id in its path: it is the floor of the caller's account.
    const { things } = !one.byId && account === b.things.account ? b : a;
    const words = [await probe(one, credential, things, things, more)];
    words.push(await probe(other, credential, things, things, more));
    // Taking one's own conversation may be too late, which is no matter of rights.
    const [bySocket, byHttp] = words.map(({ status, outcome }) => (status === 409 ? 'through' : outcome));
    cells++;
    if (bySocket !== byHttp) found.push(`${name} at ${socket}: ${bySocket}, by HTTP ${byHttp}`);
    const [word, said] = words;
    if (bySocket !== 'through' && word?.status !== 101 && word?.text !== said?.text)
      found.push(`${name} at ${socket}: ${word?.text}, by HTTP ${said?.text}`);
  }
  return found;
}

test('S2 a socket admits the same principals as HTTP, and refuses the others with the same code', async () => {
  expect(askedRoutes.filter(({ socket }) => socket).map(({ address }) => address)).toEqual(
    expect.arrayContaining(Object.keys(twins)),
  );
  expect(Object.keys(twins)).toHaveLength(askedRoutes.filter(({ socket }) => socket).length);
  const rules = await limited();
  const agent = a.principals.find(({ kind }) => kind === 'agent')?.credential ?? {};
  const { account } = a.things;
  const askers: Asker[] = [
    ...[...a.principals, ...b.principals, ...strangers],
    ...spoilt(agent, a.things.token),
    { name: 'from an address outside', credential: rules, account, more: from('11.0.0.1') },
    { name: 'from an address that nobody knows', credential: rules, account },
    { name: 'from an address inside', credential: rules, account, more: from('10.1.2.3') },
  ];
  const found = [];
  for (const asker of askers) found.push(...(await differences(asker)));
  expect(found).toEqual([]);
  // A session expires, a visitor's credential does not within this time.
  moveClock().by(8 * 86_400_000);
  for (const { name, ...who } of a.principals)
    found.push(...(await differences({ ...who, name: `${name}, a week later` })));
  expect(found).toEqual([]);
  const desk = askedRoutes.find(({ address }) => address === 'GET /api/agent/socket');
  if (desk) expect((await probe(desk, agent, a.things, a.things)).outcome).toBe('signed_out');
  console.log(`S2 cells ${cells}, differences ${found.length}`);
});

type Column = 'visitor' | 'owner' | 'colleague' | 'supervisor' | 'desk';
const columns: readonly Column[] = ['visitor', 'owner', 'colleague', 'supervisor', 'desk'];

const bad = 'bad_frame';
const command = () => ({ id: uuid() });
/** For each frame of any socket: an example, and its outcome from each sender. `told`: passed on to the others. */
const frames: Readonly<Record<string, [() => object, Record<Column, string>]>> = {
  hello: [() => ({ v: 1 }), row('welcome', 'welcome', 'welcome', 'welcome', bad)],
  pull: [() => ({ before: 2, limit: 1 }), row('range', 'range', 'range', 'range', bad)],
  mark: [() => ({ delivered: 3, read: 3 }), row('told', 'told', 'nothing', 'nothing', bad)],
  typing: [() => ({ on: true }), row('told', 'told', 'nothing', 'nothing', bad)],
  'message.send': [
    () => ({ ...command(), text: 'Hi' }),
    row('entry', 'entry', 'not_owner', 'not_owner', bad),
  ],
  // The visitor's message: nobody edits the words of another.
  'message.edit': [
    () => ({ ...command(), target: 2, text: 'Hello' }),
    row('entry', 'forbidden', 'forbidden', 'forbidden', bad),
  ],
  'message.delete': [
    () => ({ ...command(), target: 2 }),
    row('entry', 'forbidden', 'forbidden', 'entry', bad),
  ],
  'conversation.close': [command, row('entry', 'entry', 'not_owner', 'not_owner', bad)],
  'conversation.return': [command, row(bad, 'entry', 'not_owner', 'not_owner', bad)],
  'visitor.block': [command, row(bad, 'entry', 'not_owner', 'not_owner', bad)],
  'note.add': [() => ({ ...command(), text: 'A reseller' }), row(bad, 'entry', 'entry', 'entry', bad)],
  'stage.set': [
    () => ({ ...command(), stage: 'in_progress' }),
    row(bad, 'entry', 'not_owner', 'not_owner', bad),
  ],
  // The conversation has no codes: setting none changes nothing.
  'codes.set': [() => ({ ...command(), codes: [] }), row(bad, 'nothing', 'not_owner', 'nothing', bad)],
  'mentions.see': [() => ({ conversation: id('conversation'), upTo: 2 }), row(bad, bad, bad, bad, 'nothing')],
  preview: [() => ({ text: 'Hel' }), row('told', bad, bad, bad, bad)],
  'visitor.identify': [() => ({ ...command(), name: 'Zoë' }), row('entry', bad, bad, bad, bad)],
  'conversation.defer': [command, row('already_taken', bad, bad, bad, bad)],
  'conversation.resume': [command, row('nothing', bad, bad, bad, bad)],
  'draft.save': [() => ({ conversation: id('conversation'), text: 'x' }), row(bad, bad, bad, bad, 'told')],
  'note.draft.save': [
    () => ({ conversation: id('conversation'), text: 'x' }),
    row(bad, bad, bad, bad, 'told'),
  ],
  'status.set': [() => ({ ...command(), status: 'offline' }), row(bad, bad, bad, bad, 'told')],
};

function row(...outcomes: [string, string, string, string, string]): Record<Column, string> {
  return Object.fromEntries(columns.map((column, i) => [column, outcomes[i]])) as Record<Column, string>;
}

test('S2 every frame that a socket accepts has its line', () => {
  const known = [
    ...Object.keys(visitorFrames),
    ...Object.keys(agentFrames),
    ...AgentClientFrame.options.map(({ entries }) => entries.t.literal),
  ];
  expect(Object.keys(frames).sort()).toEqual([...new Set(known)].sort());
});

/** A conversation with a tab of each participant, and for each the tabs of the others. */
async function everybody(): Promise<Record<Column, { tab: Tab; others: Tab }>> {
  const scene = newScene({ editMinutes: 15 });
  const visitor = await scene.visitor();
  const { conversation } = await visitor.say('Hello');
  const owner = await scene.agent('Anna');
  const colleague = await scene.agent('Ben');
  await taken(owner, conversation);
  const supervisor = { ...colleague.principal, roles: ['supervisor'] as const };
  const watching = await openTab(scene.conversation(conversation), supervisor);
  watching.send({ t: 'hello', v: 1 });
  await watching.frame('range');
  const theirs = await visitor.attach(conversation);
  const mine = await owner.attach(conversation);
  const [desk, otherDesk] = [await owner.desk(), await owner.desk()];
  const tabs = {
    visitor: { tab: theirs, others: mine },
    owner: { tab: mine, others: theirs },
    colleague: { tab: await colleague.attach(conversation), others: theirs },
    supervisor: { tab: watching, others: theirs },
    desk: { tab: desk, others: otherDesk },
  };
  for (const { tab } of Object.values(tabs).slice(0, 4)) {
    await tab.settled();
    tab.reporting = false;
  }
  for (const { tab } of Object.values(tabs).slice(0, 4)) await tab.settled();
  return tabs;
}

/** Waits until everything that was sent before has been handled, and its effects have arrived. */
async function settled(column: Column, tab: Tab): Promise<void> {
  if (column !== 'desk') return tab.settled();
  const mark = uuid().slice(0, 20);
  tab.send({ t: 'status.set', id: mark });
  await tab.frame('refused', ({ id }) => id === mark);
}

const isSignal = ({ t }: Frame) =>
  ['marks', 'typing', 'preview', 'draft', 'note.draft', 'status'].includes(t);

async function outcomeOf(column: Column, t: string, frame: object, expected: string): Promise<string> {
  const { tab, others } = (await everybody())[column];
  const seen = [tab.frames.length, others.frames.length] as const;
  tab.send({ t, ...frame });
  await settled(column, tab);
  await settled(column, others);
  // Signals are coalesced: this one may wait for the interval of an earlier one.
  if (expected === 'told') await others.until(() => others.frames.slice(seen[1]).some(isSignal));
  const own = tab.frames.slice(seen[0]);
  const id = 'id' in frame ? frame.id : undefined;
  const refused = own.find((each) => each.t === 'refused' && (each['id'] === id || each['id'] === undefined));
  if (refused) return String(refused['code']);
  const entries = own.flatMap((each) => (each['entries'] ?? []) as Frame[]);
  if (id !== undefined && entries.some((entry) => entry['id'] === id)) return 'entry';
  if (others.frames.slice(seen[1]).some(isSignal)) return 'told';
  const answered = own.find((each) => each.t === 'welcome' || (each.t === 'range' && each['upTo'] !== 0));
  return answered?.t ?? 'nothing';
}

test.each(Object.entries(frames))(
  'S2 the frame %s has the outcome of the table, from every sender',
  async (t, [make, outcomes]) => {
    const found = await Promise.all(columns.map((column) => outcomeOf(column, t, make(), outcomes[column])));
    expect(row(...(found as Parameters<typeof row>))).toEqual(outcomes);
  },
);

test('S2 the floor accepts no frame', async () => {
  const agent = await newScene().agent();
  for (const [t, [make]] of Object.entries(frames)) {
    const tab = await agent.floor();
    tab.send({ t, ...make() });
    await eventually(() => expect(tab.closed?.code).toBe(4400));
  }
});
