/**
 * Data folders of earlier versions, opened by today's code: all data is unchanged, and chats continue.
 * test/fixtures/README.md describes how the folders are recorded.
 */
import { entryForVisitor, stateForVisitor } from '#domain/conversation/redaction';
import { isRefusal, type DecisionsList, type Entry, type Range } from '#protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedAlarms, storedConversations, storedHistory } from '../faults/stored.ts';
import { codeOf, comeBack, password, type Cast } from '../fixtures/cast.ts';
import { guessed } from '../fixtures/company.ts';
import { aliasIn, asToday } from '../fixtures/differences.ts';
import { recordedVersions } from '../fixtures/folder.ts';
import { tokenOf } from '../fixtures/outside.ts';
import { look, type Seen, type SeenConversation } from '../fixtures/seen.ts';
import { done, fetchWith, readLog, signIn } from '../fixtures/wire.ts';
import type { Floor } from '../helpers/people.ts';
import { openFixture, projections, throttlesKept, type Opened } from './opened.ts';

/** The longest acceptable wait on a machine with both cores busy, in milliseconds. */
const patience = { timeout: 20_000, interval: 50 };
const hour = 3_600_000;

describe.each(recordedVersions())('a data folder of %s', (version) => {
  let opened: Opened;
  let base: string;
  let cast: Cast;
  const chat = (name: string) => opened.expected.chats[name] as string;
  const seenOf = (name: string) =>
    Object.values(opened.expected.seen.accounts).flatMap(
      ({ conversations }) => conversations[chat(name)] ?? [],
    )[0] as SeenConversation;

  beforeAll(async () => {
    opened = await openFixture(version);
    base = opened.address.url;
    const { users, visitors } = opened.expected.people;
    cast = await comeBack(base, users, visitors).catch((error: unknown) => {
      throw new Error(`nobody could come back; the server said: ${opened.printed()}`, { cause: error });
    });
  });
  afterAll(async () => {
    cast?.end();
    await opened?.close();
  });

  test('shows every client the same view as before: logs to the byte, states, owners, positions, marks, settings, sessions', async () => {
    const { people, seenAt, seen } = opened.expected;
    const today = asToday(seen);
    // Woken conversations and agents send data to the floor that earlier versions did not send.
    const floors = () => ['admin', 'olga'].map((name) => outlineOf(cast.worker(name).floor));
    const told = Object.values(today.accounts).map(({ floor: { rows, agents } }) =>
      outlineOf({ rows: byId(rows), agents: byId(agents) }),
    );
    await expect.poll(floors, patience).toEqual(told);
    // Through JSON, like the expected value.
    const now = JSON.parse(JSON.stringify(await look(base, people, seenAt))) as Seen;
    expect(now).toEqual(today);
    expect(logsOf(now)).toEqual(logsOf(seen));
  });

  test('OPR-4 a rebuild gives the same history and time table, and adds entries that were not archived yet', async () => {
    const before = projections(opened.dataDir);
    for (const account of new Set(Object.values(opened.expected.people.users).map((user) => user.account))) {
      for (let after: string | null | undefined; after !== null;)
        after = await rebuild(opened.address, account, after);
    }
    const lagging = chat('returned');
    const others = (rows: Record<string, Record<string, unknown>[]>) => ({
      ...rows,
      conversations: rows['conversations']?.filter(({ id }) => id !== lagging),
      pages: rows['pages']?.filter(({ conversation_id: id }) => id !== lagging),
    });
    expect(others(projections(opened.dataDir))).toEqual(others(before));
    const { entries } = seenOf('returned');
    expect(storedHistory(opened.dataDir).get(lagging)?.entries.slice(0, entries.length)).toEqual(entries);
  });

  test('SGN-1 PWD-3 TWO-1 the same credentials as before are accepted, and no others', async () => {
    const { people } = opened.expected;
    // The shared address has used up its sign-in attempts.
    const home = '203.0.113.77';
    const enter = async (name: string, more: object = {}, address = home) => {
      const { email } = people.users[name] as { email: string };
      const { answer } = await signIn(base, { email, password, ...more }, address);
      return isRefusal(answer) ? answer.refused : answer.email;
    };
    expect(await enter('anna')).toBe('anna@demo.test');
    expect(await enter('carla', { password: 'another one' })).toBe('wrong_credentials');
    expect(await enter('hugo', {}, '198.51.100.7')).toBe('wrong_address');
    const { user, secret, recoveryCodes } = people.secondFactor;
    expect(await enter(user)).toBe('code_needed');
    expect(await enter(user, { code: codeOf(secret) })).toBe('greta@demo.test');
    expect(await enter(user, { code: recoveryCodes[0] })).toBe('greta@demo.test');

    // Seven failed attempts are stored, counted by the email alone, which limited its owner too. Today's counts start
    // anew.
    const guesses: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { answer } = await signIn(base, { email: guessed, password: 'another guess' }, home);
      guesses.push(isRefusal(answer) ? answer.refused : answer.email);
    }
    expect(guesses[0]).toBe('wrong_credentials');
    expect(guesses).toContain('slow_down');

    const reasons = Object.entries(people.ended).map(async ([reason, cookie]) => {
      const answer = await fetchWith(base, cookie)(new URL('/api/me', base));
      return [reason, ((await answer.json()) as { reason?: string }).reason];
    });
    expect(await Promise.all(reasons)).toEqual(Object.keys(people.ended).map((reason) => [reason, reason]));

    const chosen = { token: people.invitation.token, password: 'chosen by the invited' };
    const redeem = () =>
      fetchWith(base)(new URL('/api/password/redeem', base), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(chosen),
      });
    expect([(await redeem()).status, (await redeem()).status]).toEqual([200, 410]);
    const { answer } = await signIn(base, { email: 'farid@demo.test', password: chosen.password }, home);
    expect(answer).toMatchObject({ email: 'farid@demo.test' });
  });

  test('CON-9 a visitor who was away resumes at their cursor, without a gap', async () => {
    const { left, visitors } = opened.expected.people;
    const keys = visitors[left.visitor];
    if (!keys) throw new Error('the fixture has no visitor who left');
    const options = {
      base,
      path: `/api/widget/conversations/${chat(left.chat)}/socket`,
      token: tokenOf(keys),
    };
    const { reset, entries, welcome, upTo } = await readLog(options, {
      epoch: left.epoch,
      cursor: left.cursor,
    });
    const { entries: all, welcome: seen } = seenOf(left.chat);
    const missed = forVisitor(all).filter(({ seq }) => seq > left.cursor);
    expect({ reset, upTo, entries: JSON.stringify(entries), state: welcome.state }).toEqual({
      ...{ reset: false, upTo: welcome.head },
      entries: JSON.stringify(missed),
      // The visitor's return is an entry that visitors do not receive: only the head changes.
      state: stateForVisitor({ ...seen.state, head: welcome.head }, aliasIn(all)),
    });
    expect(missed.length).toBeGreaterThan(1);
  });

  test('an old chat continues, and the history receives all of it', async () => {
    const vera = cast.visitor('vera');
    const anna = await cast.open('anna', chat('long'));
    vera.say('Are you still there?');
    await anna.until(() =>
      anna.view.entries.some((entry) => 'text' in entry && entry.text === 'Are you still there?'),
    );
    anna.client.send('We have only updated.');
    await vera.until(() => vera.view.state?.lastMessage?.text === 'We have only updated.');
    anna.client.command({ t: 'conversation.close' });
    await vera.until(() => vera.view.state?.phase === 'closed');

    const { entries: before, welcome } = seenOf('long');
    const { entries } = await readLog({
      base,
      path: `/api/conversations/${chat('long')}/socket`,
      cookie: cast.keys('admin').cookie,
    });
    expect(JSON.stringify(entries.slice(0, before.length))).toBe(JSON.stringify(before));
    expect(entries.slice(before.length).map(({ seq, kind }) => [seq, kind])).toEqual(
      ['message.sent', 'message.sent', 'conversation.closed'].map((kind, at) => [
        welcome.head + 1 + at,
        kind,
      ]),
    );
    const path = `/api/conversations/${chat('long')}/entries?limit=100`;
    const history = async () => done(await cast.person('admin').ask<Range>('GET', path)).entries;
    await expect.poll(history, patience).toEqual(entries.slice(-100));
  });

  test('OFR-8 pending offers can be accepted, and routing continues with the next chat in the queue', async () => {
    const accept = async (name: string, id: string) => {
      const { person, floor } = cast.worker(name);
      await floor.until(() => floor.offers.has(id), patience.timeout, `${id} is offered to ${name}`);
      const { generation } = floor.offers.get(id) as { generation: number };
      const answer = await person.ask('POST', `/api/conversations/${id}/accept`, { generation });
      expect(answer).toEqual({ conversation: id, generation });
    };
    const { floor } = cast.worker('admin');
    const load = (name: string) => floor.agents.get(cast.keys(name).id)?.load;
    const owner = (name: string) => floor.rows.get(chat(name))?.owner?.id;
    const before = { ben: load('ben')?.live ?? 0, dmitri: load('dmitri')?.live };
    await accept('ben', chat('offered'));
    await accept('ben', chat('second'));
    await accept('dmitri', chat('unanswered'));
    // A queued chat can also be taken by an agent.
    done(await cast.person('ben').take(chat('queued')));
    const [ben, dmitri] = [cast.keys('ben').id, cast.keys('dmitri').id];
    const owners = () => ['offered', 'second', 'queued', 'unanswered'].map(owner);
    await floor.until(() => JSON.stringify(owners()) === JSON.stringify([ben, ben, ben, dmitri]));
    // Capacity was reserved for the offer.
    await floor.until(() => load('ben')?.live === before.ben + 2 && load('dmitri')?.live === before.dmitri);
  });

  test('the server logged no error', () => {
    expect(opened.printed()).toBe('');
  });
});

