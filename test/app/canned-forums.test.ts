/** The canned responses of a tab: what is loaded, and when it is loaded again. */
import { refuse, type CannedResponse, type Forum, type ForumFile, type Refusal } from '#protocol';
import { expect, test } from 'vitest';
import { Forums } from '../../app/src/lib/canned/forums.svelte.ts';
import { Recent } from '../../app/src/lib/canned/recent.svelte.ts';
import { indexed } from '#domain/canned/match';

const response = (id: string, version = 1): CannedResponse => ({
  ...{ id, key: id, question: '', answer: `Answer ${id}`, version },
});
const forum = (id: string, change: Partial<Forum> = {}): Forum => ({
  ...{ id, title: id, campaigns: null, version: 1, count: 1 },
  ...change,
});
const own = forum('for_own', { title: '', own: true, version: 0, count: 0 });
const sales = 'cam_sales';

/** A server and a clock that the test moves. Requests are answered at once, or with the next refusals. */
function scene() {
  const server = {
    forums: [
      own,
      forum('for_all'),
      forum('for_sales', { campaigns: [sales] }),
      forum('for_other', { campaigns: [] }),
    ],
    files: new Map<string, CannedResponse[]>([
      ['for_own', []],
      ['for_all', [response('hello')]],
      ['for_sales', [response('price')]],
      ['for_other', [response('other')]],
    ]),
    refusals: [] as Refusal[],
    asked: [] as string[],
  };
  const timers: { at: number; task: () => void }[] = [];
  let now = 0;
  const answer = <T>(what: string, value: () => T): Promise<T | Refusal> => {
    server.asked.push(what);
    return Promise.resolve(server.refusals.shift() ?? value());
  };
  const forums = new Forums({
    list: () => answer('list', () => ({ forums: server.forums })),
    file: (id) =>
      answer(id, (): ForumFile | Refusal => {
        const found = server.forums.find((each) => each.id === id);
        if (!found) return refuse('not_found');
        return { forum: id, version: found.version, responses: server.files.get(id) ?? [] };
      }),
    later: (ms, task) => {
      const timer = { at: now + ms, task };
      timers.push(timer);
      return () => void timers.splice(0, timers.length, ...timers.filter((each) => each !== timer));
    },
    breathe: () => Promise.resolve(),
  });
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return {
    server,
    forums,
    settle,
    /** A change of a forum, which the socket reports. */
    change(id: string, responses: CannedResponse[]) {
      const version = (server.forums.find((each) => each.id === id)?.version ?? 0) + 1;
      server.forums = server.forums.map((each) => (each.id === id ? { ...each, version } : each));
      server.files.set(id, responses);
      return version;
    },
    asked: () => server.asked.splice(0),
    async pass(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.task();
      }
      await settle();
    },
    keys: () => forums.responses(forums.of(sales)).map(({ key }) => key),
  };
}

test('F76 a chat loads its campaign’s forums and the own one, each once, and others when they are wanted', async () => {
  const { forums, asked, keys, settle } = scene();
  expect([forums.listed, asked()]).toEqual(['loading', []]);
  forums.serve(sales);
  forums.serve(sales);
  await settle();
  // The own forum is not stored yet.
  expect(asked()).toEqual(['list', 'for_all', 'for_sales']);
  expect(forums.of(sales).map(({ id }) => id)).toEqual(['for_own', 'for_all', 'for_sales']);
  expect([forums.listed, forums.stateOf(forums.of(sales)), keys()]).toEqual([
    ...['ready', 'ready'],
    ['hello', 'price'],
  ]);
  const [other] = forums.list.filter(({ id }) => id === 'for_other');
  expect(forums.stateOf(other ? [other] : [])).toBe('loading');
  if (other) forums.want(other);
  await settle();
  expect(asked()).toEqual(['for_other']);
  expect(forums.responses(other ? [other] : []).map(({ key }) => key)).toEqual(['other']);
});

