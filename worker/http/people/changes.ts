/** Changes users' rows between two calls to their actors: the first ensures that the second happens (I14). */
import { agentStub, type Env } from '../../actors/stubs.ts';

/** The number of actors that are called in parallel. */
const sideBySide = 6;

/** Makes a change that concerns these users. Resolves once their actors have read it. */
export async function changing<T>(
  env: Env,
  account: string,
  users: readonly string[],
  change: () => Promise<T>,
): Promise<T> {
  await toEach(users, (id) => agentStub(env, account, id).expectChange());
  const answer = await change();
  await toEach(users, (id) => agentStub(env, account, id).reread());
  return answer;
}

async function toEach(users: readonly string[], tell: (id: string) => Promise<void>): Promise<void> {
  const left = users.values();
  const inTurn = async () => {
    for (const id of left) await tell(id);
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, users.length) }, inTurn));
}