describe.each(recordedVersions())('a data folder of %s, opened an hour after it was closed', (version) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openFixture(version, hour);
  });
  afterAll(() => opened?.close());

  test('I11 its alarms run: overdue work is done without a request', async () => {
    const { dataDir, expected, address } = opened;
    const { chats } = expected;
    const overdue = () => storedAlarms(dataDir).filter(({ at }) => at <= Date.now());
    await expect.poll(overdue, patience).toEqual([]);
    const history = () => {
      const stored = storedHistory(dataDir);
      const head = Object.values(expected.seen.accounts).flatMap(
        ({ conversations }) => conversations[chats['returned'] as string]?.welcome.head ?? [],
      )[0] as number;
      return {
        // The campaign closes a chat after half an hour without a message.
        long: stored.get(chats['long'] as string)?.state.closed?.reason,
        // Entries that were not archived yet.
        returned: (stored.get(chats['returned'] as string)?.head ?? 0) >= head,
        throttles: throttlesKept(dataDir),
      };
    };
    await expect.poll(history, patience).toEqual({ long: 'idle', returned: true, throttles: 0 });
    const accepted = storedConversations(dataDir).find(({ id }) => id === chats['accepted'])?.log;
    expect(accepted).toContainEqual(
      expect.objectContaining({ kind: 'agent.unassigned', reason: 'no_reply' }),
    );

    const { cookie } = expected.people.users['admin'] as { cookie: string };
    const answer = await fetchWith(
      address.url,
      cookie,
    )(new URL(`/api/conversations/${chats['offered']}/decisions`, address.url));
    const { decisions } = done((await answer.json()) as DecisionsList);
    expect(decisions).toContainEqual(expect.objectContaining({ kind: 'outcome', outcome: 'expired' }));
  });

  test('the server logged no error', () => {
    expect(opened.printed()).toBe('');
  });
});

