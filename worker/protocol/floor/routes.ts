/** The two sockets that a workspace tab keeps open: the agent's own and the floor's (AGT-1, FLR-1). */
import { route, socket } from '../base/route.ts';

export const followAgent = route('GET /api/agent/socket', {
  right: 'session',
  summary: 'Opens a socket on the agent’s own status, conversations and drafts',
  answer: socket,
});

export const followFloor = route('GET /api/floor/socket', {
  right: 'floor.watch',
  summary: 'Opens a socket on the account’s floor',
  answer: socket,
});
