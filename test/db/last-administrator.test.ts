/** The trigger on its own: after any two concurrent batches an administrator who can sign in remains. */
import { isRefusal } from '#protocol';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { Act } from '../../worker/db/audit.ts';
import { createUser, deleteUser, updateUser, type UserValues } from '../../worker/db/user-changes.ts';
import { id } from './logs.ts';

const { DB } = env as unknown as { DB: D1Database };

const body: UserValues = {
  ...{ name: 'Ines', nickname: '', language: 'en', roles: ['administrator'], showsPhoto: true },
  ...{ manages: true, groups: [], limits: { live: null, nrt: null }, ipRules: [], admitted: true },
};
const email = (user: string) => ({ email: `${user}@example.test`, confirmed: true, pending: null });
const act = (account: string): Act => ({
  ...{ id: id('audit'), at: 1, account, by: null, kind: 'user.changed', device: '', address: null },
});

async function twoAdministrators() {
  const account = id('account');
  const pair = [id('user'), id('user')];
  for (const user of pair) await createUser(DB, account, user, body, email(user), 'a hash', act(account));
  return { account, pair };
}

type Lose = (account: string, user: string) => Promise<unknown>;
const ways: [string, Lose][] = [
  [
    'demotions',
    (account, user) =>
      updateUser(DB, account, user, { ...body, roles: ['agent'] }, [email(user), email(user)], act(account)),
  ],
  [
    'rules that exclude their own user',
    (account, user) =>
      updateUser(
        DB,
        account,
        user,
        { ...body, ipRules: ['192.0.2.1'], admitted: false },
        [email(user), email(user)],
        act(account),
      ),
  ],
  ['deletions', (account, user) => deleteUser(DB, account, user, act(account))],
];

test.each(ways)('of two %s in concurrent batches, one whole batch is refused', async (_, lose) => {
  const { account, pair } = await twoAdministrators();
  const before = await DB.prepare('SELECT count(*) AS n FROM audit WHERE account_id = ?')
    .bind(account)
    .first<number>('n');
  const answers = await Promise.all(pair.map((user) => lose(account, user)));
  expect(answers.filter((answer) => isRefusal(answer))).toMatchObject([{ refused: 'last_administrator' }]);
  const after = await DB.prepare('SELECT count(*) AS n FROM audit WHERE account_id = ?')
    .bind(account)
    .first<number>('n');
  expect(after).toBe((before ?? 0) + 1);
});