/** The stored text of every log. */
const logsOf = ({ accounts }: Seen) =>
  Object.values(accounts).flatMap(({ conversations }) =>
    Object.entries(conversations).map(([id, { entries }]) => `${id} ${JSON.stringify(entries)}`),
  );

/** The last entry that the floor has from each conversation, and each agent's name on the floor. */
const outlineOf = ({ rows, agents }: Pick<Floor, 'rows' | 'agents'>) => ({
  rows: Object.fromEntries([...rows.values()].map(({ id, seq }) => [id, seq])),
  agents: Object.fromEntries([...agents.values()].map(({ id, name }) => [id, name])),
});

const byId = <T extends { id: string }>(list: readonly T[]) => new Map(list.map((each) => [each.id, each]));

/** Sends one step of the operator's rebuild; returns the position of the next. */
async function rebuild(
  { url, operatorSecret }: Opened['address'],
  account: string,
  after: string | undefined,
): Promise<string | null> {
  const answer = await fetch(new URL('/api/operator/rebuild', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ account, ...(after && { after }) }),
  });
  return done((await answer.json()) as { next: string | null }).next;
}

/** A log in its visitor's view. */
function forVisitor(entries: readonly Entry[]): Entry[] {
  const alias = aliasIn(entries);
  return entries.flatMap((entry) => entryForVisitor(entry, alias) ?? []);
}
