/** The sockets that a workspace tab keeps open: its agent's and the floor's (AGT-1, FLR-1). */
import { floorRoutes } from '#protocol';
import { Hono } from 'hono';
import { agentStub, dispatcherStub } from '../../actors/stubs.ts';
import type { Bound } from '../serving/exchange.ts';
import { serve } from '../serving/serve.ts';
import { handOver } from '../serving/socket.ts';

export const live = new Hono<Bound>();

serve(live, floorRoutes.followAgent, (c, { user }) =>
  handOver(c, agentStub(c.env, user.account, user.id), user),
);

serve(live, floorRoutes.followFloor, (c, { user }) => handOver(c, dispatcherStub(c.env, user.account), user));
