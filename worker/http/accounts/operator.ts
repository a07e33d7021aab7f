/** The operator's door (V40): making accounts, the demo, rebuilding an account's history from its conversations. */
import { can } from '#domain/people/rights';
import { cleanName, idKinds, isRefusal, MadeAccount, NewAccount, Rebuild, Rebuilt, refuse } from '#protocol';
import { Hono } from 'hono';
import { agentStub, conversationStub, dispatcherStub } from '../../actors/stubs.ts';
import { createAccount, getAccount } from '../../db/accounts.ts';
import { dropHistory } from '../../db/history.ts';
import { canonicalEmail } from '../../db/keys.ts';
import { listEverybody } from '../../db/users.ts';
import { hashPassword } from '../people/password.ts';
import { by, takes, tells } from '../serving/door.ts';
import { answer, refused, type Bound } from '../serving/exchange.ts';
import { newId } from '../serving/new-id.ts';
import { operatorOf } from '../serving/principal.ts';
import { seedDemo } from './demo-account.ts';

export const operator = new Hono<Bound>();

operator.use(async (c, next) => {
  const principal = await operatorOf(c);
  if (isRefusal(principal)) return refused(c, principal);
  return can(principal, 'deployment.operate') ? next() : refused(c, refuse('forbidden'));
});

operator.post(
  '/accounts',
  by('operator'),
  takes(NewAccount),
  tells('Makes an account with its users', MadeAccount),
  async (c) => {
    const body = c.req.valid('json');
    if (!body.users.some(({ roles }) => roles.includes('administrator')))
      return refused(c, refuse('last_administrator', { field: 'users' }));
    const account = { id: newId('account'), name: cleanName(body.name), timeZone: body.timeZone };
    const users = [];
    for (const { email, name, password, roles } of body.users) {
      const passwordHash = await hashPassword(c.env, password, 'known');
      if (isRefusal(passwordHash)) return refused(c, passwordHash);
      const person = { email: canonicalEmail(email), name: cleanName(name), roles: [...new Set(roles)] };
      users.push({ id: newId('user'), ...person, passwordHash });
    }
    const refusal = await createAccount(c.env.DB, { account, users, campaigns: [], sites: [] }, Date.now());
    if (refusal) return refused(c, refusal);
    return c.json({
      account,
      users: users.map(({ id, email, name, roles }) => ({ id, email, name, roles })),
    });
  },
);

operator.post('/seed', by('operator'), tells('Makes the demo account, once'), async (c) =>
  answer(c, await seedDemo(c.env, new URL(c.req.url))),
);

/** So many actors for each request, since it may call no more … */
const atOnce = 200;
/** … and so many of them side by side: D1 takes six connections. */
const sideBySide = 6;

operator.post(
  '/rebuild',
  by('operator'),
  takes(Rebuild),
  tells('Rebuilds an account’s history', Rebuilt),
  async (c) => {
    const { account, after } = c.req.valid('json');
    if (!(await getAccount(c.env.DB, account))) return refused(c, refuse('not_found'));
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
    return answer(c, { conversations: conversations.length, next } satisfies Rebuilt);
  },
);
