/** Forums and responses to test with. */
import { cannedRoutes, makeCommandId, type Forum, type ResponseBody, type ResponseDetails } from '#protocol';
import { ask, done, id, type TestAccount } from './client.ts';

export const uuid = () => makeCommandId(Date.now(), crypto.getRandomValues(new Uint8Array(10)));

export const texts = {
  key: 'returns',
  question: 'How do I return something?',
  answer: 'Hi {{visitor|there}}! Send it back within *30 days*.',
};

export function newForum(account: TestAccount, title = 'Orders'): Promise<Forum> {
  const cookie = account.supervisor;
  return done(cannedRoutes.add, { body: { title, campaigns: null } }, { cookie });
}

/** A new response, unless more is given. */
export const bodyOf = (more: Partial<ResponseBody> = {}): ResponseBody => ({
  ...texts,
  ...{ version: 0, edit: uuid() },
  ...more,
});

/** Sends a save, and returns the answer as it comes. */
export function put(cookie: string, forum: string, response: string, more: Partial<ResponseBody> = {}) {
  const path = `/api/forums/${forum}/responses/${response}`;
  return ask<ResponseDetails>('PUT', path, { cookie, body: bodyOf(more) });
}

/** Adds a response, which must succeed. */
export async function added(
  cookie: string,
  forum: string,
  more: Partial<ResponseBody> = {},
): Promise<ResponseDetails> {
  const answer = await put(cookie, forum, id('response'), more);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body;
}
