/** Neither an answer, nor the work behind it, reveals whether another account has an email. */
import { userBodyOf } from '#protocol';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { ask, call, env, newAccount, password, type Call, type TestAccount } from './client.ts';
import { anEmail, as, bodyOf, add, move, held } from './emails.ts';
import { mailsTo } from './mails.ts';

let mine: TestAccount;
let theirs: TestAccount;
beforeAll(async () => {
  mine = await newAccount('Northwind');
  theirs = await newAccount('Evil Corp');
});

/** The database statements that a request makes before it is answered. */
function watched() {
  const statements: string[] = [];
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name === 'prepare')
        return (sql: string) => {
          statements.push(sql);
          return target.prepare(sql);
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { statements, env: { DB } };
}

/** The mails to an address with links to this account. */
const ours = async (email: string) => (await mailsTo(email)).filter(({ text }) => text.includes(mine.id));

/** The ways in which another account may know an email. */
const known: Record<string, (email: string) => Promise<unknown>> = {
  nobody: () => Promise.resolve(),
  'an unconfirmed user': (email) => add(theirs, { email }),
  'a confirmed user': (email) => held(theirs, email),
  'a user whose change to it is pending': async (email) => move(theirs, await held(theirs), email),
  'a deleted user': async (email) => {
    const user = await held(theirs, email);
    await ask('DELETE', `/api/users/${user.id}`, as(theirs));
  },
};

interface Deed {
  readonly mails: number;
  /** Answered before the work that depends on the email; otherwise the statements are compared, too. */
  readonly early?: true;
  ask(email: string, options: Call): Promise<Response>;
}
const deeds: Record<string, Deed> = {
  'adding a user with a password': {
    mails: 1,
    ask: (email, options) =>
      call('POST', '/api/users', { ...as(mine, bodyOf({ email, password })), ...options }),
  },
  'inviting a user': {
    mails: 1,
    ask: (email, options) => call('POST', '/api/users', { ...as(mine, bodyOf({ email })), ...options }),
  },
  'changing the email of a user': {
    mails: 1,
    ask: async (email, options) => {
      const user = await held(mine);
      const body = { ...userBodyOf(user), email };
      return call('PATCH', `/api/users/${user.id}`, { ...as(mine, body), ...options });
    },
  },
  'changing the email of an invited user': {
    mails: 1,
    ask: async (email, options) => {
      const user = await add(mine);
      const body = { ...userBodyOf(user), email };
      return call('PATCH', `/api/users/${user.id}`, { ...as(mine, body), ...options });
    },
  },
  'signing in with a wrong password': {
    ...{ mails: 0, early: true },
    ask: (email, options) => call('POST', '/api/login', { body: { email, password: 'wrong' }, ...options }),
  },
  'forgetting a password': {
    ...{ mails: 0, early: true },
    ask: (email, options) => call('POST', '/api/password/forgotten', { body: { email }, ...options }),
  },
};

test.each(Object.entries(deeds))(
  '%s: the answer and the work are the same for every email, whoever has it elsewhere',
  async (_, deed) => {
    const seen: Record<string, unknown> = {};
    for (const [whose, prepare] of Object.entries(known)) {
      const email = anEmail();
      await prepare(email);
      const watch = watched();
      const response = await deed.ask(email, { env: watch.env });
      const statements = deed.early ? [] : [...watch.statements];
      const text = (await response.text())
        .replaceAll(email, 'EMAIL')
        .replace(/usr_\w+/g, 'USER')
        .replace(/[\w-]+@example\.test/g, 'OTHER')
        .replace(/"(createdAt|until)":\d+/g, '"$1":0');
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      if (deed.mails > 0) await eventually(async () => expect(await ours(email)).toHaveLength(deed.mails));
      seen[whose] = { status: response.status, text, headers, statements };
    }
    const { nobody, ...others } = seen;
    for (const [whose, found] of Object.entries(others))
      expect({ whose, found }).toEqual({ whose, found: nobody });
  },
);
