/** The sockets that a workspace tab keeps all day: its agent's and the floor's (V33, V34). */
import { isRefusal } from '#protocol';
import { Hono } from 'hono';
import { agentStub, dispatcherStub } from '../actors/stubs.ts';
import { refused, type Bound } from './exchange.ts';
import { userOf, userWho } from './principal.ts';
import { handOver, speaks } from './socket.ts';

export const live = new Hono<Bound>();

live.get('/agent/socket', async (c) => {
  const user = speaks(c) ?? (await userOf(c));
  if (isRefusal(user)) return refused(c, user);
  return handOver(c, agentStub(c.env, user.account, user.id), user);
});

live.get('/floor/socket', async (c) => {
  const user = speaks(c) ?? (await userWho(c, 'floor.watch'));
  if (isRefusal(user)) return refused(c, user);
  return handOver(c, dispatcherStub(c.env, user.account), user);
});
