/** Changes of users' rows, between two words to their actors: the first makes sure that the second comes about (I14). */
import { agentStub, type Env } from '../../actors/stubs.ts';

/** So many actors are told side by side. */
const sideBySide = 6;

/** Makes a change that concerns these users, and has answered once their actors know of it. */
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
