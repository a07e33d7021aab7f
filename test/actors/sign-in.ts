/** Signs in a user of D1 without the HTTP side, because a password hash takes long. */
import { type Role, isRefusal } from '#protocol';
import { agentStub, type Env } from '../../worker/actors/stubs.ts';
import { getPerson } from '../../worker/db/users.ts';

export async function signInOf(
  env: Env,
  account: string,
  user: string,
): Promise<{ session: string; secret: string }> {
  const person = await getPerson(env.DB, account, user);
  const opened =
    person &&
    (await agentStub(env, account, user).signIn(person, {
      ...{ device: 'a test', address: null, remembered: true },
    }));
  if (!opened || isRefusal(opened)) throw new Error('could not sign in');
  return opened;
}

/** Inserts a user into D1, and their account if it does not exist yet. No password is known for them. */
export async function insertUser(
  env: Env,
  user: { account: string; id: string; name: string; roles: readonly Role[] },
): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT OR IGNORE INTO accounts (id, name, time_zone, created_at) VALUES (?, 'Test', 'Europe/Sofia', 0)`,
    ).bind(user.account),
    env.DB.prepare(
      `INSERT INTO users (account_id, id, email, name, password_hash, roles, created_at) VALUES (?, ?, ?, ?, '', ?, 0)`,
    ).bind(user.account, user.id, `${user.id}@example.test`, user.name, JSON.stringify(user.roles)),
  ]);
}
