/**
 * The operator's routes (OPR-1): creating accounts and the demo account, and rebuilding an account's history from its
 * conversations.
 */
import { accountRoutes, cleanName, idKinds, isRefusal, refuse } from '#protocol';
import { Hono } from 'hono';
import { agentStub, conversationStub, dispatcherStub } from '../../actors/stubs.ts';
import { createAccount, getAccount } from '../../db/accounts.ts';
import { dropHistory } from '../../db/history.ts';
import { canonicalEmail } from '../../db/keys.ts';
import { listEverybody } from '../../db/users.ts';
import { hashPassword } from '../people/password.ts';
import { refused, type Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { operatorOf } from '../serving/principal.ts';
import { serve } from '../serving/serve.ts';
import { seedDemo } from './demo-account.ts';

export const operator = new Hono<Bound>();

// A caller without the operator's secret is refused at every address below, even where there is no route.
operator.use('/api/operator/*', async (c, next) => {
  const principal = await operatorOf(c);
  return isRefusal(principal) ? refused(c, principal) : next();
});

serve(operator, accountRoutes.create, async (c, { body }) => {
  if (!body.users.some(({ roles }) => roles.includes('administrator')))
    return refuse('last_administrator', { field: 'users' });
  const account = { id: newId('account'), name: cleanName(body.name), timeZone: body.timeZone };
  const users = [];
  for (const { email, name, password, roles } of body.users) {
    const passwordHash = await hashPassword(c.env, password, 'known');
    if (isRefusal(passwordHash)) return passwordHash;
    const person = { email: canonicalEmail(email), name: cleanName(name), roles: [...new Set(roles)] };
    users.push({ id: newId('user'), ...person, passwordHash });
  }
  const refusal = await createAccount(c.env.DB, { account, users, campaigns: [], sites: [] }, Date.now());
  return (
    refusal ?? { account, users: users.map(({ id, email, name, roles }) => ({ id, email, name, roles })) }
  );
});

serve(operator, accountRoutes.createDemo, (c, { query }) =>
  seedDemo(c.env, new URL(c.req.url), query.responses !== 'none'),
);

/** The most actors that one request calls: the number of calls in a request is limited … */
const atOnce = 200;
/** … and how many it calls in parallel: D1 accepts six connections. */
const sideBySide = 6;

serve(operator, accountRoutes.rebuild, async (c, { body: { account, after } }) => {
  if (!(await getAccount(c.env.DB, account))) return refuse('not_found');
  if (after === undefined) await dropHistory(c.env.DB, account);
  const conversationsOnly = after?.startsWith(`${idKinds.conversation}_`) === true;
  const users = conversationsOnly ? [] : await listEverybody(c.env.DB, account, after ?? '', atOnce);
  const room = atOnce - users.length;
  const conversations = await dispatcherStub(c.env, account).conversations(
    conversationsOnly ? (after ?? null) : null,
    room,
  );
  const waiting = [
    ...users.map((id) => agentStub(c.env, account, id)),
    ...conversations.map((id) => conversationStub(c.env, account, id)),
  ].values();
  const inTurn = async () => {
    for (const actor of waiting) await actor.rearchive();
  };
  await Promise.all(Array.from({ length: sideBySide }, inTurn));
  const next = conversations.length === room ? ([...users, ...conversations].at(-1) ?? null) : null;
  return { conversations: conversations.length, next };
});
