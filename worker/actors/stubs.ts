/** The only look-ups of actors. A name is always `account:id`, built here, so a foreign id addresses nothing. */
import type { Env } from './env.ts';

export type { Env } from './env.ts';

/**
 * Copies another actor's answer, to be returned to a caller. The original carries a disposer, and an actor that
 * returns it stays awake until the receiver disposes of it
 * (https://developers.cloudflare.com/workers/runtime-apis/rpc/lifecycle/).
 */
export function handedOn<T>(answer: T): T {
  return structuredClone(answer);
}

export function conversationStub(env: Env, account: string, conversation: string) {
  return env.CONVERSATION.get(env.CONVERSATION.idFromName(`${account}:${conversation}`));
}

export function agentStub(env: Env, account: string, user: string) {
  return env.AGENT.get(env.AGENT.idFromName(`${account}:${user}`));
}

export function dispatcherStub(env: Env, account: string) {
  return env.DISPATCHER.get(env.DISPATCHER.idFromName(account));
}

export function visitorStub(env: Env, account: string, visitor: string) {
  return env.VISITOR.get(env.VISITOR.idFromName(`${account}:${visitor}`));
}

export function lobbyStub(env: Env, account: string, campaign: string) {
  return env.LOBBY.get(env.LOBBY.idFromName(`${account}:${campaign}`));
}

/** One of the 256 shards that count attempts. The prefix is new: earlier versions had an object for each key. */
export function throttleStub(env: Env, shard: number) {
  return env.THROTTLE.get(env.THROTTLE.idFromName(`shard:${shard}`));
}

/** One of the few hashing objects of the deployment. */
export function hasherStub(env: Env, member: string) {
  return env.PASSWORD_HASHER.get(env.PASSWORD_HASHER.idFromName(member));
}
