/** The sockets that a workspace tab keeps all day: its agent's and the floor's (V33, V34). */
import { Hono } from 'hono';
import { agentStub, dispatcherStub } from '../../actors/stubs.ts';
import { may, tells } from '../serving/door.ts';
import type { Bound } from '../serving/exchange.ts';
import { handOver, speaks } from '../serving/socket.ts';

export const live = new Hono<Bound>();

live.get('/agent/socket', speaks, may(), tells('A socket on what is the agent’s own'), (c) => {
  const { user } = c.var;
  return handOver(c, agentStub(c.env, user.account, user.id), user);
});

live.get('/floor/socket', speaks, may('floor.watch'), tells('A socket on the account’s floor'), (c) => {
  const { user } = c.var;
  return handOver(c, dispatcherStub(c.env, user.account), user);
});