test('FLR-23 reported changes are loaded together, and only the changed responses are indexed again', async () => {
  const { forums, asked, keys, settle, pass, change } = scene();
  forums.serve(sales);
  await settle();
  asked();
  const [before] = forums.responses(forums.of(sales));
  change('for_all', [response('hello'), response('bye')]);
  forums.changed({ forum: 'for_all', version: change('for_all', [response('hello'), response('thanks')]) });
  forums.changed({ forum: 'for_own', version: change('for_own', [response('mine')]) });
  expect(asked()).toEqual([]);
  await pass(1_000);
  expect(asked()).toEqual(['list', 'for_own', 'for_all']);
  expect(keys()).toEqual(['mine', 'hello', 'thanks', 'price']);
  expect(forums.responses(forums.of(sales))[1]).toBe(before);
});

test('FLR-23 a removed forum disappears at once, and returns when it is restored', async () => {
  const { forums, server, asked, keys, settle, pass } = scene();
  forums.serve(sales);
  await settle();
  const all = server.forums;
  server.forums = all.filter(({ id }) => id !== 'for_all');
  forums.changed({ forum: 'for_all', version: null });
  expect(keys()).toEqual(['price']);
  await pass(1_000);
  expect(keys()).toEqual(['price']);
  server.forums = all.map((each) => (each.id === 'for_all' ? { ...each, version: 3 } : each));
  asked();
  forums.changed({ forum: 'for_all', version: 3 });
  await pass(1_000);
  expect([asked(), keys()]).toEqual([
    ['list', 'for_all'],
    ['hello', 'price'],
  ]);
});

test('F76 after a reconnect the versions are compared, and only changed forums are loaded', async () => {
  const { forums, asked, keys, settle, change } = scene();
  forums.reconnected();
  expect(asked()).toEqual([]);
  forums.serve(sales);
  await settle();
  asked();
  change('for_sales', [response('price', 2), response('sale')]);
  forums.reconnected();
  await settle();
  expect([asked(), keys()]).toEqual([
    ['list', 'for_sales'],
    ['hello', 'price', 'sale'],
  ]);
  forums.reconnected();
  await settle();
  expect(asked()).toEqual(['list']);
});

test('F76 failed requests are repeated after growing pauses, or at once by hand', async () => {
  const { forums, server, asked, keys, settle, pass } = scene();
  server.refusals = [refuse('unavailable'), refuse('internal')];
  forums.serve(sales);
  await settle();
  expect([forums.listed, asked()]).toEqual(['failed', ['list']]);
  await pass(1_000);
  expect([forums.listed, asked()]).toEqual(['failed', ['list']]);
  await pass(1_000);
  expect(asked()).toEqual([]);
  server.refusals = [];
  await pass(1_000);
  expect([forums.listed, asked(), keys()]).toEqual([
    ...['ready', ['list', 'for_all', 'for_sales']],
    ['hello', 'price'],
  ]);
  const [other] = forums.list.filter(({ id }) => id === 'for_other');
  server.refusals = [refuse('unavailable')];
  if (other) forums.want(other);
  await settle();
  expect(forums.stateOf(other ? [other] : [])).toBe('failed');
  forums.retry();
  await settle();
  expect(forums.stateOf(other ? [other] : [])).toBe('ready');
});

test('F76 a list or a file that is older than the report is loaded again', async () => {
  const { forums, asked, keys, settle, pass, change } = scene();
  forums.serve(sales);
  await settle();
  asked();
  forums.changed({ forum: 'for_all', version: 2 });
  await pass(1_000);
  expect(asked()).toEqual(['list']);
  change('for_all', [response('new')]);
  await pass(1_000);
  expect([asked(), keys()]).toEqual([
    ['list', 'for_all'],
    ['new', 'price'],
  ]);
});

test('F77 the responses used last are listed first', () => {
  const all = ['a', 'b', 'c'].map((id) => indexed(response(id)));
  const recent = new Recent('parley.canned.usr_1');
  const order = (of: Recent) => of.first(all).map(({ response: { id } }) => id);
  expect(order(recent)).toEqual(['a', 'b', 'c']);
  for (const id of ['b', 'c', 'gone', 'b']) recent.used(id);
  expect(order(recent)).toEqual(['b', 'c', 'a']);
  expect(order(new Recent('parley.canned.usr_1'))).toEqual(['b', 'c', 'a']);
  expect(order(new Recent('parley.canned.usr_2'))).toEqual(['a', 'b', 'c']);
});
